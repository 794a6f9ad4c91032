"""One internal representation, rendered as Plex's XML or JSON; and its HTML errors.

A node is a dict: plain values are attributes, dicts and lists of dicts are children. Values keep
the types they have in Plex's JSON; `None` is left out, as Plex does (except on plex.tv).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

Node = dict[str, Any]
"""Values are str, int, float, bool, None, Node or list[Node]; JSON itself is no narrower."""

_ELEMENT_OF_TYPE = {
    "movie": "Video",
    "episode": "Video",
    "clip": "Video",
    "show": "Directory",
    "season": "Directory",
    "collection": "Directory",
    "playlist": "Playlist",
}
_NESTED = (dict, list)
_XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


class PlexError(Exception):
    """A refusal by the media server: HTML, whatever the client accepts."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title

    def response(self) -> Response:
        title, text = escape(self.title), escape(f"{self.status} {self.title}")
        head = f"<html><head><title>{title}</title></head>"
        body = f"{head}<body><h1>{text}</h1></body></html>"
        return Response(body, self.status, media_type="text/html")


def not_found() -> PlexError:
    return PlexError(404, "Not Found")


def bad_request() -> PlexError:
    return PlexError(400, "Bad Request")


def container(**content: Any) -> Node:
    """A MediaContainer; its size is counted unless given."""
    if "size" not in content:
        counted = (value for value in content.values() if isinstance(value, list))
        content = {"size": sum(len(value) for value in counted), **content}
    return content


def xml_response(node: Node, status: int = 200) -> Response:
    return Response(to_xml("MediaContainer", node), status, media_type="text/xml;charset=utf-8")


def json_response(value: Any, status: int = 200) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status, media_type="application/json")


class Clean(Node):
    """A node that holds no nothings, down to the last: it need not be walked again."""


def without_none(value: Any) -> Any:
    """A copy, but for what is clean already; `Any` because it walks whole JSON values."""
    if type(value) is dict:
        return {
            key: without_none(inner) if type(inner) in _NESTED else inner
            for key, inner in value.items()
            if inner is not None
        }
    if type(value) is list:
        return [without_none(inner) if type(inner) in _NESTED else inner for inner in value]
    return value


def to_xml(name: str, node: Node) -> str:
    return _XML_HEAD + "".join(_element(name, node)) + "\n"


def account_xml(name: str, node: Node) -> str:
    """As plex.tv writes it: lists are wrapped, `connections` holding `connection` elements."""
    return _XML_HEAD + "".join(_element(name, _wrapped(node))) + "\n"


def account_list_xml(name: str, nodes: list[Node]) -> str:
    inner = {name.removesuffix("s"): [_wrapped(node) for node in nodes]}
    return _XML_HEAD + "".join(_element(name, inner)) + "\n"


def _wrapped(node: Node) -> Node:
    wrapped: Node = {}
    for key, value in node.items():
        if isinstance(value, dict):
            wrapped[key] = _wrapped(value)
        elif isinstance(value, list):
            inner = [_wrapped(v) if isinstance(v, dict) else {"id": v} for v in value]
            wrapped[key] = {key.removesuffix("s"): inner}
        else:
            wrapped[key] = "" if value is None else value
    return wrapped


def _element(name: str, node: Node) -> Iterator[str]:
    plain = {k: v for k, v in node.items() if not isinstance(v, dict | list) and v is not None}
    attributes = "".join(f" {key}={quoteattr(_text(value))}" for key, value in plain.items())
    children = [(key, value) for key, value in node.items() if isinstance(value, dict | list)]
    if not children:
        yield f"<{name}{attributes}/>\n"
        return
    yield f"<{name}{attributes}>\n"
    for key, value in children:
        for child in value if isinstance(value, list) else [value]:
            yield from _element(_element_name(key, child), child)
    yield f"</{name}>\n"


def _element_name(key: str, child: Node) -> str:
    if key != "Metadata":
        return key
    return _ELEMENT_OF_TYPE.get(str(child.get("type")), "Video")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
