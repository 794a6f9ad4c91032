"""`python -m watchtogether`."""

from watchtogether.cli import main

main()
