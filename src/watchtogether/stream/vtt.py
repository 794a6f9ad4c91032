"""Subtitles of any text format as WebVTT: times, lines, and nothing of markup but i, b and u. Pure.

Read by pysubs2; written here, since whatever a file says must stay text in a browser.
"""

import html
from collections.abc import Iterable, Iterator
from typing import Final

from pysubs2 import SSAEvent, SSAFile, SSAStyle
from pysubs2.exceptions import Pysubs2Error
from pysubs2.formats.substation import parse_tags

from watchtogether.stream.errors import SubtitleUnreadable

MAX_CUES: Final = 20_000
_PLAIN: Final = SSAStyle()
_ENDS: Final = str.maketrans({"\r": "\n", "\x00": None})


def vtt_of(source: bytes) -> bytes:
    """WebVTT in UTF-8, ordered by time. Raises `SubtitleUnreadable`."""
    return joined_vtt([(source, 0)])


def joined_vtt(pieces: Iterable[tuple[bytes, int]]) -> bytes:
    """Of a film in several parts: each one's lines, and where in the film it begins, in ms."""
    cues = [line for source, from_ms in pieces for line in _cues(_events(source), from_ms)]
    return "\n".join(["WEBVTT", "", *cues]).encode()


def _events(source: bytes) -> list[SSAEvent]:
    text = source.decode("utf-8-sig", "replace").replace("\r\n", "\n").translate(_ENDS)
    if not text.strip():
        return []
    try:
        found = SSAFile.from_string(text)
    except (Pysubs2Error, ValueError, ArithmeticError, LookupError) as error:
        raise SubtitleUnreadable from error
    return sorted(found, key=lambda each: (each.start, each.end))[:MAX_CUES]


def _cues(events: list[SSAEvent], from_ms: int) -> Iterator[str]:
    for event in events:
        lines = [] if event.is_comment or event.is_drawing else list(_lines(event))
        if lines and event.end > event.start >= 0:
            yield f"{_time(from_ms + event.start)} --> {_time(from_ms + event.end)}"
            yield from lines
            yield ""


def _lines(event: SSAEvent) -> Iterator[str]:
    """Without empty lines, which would end the cue."""
    marked = "".join(_marked(text, style) for text, style in parse_tags(event.text, _PLAIN))
    for line in marked.split("\n"):
        if line.strip():
            yield line.strip()


def _marked(text: str, style: SSAStyle) -> str:
    """One run of text; tags are closed within each line."""
    plain = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    wanted = (("i", style.italic), ("b", style.bold), ("u", style.underline))
    names = [name for name, on in wanted if on]
    opened = "".join(f"<{name}>" for name in names)
    closed = "".join(f"</{name}>" for name in reversed(names))
    return "\n".join(
        f"{opened}{html.escape(line, quote=False)}{closed}" if line.strip() else line
        for line in plain.split("\n")
    )


def _time(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
