"""Where a room left what it has watched, and where it takes it up again (SPEC PB-30)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from watchtogether.kit.ids import RatingKey, ServerId
from watchtogether.sync.timeline import RoomItem, Timeline

Places = Mapping[tuple[ServerId, RatingKey], float]
"""Item → seconds into it at which the room left it, the one left last at the end."""

PLACES_MAX: Final = 50
BEGINNING_S: Final = 30.0
END_SHARE: Final = 0.95
"""What is left within the beginning, or beyond this share, starts anew the next time."""
BACK_S: Final = 5.0
"""So much of what was seen is shown again."""
NOWHERE: Final[Places] = MappingProxyType({})


def noted(places: Places, timeline: Timeline, at_ms: float) -> Places:
    """The places once the room leaves this timeline's item at server time `at_ms`."""
    item = timeline.item
    if item is None:
        return places
    kept = {key: place_s for key, place_s in places.items() if key != _key(item)}
    position_s = timeline.position_at(at_ms)
    if BEGINNING_S <= position_s <= END_SHARE * item.duration_s:
        kept[_key(item)] = position_s
    return MappingProxyType(dict(list(kept.items())[-PLACES_MAX:]))


def resumed_s(places: Places, item: RoomItem) -> float:
    """Where the item begins for this room, in seconds; 0 for what it does not know."""
    place_s = places.get(_key(item), 0.0)
    if place_s > END_SHARE * item.duration_s:  # another version, and a shorter one
        return 0.0
    return max(0.0, place_s - BACK_S)


def _key(item: RoomItem) -> tuple[ServerId, RatingKey]:
    return item.server, item.rating_key
