"""The files themselves, subtitle streams, and the choice of streams."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from plexsandbox.answers import bad_request, container, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.model import Item, TrackKind, VideoFile
from plexsandbox.transcoder.plan import extract_arguments
from plexsandbox.transcoder.process import start_ffmpeg

_TYPES = {"mp4": "video/mp4", "mkv": "video/x-matroska", "webm": "video/webm"}
_FORMATS = {"srt": "srt", "vtt": "webvtt"}


async def part_file(ask: Ask) -> Response:
    """Ranges are answered by 206 and 416."""
    _, file = part_of(ask)
    if not file.path.exists():
        raise not_found()
    return FileResponse(file.path, media_type=_TYPES.get(file.container, "video/mp4"))


def part_of(ask: Ask) -> tuple[Item, VideoFile]:
    """The part that is asked for, and what it belongs to; 404 for what the asker may not see."""
    raw = ask.path("part")
    found = ask.catalogue.file_of_part(int(raw)) if raw.isdigit() else None
    if found is None:
        raise not_found()
    return found


async def choose_streams(ask: Ask) -> Response:
    """Stored for the item: every later decision for it uses this choice.

    With `allParts` what is like it is chosen in the other parts of the same version.
    """
    item, file = part_of(ask)
    parts: tuple[VideoFile, ...] = (file,)
    if ask.query("allParts") == "1":
        parts = next(media.parts for media in item.files if file in media.parts)
    for part in parts:
        audio = _asked(ask.query("audioStreamID"), TrackKind.AUDIO, file, part)
        subtitle = _asked(ask.query("subtitleStreamID"), TrackKind.SUBTITLE, file, part)
        choice = ask.box.state.choice(ask.who.user, part.part_id)
        if audio is not None:
            choice = replace(choice, audio_id=audio)
        if subtitle is not None:
            choice = replace(choice, subtitle_id=subtitle)
        ask.box.state.set_choice(ask.who.user, part.part_id, choice)
    return ask.plex(container(size=0))


def _asked(raw: str, kind: TrackKind, file: VideoFile, part: VideoFile) -> int | None:
    """The track of `part` that is like the one asked for of `file`; 0 for none, None when nothing
    is asked."""
    if not raw:
        return None
    if raw == "0" and kind is TrackKind.SUBTITLE:
        return 0
    track = next((each for each in file.of_kind(kind) if str(each.id) == raw), None)
    if track is None:
        raise bad_request()
    found = part.like(track, file)
    return found.id if found else 0


async def stream_text(ask: Ask) -> Response:
    """A subtitle stream as SRT or WebVTT, in UTF-8."""
    raw, _, suffix = ask.path("stream").partition(".")
    found = ask.catalogue.track(int(raw)) if raw.isdigit() else None
    if found is None or found[1].kind is not TrackKind.SUBTITLE:
        raise not_found()
    file, track = found
    if track.sidecar is not None and suffix != "vtt":
        text = track.sidecar.read_bytes().decode("utf-8", "replace")
        return Response(text, media_type="text/plain; charset=utf-8")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "subtitle"
        arguments = extract_arguments(file, track, target, _FORMATS.get(suffix, "srt"))
        if await (await start_ffmpeg(arguments)).wait() != 0:
            raise not_found()
        return Response(target.read_bytes(), media_type="text/plain; charset=utf-8")


def routes() -> list[Route]:
    return [
        pms("/library/parts/{part}", choose_streams, methods=("PUT",)),
        pms("/library/parts/{part}/{stamp}/{name}", part_file),
        pms("/library/streams/{stream}", stream_text),
    ]
