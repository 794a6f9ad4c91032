"""Signing in with keys of this server: tokens that end, and are renewed before they do."""

import time

import pytest

from plexsandbox.box import Sandbox
from tests.plex.conftest import World, build_world
from tests.support.clock import FakeClock
from watchtogether.db.engine import Database
from watchtogether.kit.ids import AccountId
from watchtogether.kit.tasks import Background
from watchtogether.plex.account_tokens import RENEW_BEFORE_S
from watchtogether.plex.device_key import DeviceKeys, DeviceToken, read_stored

DAY_S = 24 * 3600


@pytest.fixture
def world(sandbox: Sandbox, database: Database, background: Background) -> World:
    """Its clock is the sandbox's, since both look at when tokens end."""
    clock = FakeClock(wall_ms=int(time.time() * 1000))
    return build_world(sandbox, database, background, clock=clock, device_keys=True)


async def stored(world: World, account_id: AccountId) -> DeviceToken:
    found = read_stored(await world.accounts.token_for(account_id, "plex") or "")
    assert found is not None
    return found


async def test_a_key_earns_a_token_of_a_week(world: World) -> None:
    olive = await world.account("olive")
    held = await stored(world, olive)
    ends_s = held.expires_s()
    assert ends_s is not None
    assert ends_s - time.time() == pytest.approx(7 * DAY_S, abs=60)
    assert await world.account_tokens.token_for(olive, "plex") == held.token
    assert (await world.service.libraries(olive, world.server_id)).value


async def test_a_token_that_is_good_for_long_is_not_renewed(world: World) -> None:
    olive = await world.account("olive")
    before = await stored(world, olive)
    world.wire.requests.clear()
    await world.account_tokens.token_for(olive, "plex")
    assert world.wire.requests == []
    assert await stored(world, olive) == before


async def test_a_token_is_renewed_before_it_ends(world: World) -> None:
    world.box.device_keys.lifetime_s = RENEW_BEFORE_S - 60
    olive = await world.account("olive")
    before = await stored(world, olive)
    world.box.device_keys.lifetime_s = 7 * DAY_S
    token = await world.account_tokens.token_for(olive, "plex")
    after = await stored(world, olive)
    assert (after.token, after.key_name) == (token, before.key_name)
    assert (after.expires_s() or 0) > (before.expires_s() or 0) + 4 * DAY_S
    await world.clock.advance(700)
    assert [s.online for s in await world.service.servers(olive)] == [True]


async def test_plex_tv_being_away_leaves_the_old_token_in_use(world: World) -> None:
    world.box.device_keys.lifetime_s = 3600
    olive = await world.account("olive")
    before = await stored(world, olive)
    world.wire.cut_below = "/api/v2/auth"
    assert await world.account_tokens.token_for(olive, "plex") == before.token
    assert await stored(world, olive) == before


async def test_two_people_have_two_keys(world: World) -> None:
    olive, frida = await world.account("olive"), await world.account("frida")
    assert (await stored(world, olive)).key_name != (await stored(world, frida)).key_name


def test_keys_are_the_same_at_every_start_and_apart_by_name() -> None:
    def derive(purpose: str) -> bytes:
        return purpose.encode()[-32:].rjust(32, b"0")

    one, two = (DeviceKeys(derive, "client", FakeClock()) for _ in range(2))
    assert one.public("a") == two.public("a")
    assert one.public("a")["x"] != one.public("b")["x"]
    assert set(one.public("a")) == {"kty", "crv", "x", "kid", "use", "alg"}


@pytest.mark.parametrize("token", ["", "plain", "a.b.c", "a..c", "a.e30.c", "a.bnVsbA.c"])
def test_a_token_that_says_no_end_is_never_renewed(token: str) -> None:
    assert DeviceToken("key", token).expires_s() is None


def test_older_tokens_are_read_as_they_are() -> None:
    assert read_stored("xxxxxxxxxxxxxxxxxxxx") is None
    assert read_stored(DeviceToken("key_1", "a.b.c").stored()) == DeviceToken("key_1", "a.b.c")
