"""All of them."""

from tests.security.planted import load, parties, plex, sessions

PLANTS = (*sessions.PLANTS, *plex.PLANTS, *parties.PLANTS, *load.PLANTS)
