"""The tracks that an account has chosen in Plex, and what a conversion changes of that: nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plexsandbox.faults import Fault
from tests.plex.conftest import World
from tests.sandbox.media import make_library
from watchtogether.kit.clock import SystemClock
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import PlexItemGone
from watchtogether.plex.facts import Version, versions_of
from watchtogether.plex.transcode import Order, PlexTranscoder, Transcode, TranscodeRefused


@pytest.fixture(scope="module")
def media_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its first film has two sounds, English and French, and two subtitles."""
    folder = tmp_path_factory.mktemp("media")
    make_library(folder)
    return folder


class Cinema:
    """The film at the sandbox, and what olive has chosen of it: a subtitle, and no sound."""

    def __init__(self, world: World, access: ServerAccess, version: Version) -> None:
        self.world = world
        self.access = access
        self.version = version
        self.english, self.french = [each.id for each in version.sounds]
        self.words = ""
        self.transcoder = PlexTranscoder(world.http, SystemClock())

    async def chosen(self) -> list[str]:
        """Ids of the tracks that Plex gives, pictures apart."""
        item = await self.world.library.item(self.access, self.world.key_of("Test Film"))
        return [each.id for each in item.media[0].parts[0].streams if each.selected]

    async def start(
        self, sound: str | None, burned: str | None = None, *, chosen: bool = True
    ) -> Transcode:
        self.world.wire.requests.clear()
        order = Order(
            f"session-{sound}-{burned}",
            self.world.key_of("Test Film"),
            0.0,
            320,
            180,
            300,
            part_id=self.version.part_id,
            sound=sound,
            sound_chosen=chosen,
            burned=burned,
        )
        try:
            return await self.transcoder.start(self.access, order)
        finally:
            await self.transcoder.stop(self.access, order.session)

    def choices(self) -> list[dict[str, str]]:
        """What Plex was told to choose since the last start."""
        told = [each.url.params for each in self.world.wire.requests if each.method == "PUT"]
        return [{name: told[name] for name in told if name != "allParts"} for told in told]


@pytest.fixture
async def cinema(world: World) -> AsyncIterator[Cinema]:
    olive = await world.account("olive")
    access = await world.service.access(olive, world.server_id)
    item = await world.library.item(access, world.key_of("Test Film"))
    found = Cinema(world, access, versions_of(item)[0])
    found.words = next(
        each.id for each in item.media[0].parts[0].streams if each.kind == "subtitle"
    )
    await world.reports.choose_tracks(access, found.version.part_id, subtitle_id=found.words)
    yield found
    await world.box.pool.close()


async def test_PB26_another_sound_is_chosen_for_the_beginning_alone(cinema: Cinema) -> None:
    before = await cinema.chosen()
    assert before == [cinema.english, cinema.words]
    job = await cinema.start(cinema.french)
    assert job.source.endswith(f"|{cinema.french}"), "it is what Plex converts"
    assert cinema.choices() == [
        {"audioStreamID": cinema.french},
        {"audioStreamID": cinema.english},
    ]
    assert await cinema.chosen() == before


async def test_PB26_a_burned_subtitle_is_chosen_for_the_beginning_alone(cinema: Cinema) -> None:
    await cinema.world.reports.choose_tracks(cinema.access, cinema.version.part_id, subtitle_id="0")
    await cinema.start(cinema.english, cinema.words)
    assert cinema.choices() == [{"subtitleStreamID": cinema.words}, {"subtitleStreamID": "0"}]
    assert await cinema.chosen() == [cinema.english]


async def test_PB26_what_plex_gives_anyway_is_not_chosen(cinema: Cinema) -> None:
    for chosen in (True, False):
        job = await cinema.start(cinema.english, chosen=chosen)
        assert job.source.endswith(f"|{cinema.english}")
        assert cinema.choices() == []
    assert await cinema.chosen() == [cinema.english, cinema.words]


async def test_PB26_the_choice_is_taken_back_when_plex_refuses(cinema: Cinema) -> None:
    before = await cinema.chosen()
    cinema.world.box.faults.order(Fault("refusal", match="decision"))
    with pytest.raises(TranscodeRefused):
        await cinema.start(cinema.french)
    assert await cinema.chosen() == before


async def test_PB26_where_nobody_may_choose_the_film_plays_with_what_there_is(
    cinema: Cinema,
) -> None:
    """A sound that somebody has chosen is another matter."""
    cinema.world.box.faults.order(Fault("error", status=403, match="/library/parts/"))
    job = await cinema.start(cinema.french, chosen=False)
    assert job.source.endswith(f"|{cinema.english}"), "and that is what it is called"
    with pytest.raises(PlexItemGone):
        await cinema.start(cinema.french)
