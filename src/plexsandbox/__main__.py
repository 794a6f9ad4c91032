"""`python -m plexsandbox`."""

from plexsandbox.cli import main

main()
