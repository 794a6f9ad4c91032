"""The part of plex.tv that sign-in needs: PINs, accounts, homes and servers."""
