"""Runs npm in `web/` with the Node of the virtual environment: `tools/npm.py run check`."""

import sys

from bootstrap import npm

if __name__ == "__main__":
    npm(*sys.argv[1:], quiet=False)
