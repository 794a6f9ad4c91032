"""What people do: each habit is one act of one viewer. Add a new command here by one function."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from watchtogether.sync.room import PERMITTABLE

if TYPE_CHECKING:
    from tests.simulation.viewer import Viewer

Habit = Callable[["Viewer"], None]
_PERMITS = sorted(PERMITTABLE)


def act(viewer: "Viewer") -> None:
    """One thing that this viewer does now; mostly what they may, sometimes what they may not."""
    rng = viewer.world.rng
    habit = rng.choices(_HABITS, _WEIGHTS)[0]
    habit(viewer)


def begin(viewer: "Viewer") -> None:
    """The film that the party came for."""
    key = viewer.world.rng.randrange(8)
    viewer.command("playback:load", revision=0, server="srv", rating_key=str(key), play=True)


def load(viewer: "Viewer") -> None:
    rng = viewer.world.rng
    viewer.command(
        "playback:load",
        revision=_seen(viewer),
        server="srv",
        rating_key=str(rng.randrange(8)),
        position_s=rng.choice((None, 0.0, 30.0, 5_000.0)),
        play=rng.random() < 0.6,
    )


def play(viewer: "Viewer") -> None:
    viewer.command("playback:play", revision=_seen(viewer))


def pause(viewer: "Viewer") -> None:
    viewer.command("playback:pause", revision=_seen(viewer))


def seek(viewer: "Viewer") -> None:
    head, rng = viewer.store.timeline, viewer.world.rng
    length_s = head["duration_s"] if head else 100.0
    position_s = length_s * rng.choice((rng.random(), rng.random(), 0.0, 0.999, 1.0, 1.01))
    viewer.command("playback:seek", revision=_seen(viewer), position_s=position_s)


def race(viewer: "Viewer") -> None:
    """Two who steer at once."""
    seek(viewer)
    others = [v for v in viewer.world.viewers if v is not viewer and v.phase == "joined"]
    if others:
        seek(viewer.world.rng.choice(others))


def rate(viewer: "Viewer") -> None:
    chosen = viewer.world.rng.choice((0.5, 1.0, 1.0, 1.25, 2.0, 2.5))
    viewer.command("playback:rate", revision=_seen(viewer), rate=chosen)


def go_next(viewer: "Viewer") -> None:
    viewer.command("playback:next", revision=_seen(viewer))


def stay(viewer: "Viewer") -> None:
    if viewer.store.offer:
        viewer.command("next:withdraw")


def skip(viewer: "Viewer") -> None:
    viewer.command("wait:skip")


def say(viewer: "Viewer") -> None:
    viewer.command("chat:send", text=f"what {viewer.name} thinks of it")


def unsay(viewer: "Viewer") -> None:
    if viewer.store.messages:
        chosen = viewer.world.rng.choice(sorted(viewer.store.messages))
        viewer.command("chat:delete", message_id=chosen)


def queue_add(viewer: "Viewer") -> None:
    key = str(viewer.world.rng.randrange(8))
    viewer.command("queue:add", server="srv", rating_key=key)


def queue_remove(viewer: "Viewer") -> None:
    if viewer.store.queue:
        chosen = viewer.world.rng.choice(viewer.store.queue)
        viewer.command("queue:remove", entry_id=chosen["id"])


def queue_move(viewer: "Viewer") -> None:
    if viewer.store.queue:
        rng = viewer.world.rng
        chosen = rng.choice(viewer.store.queue)
        viewer.command("queue:move", entry_id=chosen["id"], to=rng.randrange(5))


def permit(viewer: "Viewer") -> None:
    rng = viewer.world.rng
    viewer.command(
        "member:permit",
        member_id=_somebody(viewer),
        actions=rng.sample(_PERMITS, rng.randrange(4)),
    )


def pass_host(viewer: "Viewer") -> None:
    viewer.command("host:pass", member_id=_somebody(viewer))


def kick(viewer: "Viewer") -> None:
    viewer.command("member:kick", member_id=_somebody(viewer), ban=viewer.world.rng.random() < 0.5)


def edit(viewer: "Viewer") -> None:
    rng = viewer.world.rng
    patch = rng.choice(
        (
            {"control": rng.choice(("host", "everyone"))},
            {"wait_policy": rng.choice(("everyone", "host", "never"))},
            {"name": f"Party of {viewer.name}"},
            {"autoplay": rng.random() < 0.7},
        )
    )
    viewer.tell("http:edit", patch)


def wave(viewer: "Viewer") -> None:
    viewer.tell("chat:react", {"emoji": "👋"})


def report(viewer: "Viewer") -> None:
    viewer.player.tell_status()


def step_out(viewer: "Viewer") -> None:
    """Out, and in again after a while."""
    if viewer.player.out:
        viewer.player.step(out=False)
    else:
        viewer.player.step(out=True)
        wait_s = viewer.world.rng.random() * 40
        viewer.world.loop.call_later(wait_s, lambda: viewer.player.step(out=False))


def open_check(viewer: "Viewer") -> None:
    viewer.command("check:open")


def cancel_check(viewer: "Viewer") -> None:
    viewer.command("check:cancel")


def answer_check(viewer: "Viewer") -> None:
    viewer.tell("check:answer", {"ready": viewer.world.rng.random() < 0.9})


def run_short(viewer: "Viewer") -> None:
    """The link gets slow, or quick again: the room may be eased (SPEC PB-19)."""
    viewer.player.fill = viewer.world.rng.choice((None, 0.3, 0.9, 1.5))
    viewer.player.tell_status()


_WEIGHED: dict[Habit, float] = {
    load: 1.0,
    play: 5.0,
    pause: 3.0,
    seek: 5.0,
    race: 1.5,
    rate: 1.0,
    go_next: 0.7,
    stay: 0.5,
    skip: 0.7,
    say: 3.0,
    unsay: 0.5,
    queue_add: 1.0,
    queue_remove: 0.5,
    queue_move: 0.5,
    permit: 0.5,
    pass_host: 0.4,
    kick: 0.12,
    edit: 0.4,
    wave: 0.3,
    report: 1.5,
    step_out: 0.5,
    open_check: 0.7,
    cancel_check: 0.1,
    answer_check: 2.0,
    run_short: 1.0,
}
_HABITS, _WEIGHTS = list(_WEIGHED), list(_WEIGHED.values())


def _seen(viewer: "Viewer") -> int:
    """The revision this viewer has seen; now and then one that is long past."""
    head, rng = viewer.store.timeline, viewer.world.rng
    revision = int(head["revision"]) if head else 0
    return max(0, revision - rng.randrange(1, 4)) if rng.random() < 0.1 else revision


def _somebody(viewer: "Viewer") -> str:
    members = viewer.store.members
    return viewer.world.rng.choice(list(members)) if members else "mem_nobody"
