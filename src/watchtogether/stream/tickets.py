"""Tickets: signed, short-lived permission for one member to fetch one item's stream.

A ticket is a bearer capability inside an address, so it is never logged. Whether its member may
still watch is asked anew at each request (`ports.Audience`); here only the signature and the
expiry are judged (SPEC STR-1).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections import OrderedDict

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import MemberId, RatingKey, RoomId, ServerId, SessionId
from watchtogether.stream.errors import TicketRefused
from watchtogether.stream.ports import TicketClaims

LIFETIME_S = 12 * 3600
_MAX_LENGTH = 1024
_REMEMBERED = 4_096
"""Tickets that were found good are not taken apart anew at each segment."""
_VERSION = 1


class Tickets:
    """Issues and reads tickets. `key` is derived for this purpose alone, at least 32 bytes."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        if len(key) < 32:
            raise ValueError("a ticket key has at least 32 bytes")
        self._key = key
        self._clock = clock
        self._read: OrderedDict[str, TicketClaims] = OrderedDict()

    def issue(
        self,
        room_id: RoomId,
        member_id: MemberId,
        session_id: SessionId,
        server_id: ServerId,
        rating_key: RatingKey,
    ) -> str:
        """A new ticket, valid for `LIFETIME_S`: `base64url(payload).base64url(mac)`."""
        expires_s = self._clock.wall_ms() // 1000 + LIFETIME_S
        fields = [_VERSION, room_id, member_id, session_id, server_id, rating_key, expires_s]
        payload = _encode(json.dumps(fields, separators=(",", ":")).encode())
        return f"{payload}.{_encode(self._mac(payload))}"

    def read(self, ticket: str) -> TicketClaims:
        """The claims; raises `TicketRefused` when altered, expired or not one of ours."""
        known = self._read.get(ticket)
        if known is not None:
            return self._unexpired(known)
        payload, _, mac = ticket[: _MAX_LENGTH + 1].partition(".")
        if len(ticket) > _MAX_LENGTH or not ticket.isascii():
            raise TicketRefused
        if not hmac.compare_digest(mac, _encode(self._mac(payload))):
            raise TicketRefused
        claims = self._unexpired(_claims(payload))
        self._read[ticket] = claims
        if len(self._read) > _REMEMBERED:
            self._read.popitem(last=False)
        return claims

    def _unexpired(self, claims: TicketClaims) -> TicketClaims:
        if claims.expires_wall_ms <= self._clock.wall_ms():
            raise TicketRefused
        return claims

    def _mac(self, payload: str) -> bytes:
        return hmac.digest(self._key, payload.encode(), hashlib.sha256)


def _claims(payload: str) -> TicketClaims:
    try:
        fields = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        version, room_id, member_id, session_id, server_id, rating_key, expires_s = fields
        if version != _VERSION:
            raise TicketRefused
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError) as error:
        raise TicketRefused from error
    return TicketClaims(
        RoomId(room_id),
        MemberId(member_id),
        SessionId(session_id),
        ServerId(server_id),
        RatingKey(rating_key),
        int(expires_s) * 1000,
    )


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
