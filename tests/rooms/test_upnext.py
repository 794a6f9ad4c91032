"""What comes next: asked of the library, offered through the doors, taken up after a crash."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from pathlib import Path

from tests.rooms.test_live import CODE, House, house
from tests.support import people
from tests.support.clock import FakeClock
from tests.support.databases import opened
from tests.support.people import Json, Person, Seat, films, guest, party, seat
from tests.support.processes import Sandbox, Server, server
from tests.support.rooms import HOST, film
from watchtogether.kit.ids import RoomId
from watchtogether.plex.errors import PlexUnreachable
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.log import Record
from watchtogether.rooms.upnext import UpNext
from watchtogether.sync import commands as c
from watchtogether.sync.room import Room
from watchtogether.sync.timeline import Cause, RoomItem

FIRST, SECOND = film("1", kind="episode"), film("2", kind="episode")


class Library:
    """Answers what follows when it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: asyncio.Queue[RoomItem | Exception | None] = asyncio.Queue()

    async def follow_up(self, room: Room) -> RoomItem | None:
        assert room.timeline.item is not None
        self.asked.append(room.timeline.item.rating_key)
        answer = await self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextlib.asynccontextmanager
async def asking(tmp_path: Path) -> AsyncIterator[tuple[House, LiveRoom, Library]]:
    """A process whose room has an episode on, and which asks the library."""
    library = Library()
    async with (
        opened("sqlite", tmp_path) as database,
        house(database, FakeClock()) as one,
        asyncio.TaskGroup() as tasks,
    ):

        def start(_: str, work: Coroutine[object, object, None]) -> None:
            tasks.create_task(work)

        _listen(one, UpNext(one.registry, library.follow_up, start).heard)
        live = await one.room()
        await put_on(live, FIRST)
        yield one, live, library
        library.answers.put_nowait(None)


def _listen(one: House, heard: Callable[[Room, Sequence[Record]], None]) -> None:
    tell: Callable[..., Awaitable[None]] = one.notebook.happened

    async def happened(room: Room, records: Sequence[Record], *, durable: bool) -> None:
        heard(room, records)
        await tell(room, records, durable=durable)

    one.notebook.happened = happened  # type: ignore[method-assign]


async def put_on(live: LiveRoom, item: RoomItem) -> None:
    await live.execute(c.Load(HOST, live.room.timeline.revision, item, 0.0, play=False))


async def play_to_the_end(one: House, live: LiveRoom) -> None:
    revision = live.room.timeline.revision
    await live.execute(c.Seek(HOST, revision, 599.0))
    await live.execute(c.Ready(HOST, True, revision + 1))
    await live.execute(c.Play(HOST, revision + 1))
    await one.until(lambda: live.room.timeline.cause is Cause.ENDED)
    await live.told()


async def test_PB27_the_library_is_asked_at_the_end_and_its_answer_offered(tmp_path: Path) -> None:
    async with asking(tmp_path) as (one, live, library):
        assert library.asked == []
        await play_to_the_end(one, live)
        await one.until(lambda: library.asked == ["1"])
        library.answers.put_nowait(SECOND)
        await one.until(lambda: live.room.offer is not None)
        await one.until(lambda: live.room.timeline.item == SECOND)
        await live.told()
        assert library.asked == ["1"]


async def test_PB29_an_answer_for_what_is_no_longer_on_is_dropped(tmp_path: Path) -> None:
    async with asking(tmp_path) as (one, live, library):
        await play_to_the_end(one, live)
        await one.until(lambda: library.asked == ["1"])
        await put_on(live, film("7", kind="episode"))
        await play_to_the_end(one, live)
        await one.until(lambda: library.asked == ["1", "7"])
        library.answers.put_nowait(SECOND)
        for _ in range(20):
            await one.clock.advance(0.1)
        assert live.room.offer is None
        library.answers.put_nowait(film("8", kind="episode"))
        await one.until(lambda: live.room.offer is not None)
        assert live.room.offer is not None
        assert live.room.offer.item.rating_key == "8"


async def test_PB27_without_plex_or_after_the_last_one_there_is_no_offer(tmp_path: Path) -> None:
    for answer in (None, PlexUnreachable()):
        folder = tmp_path / type(answer).__name__
        folder.mkdir()
        async with asking(folder) as (one, live, library):
            await play_to_the_end(one, live)
            library.answers.put_nowait(answer)
            for _ in range(20):
                await one.clock.advance(1)
            assert live.room.offer is None
            assert library.asked == ["1"], "nobody asks again by themselves"
            await live.execute(c.Seek(HOST, live.room.timeline.revision, 10.0))


async def test_LOG6_the_room_goes_on_without_the_database(tmp_path: Path) -> None:
    async with asking(tmp_path) as (one, live, library):
        await play_to_the_end(one, live)
        one.log.away = True
        library.answers.put_nowait(SECOND)
        await one.until(lambda: live.room.timeline.item == SECOND)
        assert not live.durable
        one.log.away = False
        await one.until(lambda: live.durable)
        kinds = [type(r.event).__name__ for r in await one.log.read(RoomId("room_1"))]
        offered = kinds.index("NextOffered")
        assert kinds[offered : offered + 2] == ["NextOffered", "PlaybackChanged"]
        assert (await one.registry.get(CODE)) is live


