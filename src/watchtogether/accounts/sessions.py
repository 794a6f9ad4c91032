"""Sessions: how they start, are renewed, and end at once everywhere in this process."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import structlog

from watchtogether.accounts.errors import NotSignedIn
from watchtogether.accounts.liveness import Liveness
from watchtogether.accounts.model import Account, Grant, Guest, Principal, Session
from watchtogether.accounts.refresh_tokens import RefreshTokens
from watchtogether.accounts.repository import AccountRepository
from watchtogether.accounts.secrets import SecretBox
from watchtogether.accounts.session_repository import RefreshState, SessionRepository
from watchtogether.accounts.tokens import LIFETIME_S, AccessTokens
from watchtogether.db.engine import Database
from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import AccountId, GuestId, SessionId, new_id

log = structlog.get_logger(__name__)

IDLE_S = 30 * 24 * 3600
ABSOLUTE_S = 180 * 24 * 3600
GRACE_S = 10

Ended = Callable[[SessionId], Awaitable[None]]


class SessionService:
    """Hands out access and refresh tokens.

    A refresh token is good once. Using it again ends the session, for then two hold it; only the
    immediate predecessor is forgiven for ten seconds and gets the same successor, for two tabs
    may refresh at once.
    """

    def __init__(
        self, database: Database, tokens: AccessTokens, secrets: SecretBox, clock: Clock
    ) -> None:
        self.on_ended: list[Ended] = []
        """Awaited with the id of each session that ends, once, in order."""
        self._tokens = tokens
        self._refresh_tokens = RefreshTokens(secrets.derive("refresh-token"))
        self._secrets = secrets
        self._clock = clock
        self._sessions = SessionRepository(database)
        self._people = AccountRepository(database)
        self._liveness = Liveness(self._sessions, clock)

    async def start_for_account(self, account: Account, device: str) -> Grant:
        """Sign an account in on a device."""
        return await self._start(_account_principal(account), device)

    async def start_for_guest(self, guest: Guest, device: str) -> Grant:
        """Let a guest in on a device."""
        return await self._start(_guest_principal(guest), device)

    async def refresh(self, refresh_token: str) -> Grant:
        """New tokens for a refresh token. Raises `NotSignedIn`."""
        session_id = self._refresh_tokens.session_of(refresh_token)
        if session_id is None:
            raise NotSignedIn
        state = await self._live_state(session_id)
        who = await self._principal_of(state.session)
        presented = RefreshTokens.hash(refresh_token)
        if presented == state.refresh_hash:
            grant = await self._rotate(state.session, who, presented)
            if grant is not None:
                return grant
            state = await self._live_state(session_id)
        return await self._forgive_or_end(state, who, presented)

    async def require_live(self, session_id: SessionId) -> None:
        """Raises `NotSignedIn` when the session has ended; asks the database every 60 s."""
        if not await self._liveness.is_live(session_id):
            raise NotSignedIn

    async def is_live(self, session_id: SessionId) -> bool:
        """As `require_live`; for sockets, which make no requests, to ask now and then."""
        return await self._liveness.is_live(session_id)

    async def live_session_of(self, refresh_token: str) -> SessionId | None:
        """The session a refresh token was issued for, while it lives. Renews nothing."""
        session_id = self._refresh_tokens.session_of(refresh_token)
        live = session_id is not None and await self.is_live(session_id)
        return session_id if live else None

    async def list_for(self, who: Principal) -> list[Session]:
        """Every live session of the same person, the last seen first."""
        return await self._live_of(
            account_id=who.id if who.kind == "account" else None,
            guest_id=who.id if who.kind == "guest" else None,
        )

    async def end(self, session_id: SessionId) -> None:
        """End a session; its next request is refused, and `on_ended` is told."""
        await self._end([session_id])

    async def end_all(
        self,
        *,
        account_id: str | None = None,
        guest_id: str | None = None,
        keep: SessionId | None = None,
    ) -> None:
        """End every session of one account or one guest, but the one to keep."""
        live = await self._live_of(account_id=account_id, guest_id=guest_id)
        await self._end(session.id for session in live if session.id != keep)

    async def end_by_refresh_token(self, refresh_token: str) -> None:
        """End the session a refresh token was issued for; any other token does nothing."""
        session_id = self._refresh_tokens.session_of(refresh_token)
        if session_id is not None:
            await self._end([session_id])

    async def heard_of_end(self, session_id: SessionId) -> None:
        """Another process has ended the session: act upon it here.

        A listener that fails is logged and harms neither the others nor whoever ended the session.
        """
        self._liveness.ended(session_id)
        for callback in self.on_ended:
            try:
                await callback(session_id)
            except Exception:
                log.exception("session_end_unheard", session_id=session_id)

    async def prune(self) -> int:
        """Delete rows that nobody can use any more; how many were deleted."""
        return await self._sessions.prune(self._clock.wall_ms() - IDLE_S * 1000)

    async def _start(self, who: Principal, device: str) -> Grant:
        session_id = SessionId(new_id("ses"))
        who = replace(who, session_id=session_id)
        now_ms = self._clock.wall_ms()
        session = Session(
            id=session_id,
            account_id=AccountId(who.id) if who.kind == "account" else None,
            guest_id=GuestId(who.id) if who.kind == "guest" else None,
            room_id=who.room_id,
            name=who.name,
            device=device[:80],
            created_wall_ms=now_ms,
            last_seen_wall_ms=now_ms,
            expires_wall_ms=now_ms + IDLE_S * 1000,
            ended_wall_ms=None,
        )
        refresh_token = self._refresh_tokens.new(session_id)
        await self._sessions.add(session, RefreshTokens.hash(refresh_token))
        self._liveness.started(session_id)
        return self._grant(who, refresh_token, session.expires_wall_ms)

    async def _rotate(self, session: Session, who: Principal, old_hash: str) -> Grant | None:
        now_ms = self._clock.wall_ms()
        expires_ms = min(now_ms + IDLE_S * 1000, session.created_wall_ms + ABSOLUTE_S * 1000)
        successor = self._refresh_tokens.new(session.id)
        rotated = await self._sessions.rotate(
            session.id,
            old_hash=old_hash,
            new_hash=RefreshTokens.hash(successor),
            sealed_successor=self._secrets.seal(successor, _place(session.id)),
            name=who.name,
            now_wall_ms=now_ms,
            expires_wall_ms=expires_ms,
        )
        return self._grant(who, successor, expires_ms) if rotated else None

    async def _forgive_or_end(self, state: RefreshState, who: Principal, presented: str) -> Grant:
        in_grace = (
            presented == state.previous_hash
            and state.rotated_wall_ms is not None
            and self._clock.wall_ms() - state.rotated_wall_ms <= GRACE_S * 1000
        )
        if not in_grace or state.sealed_successor is None:
            await self._end([state.session.id])
            raise NotSignedIn
        successor = self._secrets.open(state.sealed_successor, _place(state.session.id))
        return self._grant(who, successor, state.session.expires_wall_ms)

    async def _live_state(self, session_id: SessionId) -> RefreshState:
        state = await self._sessions.find(session_id)
        if state is None or state.session.ended_wall_ms is not None:
            raise NotSignedIn
        if state.session.expires_wall_ms <= self._clock.wall_ms():
            raise NotSignedIn
        return state

    async def _principal_of(self, session: Session) -> Principal:
        """As the person is now, not as they were when the session began."""
        who: Principal | None = None
        if session.account_id is not None:
            account = await self._people.account(session.account_id)
            who = _account_principal(account) if account and not account.disabled else None
        elif session.guest_id is not None:
            guest = await self._people.guest(session.guest_id)
            who = _guest_principal(guest) if guest else None
        if who is None:
            await self._end([session.id])
            raise NotSignedIn
        return replace(who, session_id=session.id)

    async def _live_of(self, *, account_id: str | None, guest_id: str | None) -> list[Session]:
        return await self._sessions.live_of(
            account_id=account_id, guest_id=guest_id, now_wall_ms=self._clock.wall_ms()
        )

    async def _end(self, session_ids: Iterable[SessionId]) -> None:
        ending = list(session_ids)
        if not ending:
            return
        await self._sessions.end(ending, self._clock.wall_ms())
        for session_id in ending:
            await self.heard_of_end(session_id)

    def _grant(self, who: Principal, refresh_token: str, expires_wall_ms: int) -> Grant:
        return Grant(
            principal=who,
            access_token=self._tokens.issue(who),
            refresh_token=refresh_token,
            access_expires_in_s=LIFETIME_S,
            refresh_expires_in_s=max(0, (expires_wall_ms - self._clock.wall_ms()) // 1000),
        )


def _place(session_id: SessionId) -> str:
    return f"sessions|sealed_successor|{session_id}"


_UNSTARTED = SessionId("")


def _account_principal(account: Account) -> Principal:
    return Principal("account", account.id, _UNSTARTED, account.display_name, account.role, None)


def _guest_principal(guest: Guest) -> Principal:
    return Principal("guest", guest.id, _UNSTARTED, guest.name, "guest", guest.room_id)
