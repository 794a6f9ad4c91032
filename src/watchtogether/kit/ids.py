"""Identifiers: distinct types, and how new ones are made."""

import secrets
from typing import NewType

AccountId = NewType("AccountId", str)
GuestId = NewType("GuestId", str)
SessionId = NewType("SessionId", str)
RoomId = NewType("RoomId", str)
RoomCode = NewType("RoomCode", str)
MemberId = NewType("MemberId", str)
ConnectionId = NewType("ConnectionId", str)
ServerId = NewType("ServerId", str)
"""A Plex server's machine identifier."""
RatingKey = NewType("RatingKey", str)
"""Plex's opaque key of a library item, unique within one server."""

_CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_CODE_GROUPS, _CODE_GROUP_LENGTH = 3, 3


def new_id(prefix: str) -> str:
    """A random identifier of 96 bits, such as `room_1f…`."""
    return f"{prefix}_{secrets.token_hex(12)}"


def new_secret() -> str:
    """A random 256-bit secret, safe in a URL."""
    return secrets.token_urlsafe(32)


def new_room_code() -> RoomCode:
    """A code people can read aloud, such as `k7m-q3f-xd2`: 44 bits, no look-alike letters."""
    groups = (
        "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_GROUP_LENGTH))
        for _ in range(_CODE_GROUPS)
    )
    return RoomCode("-".join(groups))
