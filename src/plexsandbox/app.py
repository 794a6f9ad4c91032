"""Composition root: builds the parts, mounts the routes, owns the background tasks."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from plexsandbox import controls
from plexsandbox.accounts import ACCOUNTS, OLIVE
from plexsandbox.answers import PlexError
from plexsandbox.archive.archive import Archive, Size
from plexsandbox.box import Sandbox
from plexsandbox.describe import Describer
from plexsandbox.device_keys import DeviceKeys
from plexsandbox.films.studio import Studio
from plexsandbox.library import Library
from plexsandbox.notices import Notices
from plexsandbox.options import Options
from plexsandbox.people import People
from plexsandbox.pictures import Pictures
from plexsandbox.playing import NowPlaying
from plexsandbox.plextv import account, auth_page, devices, older, pins, servers
from plexsandbox.plextv.servers import Directory, Offer, Way
from plexsandbox.pms import (
    collections,
    hubs,
    images,
    items,
    listening,
    parts,
    playlists,
    playqueues,
    previews,
    progress,
    sections,
    server,
    sessions,
    shelf,
    transcode,
)
from plexsandbox.previews import Previews
from plexsandbox.state import State
from plexsandbox.stats import Stats
from plexsandbox.tokens import Tokens
from plexsandbox.transcoder.pool import TranscodePool
from plexsandbox.wild import Wild, Wildness

WORK_FOLDER = ".plexsandbox"
_NO_URL_YET = "http://127.0.0.1:9"


SECOND_NAME = "Second Cinema"
_USERS_OF_SECOND = ("olive", "frida")


def create_app(media_dir: Path | str, options: Options | None = None) -> Starlette:
    """The application over a folder of videos; its lifespan scans first, then serves.

    A second server, where there is one, is an application of its own: `app_around` the box
    `directory.offers["second"].box`.
    """
    box = build(Path(media_dir).resolve(), options or Options())
    if box.options.second_films:
        second = _build_second(box)
        ways: tuple[Way, ...] = ("dead", "trap", "remote", "relay")
        box.directory.offers["second"] = Offer(second, _NO_URL_YET, ways)
    return app_around(box)


def app_around(box: Sandbox) -> Starlette:
    app = Starlette(
        routes=_routes(),
        lifespan=_lifespan,
        exception_handlers={HTTPException: _plain_refusal},
    )
    app.state.box = box
    return app


def build(media_dir: Path, options: Options) -> Sandbox:
    """Reads the persisted state; nothing runs yet."""
    return _box(media_dir, media_dir / WORK_FOLDER, options, People(options))


def _build_second(first: Sandbox) -> Sandbox:
    """Has only films made up, under ids that the first server uses too."""
    options = replace(
        first.options,
        friendly_name=SECOND_NAME,
        extra_films=first.options.second_films,
        extra_shows=0,
        archive_seed=first.options.archive_seed + 1,
        make_films=False,
    )
    work_dir = first.work_dir / "second"
    people = People(options, _USERS_OF_SECOND)
    return _box(work_dir / "nothing", work_dir, options, people, first.library)


def _box(
    media_dir: Path,
    work_dir: Path,
    options: Options,
    people: People,
    lender: Library | None = None,
) -> Sandbox:
    state = State(work_dir / "state.json")
    device_keys = DeviceKeys(state, options.device_token_s)
    stats = Stats()
    notices = Notices()
    transcodes = work_dir / "transcodes"
    shutil.rmtree(transcodes, ignore_errors=True)
    size = Size(options.extra_films, options.extra_shows, options.archive_seed)
    archive = Archive(size, state, ACCOUNTS, first_section=3 if lender is None else 1)
    box = Sandbox(
        media_dir=media_dir,
        work_dir=work_dir,
        options=options,
        state=state,
        people=people,
        device_keys=device_keys,
        tokens=Tokens(state, people, device_keys),
        library=Library(
            media_dir,
            state,
            archive,
            notices=notices,
            warm=lambda catalogue: _warm(Describer(catalogue, state, OLIVE)),
            lender=lender,
        ),
        pool=TranscodePool(transcodes, options, stats, transcode.telling(notices)),
        notices=notices,
        now_playing=NowPlaying(),
        pins=pins.Pins(),
        play_queues=playqueues.PlayQueues(),
        playlists=playlists.Playlists(),
        pictures=Pictures(work_dir / "frames"),
        previews=Previews(work_dir / "previews"),
        studio=Studio(media_dir, work_dir / "films", enabled=options.make_films),
        directory=Directory(),
        stats=stats,
        wild=Wild(Wildness(options.wild_rate, options.wild_seed)),
    )
    box.directory.offers["first"] = Offer(box, None, ("local",))
    return box


def _warm(describer: Describer) -> None:
    shelf.warm(describer)
    hubs.warm(describer.catalogue)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    box: Sandbox = app.state.box
    await box.library.rescan()
    box.playlists.fill_from(box.library.catalogue)
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(box.library.watch(box.options.scan_every_s)),
            tasks.create_task(box.pool.tend()),
        ]
        if box.options.make_films:
            running.append(tasks.create_task(box.studio.work(box.library.rescan)))
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await box.pool.close()


async def _plain_refusal(_: Request, error: Exception) -> Response:
    """Unknown paths and methods, in the media server's manner."""
    if isinstance(error, HTTPException):
        return PlexError(error.status_code, error.detail).response()
    raise error


def _routes() -> list[BaseRoute]:
    """Catch-all routes stand after named ones, as those of parts after previews."""
    parts_of_it = (
        controls,
        auth_page,
        pins,
        older,
        account,
        servers,
        devices,
        server,
        collections,
        sections,
        items,
        hubs,
        images,
        previews,
        parts,
        progress,
        transcode,
        sessions,
        playqueues,
        playlists,
        listening,
    )
    return [route for part in parts_of_it for route in part.routes()]
