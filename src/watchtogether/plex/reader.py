"""Bytes to plain values: JSON, or XML turned into the shape that Plex gives its JSON."""

import asyncio
import json
from collections.abc import Mapping
from xml.parsers import expat

from watchtogether.plex.errors import PlexBadAnswer

_THREAD_ABOVE_BYTES = 256 * 1024
_MAX_DEPTH = 40
_MAX_OBJECTS = 150_000
_MAX_VALUES = 1_500_000
"""Far more than any list we ask for; small enough that a hostile answer stays small in memory."""
_METADATA_TAGS = frozenset({"Video", "Track", "Photo"})
"""Elements that are called `Metadata` in JSON; so is a `Directory` with a rating key."""


async def read_document(body: bytes, content_type: str) -> Mapping[str, object]:
    """The document's top object; large ones are read in a thread. Raises `PlexBadAnswer`.

    What Plex calls HTML (its error pages) is a bad answer. A top-level list, which plex.tv sends,
    is given as `{"items": […]}`.
    """
    if len(body) > _THREAD_ABOVE_BYTES:
        return await asyncio.to_thread(read_bytes, body, content_type)
    return read_bytes(body, content_type)


def read_bytes(body: bytes, content_type: str = "") -> Mapping[str, object]:
    """As `read_document`, at once."""
    if content_type == "text/html":
        raise PlexBadAnswer
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start:
        return {}
    value = _read_xml(body) if start == b"<" else _read_json(body)
    if isinstance(value, dict):
        return _modern(value, 0) if "_elementType" in value else value
    if isinstance(value, list):
        return {"items": value}
    raise PlexBadAnswer


def _read_json(body: bytes) -> object:
    if body.count(b"{") + body.count(b"[") > _MAX_OBJECTS or body.count(b",") > _MAX_VALUES:
        raise PlexBadAnswer
    try:
        parsed: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PlexBadAnswer from error
    return parsed


def _read_xml(body: bytes) -> dict[str, object]:
    builder = _XmlBuilder()
    try:
        builder.parser.Parse(body.lstrip(b"\xef\xbb\xbf \t\r\n"), True)
    except (expat.ExpatError, ValueError) as error:
        raise PlexBadAnswer from error
    return builder.top


class _XmlBuilder:
    """Attributes become fields, children become lists below their element's name.

    Declarations are refused, so an answer cannot define entities (the "XML bomb").
    """

    def __init__(self) -> None:
        self.top: dict[str, object] = {}
        self._count = 0
        self._open: list[dict[str, object]] = [self.top]
        self.parser = expat.ParserCreate("UTF-8")  # whatever the document claims to be in
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_: object) -> None:
        raise PlexBadAnswer

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > _MAX_DEPTH or self._count > _MAX_OBJECTS:
            raise PlexBadAnswer
        element: dict[str, object] = dict(attributes)
        parent = self._open[-1]
        if parent is self.top:
            parent[name] = element
        else:
            siblings = parent.setdefault(_json_name(name, element), [])
            if isinstance(siblings, list):  # an attribute of the same name wins
                siblings.append(element)
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if text.strip():
            self._open[-1]["text"] = text.strip()


def _modern(old: Mapping[str, object], depth: int) -> dict[str, object]:
    """The JSON of servers before 1.0: `_elementType` and `_children` at every level."""
    if depth > _MAX_DEPTH:
        raise PlexBadAnswer
    element = {name: value for name, value in old.items() if not name.startswith("_")}
    children = old.get("_children")
    for child in children if isinstance(children, list) else []:
        if isinstance(child, dict):
            name = _json_name(str(child.get("_elementType", "")), child)
            siblings = element.setdefault(name, [])
            if isinstance(siblings, list):
                siblings.append(_modern(child, depth + 1))
    return {str(old["_elementType"]): element} if depth == 0 else element


def _json_name(name: str, element: Mapping[str, object]) -> str:
    is_metadata = name in _METADATA_TAGS or (name == "Directory" and "ratingKey" in element)
    return "Metadata" if is_metadata else name
