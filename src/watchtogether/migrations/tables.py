"""Every table of the server, gathered so that a migration can be compared with them."""

from watchtogether.accounts import tables as accounts
from watchtogether.db.base import Base
from watchtogether.plex import tables as plex
from watchtogether.rooms import tables as rooms

DOMAINS = (accounts, plex, rooms)
METADATA = Base.metadata
