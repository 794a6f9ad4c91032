"""Judges who asks below a ticket: its signature and expiry, and what its member may watch now."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from watchtogether.kit.ids import MemberId
from watchtogether.stream.errors import TicketRefused
from watchtogether.stream.ports import Audience, Screening, SessionOf
from watchtogether.stream.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """A ticket works without a session, for players that send none; with one, it must be its own.

    Every method raises `TicketRefused`.
    """

    tickets: Tickets
    audience: Audience
    session_of: SessionOf

    async def viewer(self, request: Request, ticket: str) -> tuple[MemberId, Screening]:
        """Who asks, and what they may watch."""
        claims = self.tickets.read(ticket)
        asker = await self.session_of(request)
        if asker is not None and asker != claims.session_id:
            raise TicketRefused
        await self.audience.wake(claims)
        screening = self.audience.watching(claims)
        if screening is None:
            raise TicketRefused
        return claims.member_id, screening

    async def screening(self, request: Request, ticket: str) -> Screening:
        """What they may watch."""
        return (await self.viewer(request, ticket))[1]

    async def watching(self, request: Request, ticket: str) -> Callable[[], Screening | None]:
        """What they may watch at any later moment; None when nothing any more."""
        await self.viewer(request, ticket)
        claims = self.tickets.read(ticket)
        return lambda: self.audience.watching(claims)
