"""One measurement: gates, a party that plays steadily, and what disturbs it."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.sync import gates
from bench.sync.contenders import OURS, Contender, build_pages, enter_contender
from bench.sync.films import Film, film
from bench.sync.fits import Window, content_offset_s, windows
from bench.sync.gates import Gate, Idle
from bench.sync.network import Network, network
from bench.sync.profiles import Profile
from bench.sync.readings import Log, joined
from bench.sync.remote import Remote, remote
from bench.sync.score import Party, score
from bench.sync.screens import Screen, each, give_source, screens
from bench.sync.stage import Stage, stage, warm
from bench.sync.truth import Truth, Vector

FPS = 59
GATE_S = 5.0
LEAD_IN_S = 6.0
"""After the start, before the steady part counts."""
_BEYOND_S = 90.0
"""Film for everything but the steady part."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. `source` is hls, mp4 or mix."""

    profile: Profile
    pages: int = 4
    seconds: float = 60.0
    source: str = "hls"
    contenders: Sequence[Contender] = (OURS,)
    gated: bool = True
    disturbed: bool = True
    """Pause, play, seek and a page that comes back, after the steady part."""

    @property
    def film(self) -> Film:
        whole_minutes = int((self.seconds + _BEYOND_S) // 60) + 1
        return film(whole_minutes * 60, FPS)


@dataclass
class Outcome:
    """Figures of one contender, and the gates they stand on."""

    contender: str
    plan: Plan
    gates: list[Gate]
    figures: dict[str, Any]
    complaints: list[str] = field(default_factory=list)
    reconnections: int = 0
    """Connections that pages opened anew during the steady part."""

    @property
    def void(self) -> bool:
        return not all(gate.holds for gate in self.gates)


Say = Callable[[str], None]


async def measure(plan: Plan, say: Say = print) -> list[Outcome]:
    """Each contender in turn, over the same network, in the same windows.

    Raises `NotPermitted` where the network cannot be made.
    """
    reel = plan.film
    with (
        tempfile.TemporaryDirectory() as folder,
        network(plan.profile, plan.pages) as net,
        stage(reel, net.address, Path(folder)) as on,
    ):
        if plan.source != "mp4":
            took_s = await asyncio.to_thread(warm, on, reel.seconds)
            say(f"film fetched once in {took_s:.0f} s")
        if any(each is not OURS for each in plan.contenders):
            await asyncio.to_thread(build_pages, Path(folder) / "built")
        outcomes = []
        async with screens(net, plan.profile) as shown:
            tested = await prove(on, shown, say) if plan.gated else []
            for contender in plan.contenders:
                outcome = await _one(plan, contender, on.new_room(), net, shown, say)
                outcome.gates[:0] = tested
                outcomes.append(outcome)
                say(f"{contender.name} done")
        return outcomes


async def prove(on: Stage, shown: Sequence[Screen], say: Say) -> list[Gate]:
    """The null test and the planted offset, in the windows that are going to be measured with."""
    if len(shown) < 2:
        return []
    address, as_of_ms = on.address(on.film.mp4), time.monotonic() * 1000 + 3_000
    await each(shown, lambda screen: screen.goto(f"{on.running.url}bench/page/gate.html"))

    async def hold(screen: Screen) -> None:
        await screen.page.evaluate(
            "([url, origin, as_of]) => window.hold(url, origin, as_of, 2)",
            [address, await screen.origin_ms(), as_of_ms],
        )

    await each(shown, hold)
    null = await _held(shown, as_of_ms, settle_s=5.0)
    await shown[0].plant(gates.PLANT_MS / 1000)
    planted = await _held(shown, as_of_ms, settle_s=4.0)
    await shown[0].plant(0)
    doubts = await each(shown, lambda screen: screen.clock_doubt_ms())
    found = [gates.null_gate(null), gates.plant_gate(null, planted), gates.clocks_gate(doubts)]
    for gate in found:
        say(f"gate: {gate.name} {gate.figure} ({'holds' if gate.holds else 'FAILS'})")
    return found


async def _held(
    shown: Sequence[Screen], as_of_ms: float, settle_s: float
) -> list[dict[float, Window]]:
    await asyncio.sleep(settle_s)
    await each(shown, lambda screen: screen.forget())
    start_ms = time.monotonic() * 1000
    await asyncio.sleep(GATE_S)
    end_ms = time.monotonic() * 1000
    logs = await each(shown, lambda screen: screen.take())
    vector = Vector(1, 1, "playing", 2.0, 1.0, as_of_ms, 1e9, "play", as_of_ms)
    truth = Truth([vector])
    return [
        windows(log, truth, FPS, content_offset_s(log.frames, FPS), start_ms, end_ms)
        for log in logs
    ]


async def _one(
    plan: Plan, contender: Contender, on: Stage, net: Network, shown: Sequence[Screen], say: Say
) -> Outcome:
    for screen in shown:
        screen.complaints.clear()
    async with remote(on.olive, on.code) as steering, gates.idle() as idle:
        await _enter(plan, contender, on, shown)
        await idle.rest()
        say(f"{contender.name}: everybody is there")
        await steering.play()
        await steering.until_state("playing", 60)
        await asyncio.sleep(LEAD_IN_S)
        net.mark()
        idle.forget()
        before = sum(screen.sockets for screen in shown)
        start_ms = time.monotonic() * 1000
        await asyncio.sleep(plan.seconds)
        end_ms = time.monotonic() * 1000
        anew = sum(screen.sockets for screen in shown) - before
        say(f"{contender.name}: watched for {plan.seconds:g} s")
        carried, busy = net.mark(), Idle(list(idle.shares))
        logs = [[log] for log in await each(shown, lambda screen: screen.take())]
        joins = await _disturb(plan, contender, on, steering, shown, logs) if plan.disturbed else []
        for kept, log in zip(logs, await each(shown, lambda screen: screen.take()), strict=True):
            kept.append(log)
        party = Party(
            [joined(kept) for kept in logs],
            steering.truth,
            FPS,
            (start_ms, end_ms),
            time.monotonic() * 1000,
            joins,
        )
    steady = [log.between(start_ms, end_ms) for log in party.logs]
    found = [gates.lost_gate(steady, FPS), gates.idle_gate(busy.shares), gates.relay_gate(carried)]
    complaints = [f"{screen.name}: {text}" for screen in shown for text in screen.complaints]
    return Outcome(contender.name, plan, found, score(party), complaints, anew)


async def _enter(plan: Plan, contender: Contender, on: Stage, shown: Sequence[Screen]) -> None:
    async def enter(screen: Screen) -> None:
        await screen.page.unroute_all()
        if source_of(plan, shown.index(screen)) == "mp4":
            await give_source(screen, on.address(on.film.mp4))
        if contender is OURS:
            await screen.enter(on.link)
        else:
            await enter_contender(screen, contender, on, again=False)

    await each(shown, enter)


def source_of(plan: Plan, page: int) -> str:
    """Of a mix, every other page has the file itself."""
    if plan.source == "mix":
        return "mp4" if page % 2 else "hls"
    return plan.source


async def _disturb(
    plan: Plan,
    contender: Contender,
    on: Stage,
    steering: Remote,
    shown: Sequence[Screen],
    logs: list[list[Log]],
) -> list[tuple[int, float]]:
    """Pause, play, seek, and a page that comes back; pages and when they left."""
    await steering.pause()
    paused_ms = steering.now.as_of_ms
    await each(shown, lambda screen: screen.read_at(paused_ms + 310))
    await asyncio.sleep(2)
    await steering.play()
    await steering.until_state("playing", 60)
    await asyncio.sleep(6)
    await steering.seek(20.0)
    await asyncio.sleep(0.2)
    await steering.until_state("playing", 60)
    await asyncio.sleep(6)
    last = shown[-1]
    logs[-1].append(await last.take())
    left_ms = time.monotonic() * 1000
    if contender is OURS:
        await last.goto(on.link)
        await last.until("window.__watchtogether?.state().phase === 'joined'", 30)
    else:
        await enter_contender(last, contender, on, again=True)
    await last.until("window.__rig.frames.length > 5", 30)
    await asyncio.sleep(8)
    return [(len(shown) - 1, left_ms)]
