"""`make dev`: the demonstration, with the page rebuilt in place as it changes.

Open the address that Vite prints; it passes the API and the sockets on to the server.
"""

import subprocess
import sys
from pathlib import Path

from bootstrap import npm

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run both until Ctrl-C."""
    server = subprocess.Popen([sys.executable, "-m", "watchtogether", "demo"], cwd=ROOT)
    try:
        npm("run", "dev", quiet=False)
    except KeyboardInterrupt:
        pass
    finally:
        server.terminate()
        server.wait(timeout=20)


if __name__ == "__main__":
    main()
