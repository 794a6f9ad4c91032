"""Events as JSON and back, for the log."""

from typing import Any, Final

from pydantic import TypeAdapter

from watchtogether.sync import events
from watchtogether.sync.events import Event

KINDS: Final[dict[str, type[Event]]] = {
    "room.created": events.RoomCreated,
    "room.edited": events.RoomEdited,
    "room.closed": events.RoomClosed,
    "member.joined": events.MemberJoined,
    "member.left": events.MemberLeft,
    "member.permitted": events.MemberPermitted,
    "host.changed": events.HostChanged,
    "playback.changed": events.PlaybackChanged,
    "check.opened": events.CheckOpened,
    "check.closed": events.CheckClosed,
    "next.offered": events.NextOffered,
    "next.withdrawn": events.NextWithdrawn,
    "queue.changed": events.QueueChanged,
    "message.sent": events.MessageSent,
    "message.deleted": events.MessageDeleted,
}
"""Name in the log → event. A name, once written by a release, keeps its meaning for ever."""

_NAMES: Final = {kind: name for name, kind in KINDS.items()}
_ADAPTERS: Final[dict[str, TypeAdapter[Event]]] = {
    name: TypeAdapter(kind) for name, kind in KINDS.items()
}


def kind_of(event: Event) -> str:
    """The event's name in the log."""
    return _NAMES[type(event)]


def encode(event: Event) -> dict[str, Any]:  # Any: JSON
    """The event's body as plain JSON values."""
    body: dict[str, Any] = _ADAPTERS[kind_of(event)].dump_python(event, mode="json")
    return body


def decode(kind: str, body: dict[str, Any]) -> Event:
    """The event again. Raises `KeyError` or `ValidationError` on what no release has written."""
    return _ADAPTERS[kind].validate_python(_as_now(kind, body))


def _as_now(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """What an earlier release wrote, in the form of this one."""
    if (
        kind == "playback.changed" and "speed" not in body["timeline"]
    ):  # from before rooms were eased
        timeline = body["timeline"]
        return {**body, "timeline": {**timeline, "speed": timeline["rate"]}}
    return body
