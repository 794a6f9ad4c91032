"""Retries, hedges and what ends them."""

import asyncio
from collections.abc import Sequence

import pytest

from watchtogether.plex.attempts import Again, Pace, Patience, persist
from watchtogether.plex.errors import (
    PlexBadAnswer,
    PlexBusy,
    PlexError,
    PlexItemGone,
    PlexResting,
    PlexSlow,
    PlexUnreachable,
)

QUICK = Patience(
    deadline_s=0.5, first_pause_s=0.001, longest_pause_s=0.004, hedge_from_s=0.02, hedge_to_s=0.02
)
HANGS = "hangs"


class Server:
    """Answers by its script; the last line of it for ever."""

    def __init__(self, *script: PlexError | str) -> None:
        self._script: Sequence[PlexError | str] = script
        self.asked = 0
        self.cancelled = 0
        self.most_at_once = 0
        self.was_asked = asyncio.Event()

    async def __call__(self) -> str:
        line = self._script[min(self.asked, len(self._script) - 1)]
        self.asked += 1
        self.was_asked.set()
        if isinstance(line, PlexError):
            raise line
        if line == HANGS:
            self.most_at_once = max(self.most_at_once, self.asked - self.cancelled)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
        return line


async def test_repeats_until_it_is_answered() -> None:
    server = Server(PlexUnreachable(), PlexSlow(), PlexBadAnswer(), "yes")
    again: list[Again] = []
    assert await persist(server, Pace(), QUICK, again.append) == "yes"
    assert again == ["retry"] * 3


async def test_a_hanging_attempt_is_joined_by_another_and_ended() -> None:
    server = Server(HANGS, "yes")
    again: list[Again] = []
    assert await persist(server, Pace(), QUICK, again.append) == "yes"
    assert (again, server.cancelled) == (["hedge"], 1)


async def test_failures_beside_a_hanging_attempt_do_not_end_the_wait_for_it() -> None:
    server = Server(HANGS, PlexUnreachable(), "yes")
    assert await persist(server, Pace(), QUICK) == "yes"


async def test_at_most_three_hang_at_once_and_the_deadline_ends_them() -> None:
    server = Server(HANGS)
    with pytest.raises(PlexSlow):
        await persist(server, Pace(), QUICK)
    assert server.most_at_once == 3
    assert server.asked == server.cancelled == QUICK.most


async def test_the_oldest_that_hangs_makes_room_for_a_new_attempt() -> None:
    server = Server(HANGS, HANGS, HANGS, HANGS, "yes")
    assert await persist(server, Pace(), QUICK) == "yes"
    assert (server.asked, server.cancelled) == (5, 4)


async def test_the_last_error_is_told_at_the_deadline() -> None:
    server = Server(PlexUnreachable(), HANGS)
    with pytest.raises(PlexUnreachable):
        await persist(server, Pace(), QUICK)


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (PlexItemGone(), 1),
        (PlexResting(9.0), 1),
        (PlexBusy(retry_after_s=60), 1),
        (PlexBadAnswer(), 3),
        (PlexUnreachable(), QUICK.most),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_ends_it(error: PlexError, asked: int) -> None:
    server = Server(error)
    with pytest.raises(type(error)):
        await persist(server, Pace(), QUICK)
    assert server.asked == asked


async def test_waits_for_a_server_that_rests_a_moment() -> None:
    server = Server(PlexResting(0.03), "yes")
    started_s = asyncio.get_running_loop().time()
    assert await persist(server, Pace(), QUICK) == "yes"
    assert asyncio.get_running_loop().time() - started_s >= 0.03


async def test_bugs_come_through() -> None:
    async def broken() -> str:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as raised:
        await persist(broken, Pace(), QUICK)
    assert raised.group_contains(ZeroDivisionError)


async def test_who_leaves_ends_the_attempts() -> None:
    server = Server(HANGS)
    asking = asyncio.ensure_future(persist(server, Pace(), QUICK))
    await server.was_asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert server.cancelled == server.asked


def test_a_slow_server_is_given_longer_before_it_is_asked_twice() -> None:
    pace, patience = Pace(), Patience()
    assert pace.hedge_after_s(patience) == patience.hedge_from_s
    for _ in range(50):
        pace.answered(0.5)
    assert pace.hedge_after_s(patience) == pytest.approx(2.0, rel=0.05)
    for _ in range(50):
        pace.answered(4.0)
    assert pace.hedge_after_s(patience) == patience.hedge_to_s