def episodes(olive: Person) -> list[Json]:
    """All of the show, in order."""
    server_id = olive.get("api/plex/servers")[0]["id"]
    found = olive.get("api/plex/search", q="Gamma", server=server_id)["items"]
    show = next(item for item in found if item["kind"] == "show")

    def children(key: str) -> list[Json]:
        items: list[Json] = olive.get(f"api/plex/items/{key}/children", server=server_id)["items"]
        return items

    return [
        episode for season in children(show["rating_key"])
        for episode in children(season["rating_key"])
    ]  # fmt: skip


async def put_on_by_hand(host: Seat, item: Json, **position: float) -> Json:
    """The timeline that comes of it."""
    chosen = {"server": item["server"], "rating_key": item["rating_key"]}
    answer = await host.command("playback:load", **chosen, **position)
    timeline: Json = answer["timeline"]
    return timeline


async def to_the_end(host: Seat, *others: Seat) -> None:
    await host.command("playback:seek", position_s=host.timeline["duration_s"] - 0.2)
    for one in (host, *others):
        await one.until_revision(host.revision)
        await one.ready()
    await host.command("playback:play")
    await host.until(lambda: host.timeline["cause"] == "ended")


async def test_PB27_the_next_episode_is_offered_to_everybody(
    running: Server, olive: Person
) -> None:
    first, second, third = episodes(olive)[:3]
    code = party(olive, first)
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        assert friend.joined["offer"] is None
        assert friend.joined["room"]["autoplay"] is True
        await to_the_end(host, friend)
        (offer,) = await friend.until(lambda: friend.events("next:offered"))
        assert offer["item"]["rating_key"] == second["rating_key"]
        assert offer["ends_ms"] > host.timeline["as_of_ms"]
        assert offer["revision"] == friend.revision
        async with seat(guest(running, code, "Ben"), code) as late:
            told = {name: offer[name] for name in late.joined["offer"]}
            assert late.joined["offer"] == told
        refused = await friend.ask("next:withdraw", id="w0")
        assert refused["error"]["code"] == "not_permitted"
        answer = await host.command("playback:next")
        assert answer["timeline"]["item"]["rating_key"] == second["rating_key"]
        assert answer["offer"] is None
        await to_the_end(host, friend)
        await friend.until(lambda: len(friend.events("next:offered")) == 2)
        assert friend.events("next:offered")[1]["item"]["rating_key"] == third["rating_key"]
        assert (await host.ask("next:withdraw", id="w1"))["offer"] is None
        withdrawn = await friend.until(lambda: friend.events("next:withdrawn"))
        assert withdrawn[0]["reason"] == "declined"
        assert (await host.ask("next:withdraw", id="w2"))["error"]["code"] == "no_offer"


async def test_PB29_the_offer_is_about_what_is_on_now(running: Server, olive: Person) -> None:
    all_of_them, beta = episodes(olive), films(olive)[1]
    code = party(olive, all_of_them[0])
    async with seat(olive, code) as host:
        chosen = all_of_them[1]
        await host.command(
            "playback:load", server=chosen["server"], rating_key=chosen["rating_key"]
        )
        await to_the_end(host)
        (offer,) = await host.until(lambda: host.events("next:offered"))
        assert offer["item"]["rating_key"] == all_of_them[2]["rating_key"]
        await host.ask("queue:add", id="q", server=beta["server"], rating_key=beta["rating_key"])
        await host.until(lambda: len(host.events("next:offered")) == 2)
        queued = host.events("next:offered")[1]
        assert (queued["item"]["title"], queued["queued"]) == (beta["title"], True)


async def test_PB28_the_rule_is_edited_with_the_others(running: Server, olive: Person) -> None:
    code = party(olive, episodes(olive)[0])
    changed = olive.http.patch(f"api/rooms/{code}", json={"autoplay": False}).raise_for_status()
    assert changed.json()["autoplay"] is False
    async with seat(olive, code) as host:
        assert host.joined["room"]["autoplay"] is False
        await to_the_end(host)
        (offer,) = await host.until(lambda: host.events("next:offered"))
        assert offer["ends_ms"] is None


async def test_PB27_after_a_crash_the_offer_is_open_again(tmp_path: Path, plex: Sandbox) -> None:
    """LOG-8; and PB-30: the places are in the log too."""
    with server(tmp_path / "data", plex) as running:
        olive = people.owner(running, plex)
        first, second = episodes(olive)[:2]
        alpha = films(olive)[0]
        code = party(olive, alpha)
        async with seat(olive, code) as host:
            await put_on_by_hand(host, alpha, position_s=50)
            await put_on_by_hand(host, first)
            await to_the_end(host)
            await host.until(lambda: host.events("next:offered"))
            running.kill()
        running.start()
        async with seat(olive, code) as host:
            offer = host.joined["offer"]
            assert offer["item"]["rating_key"] == second["rating_key"]
            assert offer["clock_id"] == host.joined["clock_id"]
            assert offer["revision"] == host.revision
            assert offer["ends_ms"] is not None
            answer = await host.command("playback:next")
            assert answer["timeline"]["item"]["rating_key"] == second["rating_key"]
            resumed = await put_on_by_hand(host, alpha)
            assert (resumed["position_s"], resumed["resumed"]) == (45, True)
            named = await put_on_by_hand(host, alpha, position_s=0)
            assert (named["position_s"], named["resumed"]) == (0, False)
