"""What a room needs to know about a title, and which episode comes next. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.errors import NotPlayable
from watchtogether.plex.images import ImageLinks
from watchtogether.plex.model import Item, ItemKind


@dataclass(frozen=True, slots=True)
class RoomItem:
    """A title as a room shows it. Pictures are links relative to the server's root."""

    server: ServerId
    rating_key: RatingKey
    kind: ItemKind
    title: str
    subtitle: str | None
    duration_s: float
    poster: str | None
    backdrop: str | None


def room_item(
    item: Item, server_id: ServerId, account_id: AccountId, links: ImageLinks
) -> RoomItem:
    """Raises `NotPlayable` for what is no film or episode, and for what has no file."""
    duration_ms = playing_time_ms(item)
    if item.kind not in {"movie", "episode"} or duration_ms is None:
        raise NotPlayable
    poster, backdrop = pictures(item)
    return RoomItem(
        server=server_id,
        rating_key=item.rating_key,
        kind=item.kind,
        title=item.title,
        subtitle=subtitle(item),
        duration_s=duration_ms / 1000,
        poster=links.url(server_id, poster, "poster", account_id),
        backdrop=links.url(server_id, backdrop, "backdrop", account_id),
    )


def playing_time_ms(item: Item) -> int | None:
    """The item's length, or that of its first version; shows and seasons have none."""
    if item.kind in {"show", "season"}:
        return None
    lengths = (media.duration_ms for media in item.media)
    return item.duration_ms or next((length for length in lengths if length), None)


def subtitle(item: Item) -> str | None:
    """Such as `S1 · E2 · Night Trains` (the show) below an episode's own title."""
    if item.kind == "season":
        return item.show.title or None if item.show else None
    if item.kind != "episode":
        return None
    season = item.season.index if item.season else None
    words = (
        f"S{season}" if season is not None else "",
        f"E{item.index}" if item.index is not None else "",
        item.show.title if item.show else "",
    )
    return " · ".join(word for word in words if word) or None


def pictures(item: Item) -> tuple[str | None, str | None]:
    """Paths of the upright and of the wide picture; an episode's own thumb is a wide one."""
    if item.kind == "episode":
        season, show = item.season, item.show
        upright = (season and season.thumb) or (show and show.thumb) or item.thumb
        return upright, item.thumb or item.art
    upright = item.thumb or (item.show.thumb if item.show else None)
    return upright, item.art


def next_episode(leaves: Sequence[Item], rating_key: RatingKey) -> RatingKey | None:
    """The episode after this one, across seasons; specials (season 0) only follow specials."""
    episodes = sorted((leaf for leaf in leaves if leaf.kind == "episode"), key=_place)
    keys = [episode.rating_key for episode in episodes]
    if rating_key not in keys:
        return None
    here = keys.index(rating_key)
    is_special = _place(episodes[here])[0] == 0
    for episode in episodes[here + 1 :]:
        if (_place(episode)[0] == 0) == is_special:
            return episode.rating_key
    return None


def _place(episode: Item) -> tuple[int, int]:
    season = episode.season.index if episode.season else None
    last = 2**31
    return (
        season if season is not None else last,
        episode.index if episode.index is not None else last,
    )
