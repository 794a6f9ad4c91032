"""Sessions on real SQLite: rotation, reuse, grace, ends, and the database being away."""

import asyncio

import pytest

from tests.accounts.conftest import PASSWORD, ROOM, Build, Server
from watchtogether.accounts.door import Door
from watchtogether.accounts.errors import NotSignedIn
from watchtogether.accounts.model import Account, Grant
from watchtogether.accounts.sessions import SessionService
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import SessionId

DOOR = Door("127.0.0.1", loopback=True)


@pytest.fixture
async def account(server: Server) -> Account:
    return await server.accounts.register("ada", PASSWORD, None, DOOR)


@pytest.fixture
async def grant(server: Server, account: Account) -> Grant:
    return await server.accounts.sign_in(account, "test")


async def test_a_refresh_replaces_both_tokens_and_keeps_the_session(
    server: Server, grant: Grant
) -> None:
    await server.clock.advance(1)
    renewed = await server.sessions.refresh(grant.refresh_token)
    assert renewed.refresh_token != grant.refresh_token
    assert renewed.access_token != grant.access_token
    assert renewed.principal == grant.principal
    assert await server.guard.authenticate(renewed.access_token) == grant.principal


async def test_a_refresh_extends_the_session_up_to_half_a_year(
    server: Server, grant: Grant
) -> None:
    day = 24 * 3600
    for _ in range(6):
        await server.clock.advance(29 * day)
        grant = await server.sessions.refresh(grant.refresh_token)
    assert grant.refresh_expires_in_s == 6 * day
    await server.clock.advance(6 * day)
    with pytest.raises(NotSignedIn):
        await server.sessions.refresh(grant.refresh_token)


async def test_the_predecessor_gets_the_same_successor_for_ten_seconds(
    server: Server, grant: Grant
) -> None:
    first = await server.sessions.refresh(grant.refresh_token)
    await server.clock.advance(10)
    second = await server.sessions.refresh(grant.refresh_token)
    assert second.refresh_token == first.refresh_token
    assert server.ended == []


async def test_the_predecessor_ends_the_session_after_ten_seconds(
    server: Server, grant: Grant
) -> None:
    renewed = await server.sessions.refresh(grant.refresh_token)
    await server.clock.advance(10.001)
    with pytest.raises(NotSignedIn):
        await server.sessions.refresh(grant.refresh_token)
    with pytest.raises(NotSignedIn):
        await server.sessions.refresh(renewed.refresh_token)
    assert server.ended == [grant.principal.session_id]


@pytest.mark.parametrize("forge", ["secret", "tag", "garbage"])
async def test_a_forged_token_ends_nobodys_session(
    server: Server, grant: Grant, forge: str
) -> None:
    session, secret, tag = grant.refresh_token.split(".")
    forged = {
        "secret": f"{session}.{'A' * len(secret)}.{tag}",
        "tag": f"{session}.{secret}.{'0' * len(tag)}",
        "garbage": "ü" * 300,
    }[forge]
    with pytest.raises(NotSignedIn):
        await server.sessions.refresh(forged)
    assert server.ended == []
    assert await server.sessions.refresh(grant.refresh_token)


async def test_an_end_is_heard_by_every_listener_in_order(server: Server, grant: Grant) -> None:
    heard: list[SessionId] = []

    async def listen(session_id: SessionId) -> None:
        heard.append(session_id)

    server.sessions.on_ended.append(listen)
    await server.sessions.end(grant.principal.session_id)
    assert heard == server.ended == [grant.principal.session_id]
    assert not await server.sessions.is_live(grant.principal.session_id)


async def test_a_listener_that_fails_harms_no_other(server: Server, grant: Grant) -> None:
    async def fail(_: SessionId) -> None:
        raise RuntimeError("a bug elsewhere")

    server.sessions.on_ended.insert(0, fail)
    await server.sessions.end(grant.principal.session_id)
    assert server.ended == [grant.principal.session_id]


