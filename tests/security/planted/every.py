"""All of them."""

from tests.security.planted import load, rooms, sessions

PLANTS = (*sessions.PLANTS, *rooms.PLANTS, *load.PLANTS)