async def test_ending_all_spares_the_one_to_keep(
    server: Server, account: Account, grant: Grant
) -> None:
    other = await server.accounts.sign_in(account, "phone")
    await server.sessions.end_all(account_id=account.id, keep=grant.principal.session_id)
    assert server.ended == [other.principal.session_id]


async def test_a_guests_session_is_renewed_and_ended_likewise(server: Server) -> None:
    grant = await server.accounts.create_guest(ROOM, "Zoë", "test")
    renewed = await server.sessions.refresh(grant.refresh_token)
    assert renewed.principal == grant.principal
    await server.sessions.end_all(guest_id=grant.principal.id)
    with pytest.raises(NotSignedIn):
        await server.guard.authenticate(renewed.access_token)


async def test_a_new_name_and_role_show_after_the_next_refresh(
    server: Server, grant: Grant
) -> None:
    from sqlalchemy import update

    from watchtogether.accounts.tables import AccountRow

    async with server.database.transaction() as unit:
        await unit.execute(update(AccountRow).values(display_name="Countess", role="user"))
    renewed = await server.sessions.refresh(grant.refresh_token)
    assert (renewed.principal.name, renewed.principal.role) == ("Countess", "user")


class TestOtherProcess:
    """Two services share the database, as two instances do."""

    @staticmethod
    def _twin(server: Server) -> SessionService:
        return SessionService(server.database, server.tokens, server.secrets, server.clock)

    async def test_an_end_elsewhere_is_noticed_within_a_minute(
        self, server: Server, grant: Grant
    ) -> None:
        await self._twin(server).end(grant.principal.session_id)
        await server.clock.advance(59)
        assert await server.sessions.is_live(grant.principal.session_id)
        await server.clock.advance(1)
        assert not await server.sessions.is_live(grant.principal.session_id)

    async def test_an_end_that_was_announced_is_noticed_at_once(
        self, server: Server, grant: Grant
    ) -> None:
        await self._twin(server).end(grant.principal.session_id)
        await server.sessions.heard_of_end(grant.principal.session_id)
        with pytest.raises(NotSignedIn):
            await server.guard.authenticate(grant.access_token)

    async def test_a_race_between_two_has_one_successor(self, server: Server, grant: Grant) -> None:
        first, second = await asyncio.gather(
            server.sessions.refresh(grant.refresh_token),
            self._twin(server).refresh(grant.refresh_token),
        )
        assert first.refresh_token == second.refresh_token


class TestDatabaseAway:
    async def test_a_session_seen_before_goes_on(self, server: Server, grant: Grant) -> None:
        await server.clock.advance(61)
        await _take_away(server)
        assert await server.guard.authenticate(grant.access_token) == grant.principal

    async def test_one_never_seen_here_is_not_decided(self, build: Build, server: Server) -> None:
        grant = await server.accounts.create_guest(ROOM, "Zoë", "test")
        restarted = build()
        await _take_away(server)
        answers = await asyncio.gather(
            *(restarted.guard.authenticate(grant.access_token) for _ in range(5)),
            return_exceptions=True,
        )
        assert {type(answer) for answer in answers} == {StorageUnavailable}


async def _take_away(server: Server) -> None:
    from sqlalchemy import text

    async with server.database.transaction() as unit:
        await unit.execute(text("ALTER TABLE sessions RENAME TO away"))


async def test_a_thousand_returning_clients_cost_a_handful_of_queries(
    build: Build, server: Server
) -> None:
    from sqlalchemy import event

    grants = [await server.accounts.create_guest(ROOM, f"guest {n}", "test") for n in range(300)]
    restarted = build()
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(server.database.engine.sync_engine, "before_cursor_execute", count)
    await asyncio.gather(*(restarted.guard.authenticate(g.access_token) for g in grants))
    event.remove(server.database.engine.sync_engine, "before_cursor_execute", count)
    assert statements <= 6


async def test_pruning_forgets_what_nobody_can_use(server: Server, grant: Grant) -> None:
    await server.sessions.end(grant.principal.session_id)
    assert await server.sessions.prune() == 0
    await server.clock.advance(31 * 24 * 3600)
    assert await server.sessions.prune() == 1
