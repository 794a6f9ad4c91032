"""Items as Plex describes them to one account: in lists, and in full."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import partial

from plexsandbox.accounts import Account
from plexsandbox.answers import Clean, Node, without_none
from plexsandbox.mediainfo import media_node
from plexsandbox.model import Catalogue, Item, ItemType, Section
from plexsandbox.state import State, View

LIBRARY = "com.plexapp.plugins.library"
TAG_PREFIX = "/system/bundle/media/flags/"
TAG_VERSION = 1734362201
_RATING = "imdb://image.rating"
_ROWS_KEPT = 5_000


class Describer:
    """For one request: this account's view of one state of the catalogue."""

    def __init__(self, catalogue: Catalogue, state: State, account: Account) -> None:
        self.catalogue = catalogue
        self._state = state
        self._account = account

    def summary(self, item: Item) -> Node:
        """As in lists: no streams, tags by name only."""
        rows: dict[str, Node] = self.catalogue.once("rows", dict)
        row = rows.get(item.rating_key)
        if row is None:
            if len(rows) >= _ROWS_KEPT:
                rows.clear()
            row = rows[item.rating_key] = without_none(self._row(item))
        return Clean(row | without_none(self._seen(item)))

    def _row(self, item: Item) -> Node:
        """What is the same for everybody."""
        node = self._head(item)
        node |= self._family(item)
        node |= self._about(item)
        node |= _pictures(item, self.catalogue)
        node |= self._size(item)
        if item.playable:
            node["Media"] = self._media(item, streams=False)
        node["Image"] = images(item)
        node["UltraBlurColors"] = ultra_blur(item)
        return node | self._tags(item, full=False)

    def full(self, item: Item, *, markers: bool, chapters: bool) -> Node:
        """As on its own page: streams, tags with ids, markers and chapters where asked for."""
        section = self.section_of(item)
        node = dict(self.summary(item))
        node |= {
            "librarySectionTitle": section.title,
            "librarySectionID": section.id,
            "librarySectionKey": f"/library/sections/{section.id}",
        }
        if item.playable:
            node["Media"] = self._media(item, streams=True)
        node |= self._tags(item, full=True)
        node["Guid"] = [{"id": f"sandbox://{item.type}/{item.rating_key}"}]
        if item.details.rating is not None:
            node["Rating"] = [_rating(item.details.rating, "critic")]
        if item.folder is not None:
            node["Location"] = [{"path": str(item.folder)}]
        if markers and item.playable:
            node["Marker"] = self._markers(item)
        if chapters and item.playable:
            node["Chapter"] = self._chapters(item)
        return node

    def section_of(self, item: Item) -> Section:
        section = self.catalogue.section(item.section_id)
        if section is None:
            raise KeyError(item.section_id)
        return section

    def view(self, item: Item) -> View:
        return self._state.view(self._account.user, item.rating_key)

    def views(self) -> Mapping[str, View]:
        """All that the account has viewed, by rating key."""
        return self._state.views(self._account.user)

    @property
    def views_stamp(self) -> tuple[str, int]:
        """Equal stamps: the same account has viewed the same."""
        return self._account.user, self._state.views_revision

    def is_watched(self, item: Item) -> bool:
        return self.view(item).count > 0

    def watched_leaves(self, item: Item) -> int:
        return sum(self.is_watched(leaf) for leaf in self.catalogue.leaves_of(item))

    def _head(self, item: Item) -> Node:
        below = "" if item.playable else "/children"
        return {
            "ratingKey": item.rating_key,
            "key": f"/library/metadata/{item.rating_key}{below}",
            "guid": item.guid,
            "slug": _slug(item.title) if item.type in {ItemType.MOVIE, ItemType.SHOW} else None,
            "type": item.type.value,
            "title": item.title,
        }

    def _family(self, item: Item) -> Node:
        parent = self.catalogue.parent_of(item)
        if parent is None:
            return {}
        node = _relative("parent", parent) | {"parentIndex": parent.index}
        grandparent = self.catalogue.parent_of(parent)
        if grandparent is not None:
            node |= _relative("grandparent", grandparent)
            node["grandparentSlug"] = _slug(grandparent.title)
        elif parent.year is not None:
            node |= {"parentYear": parent.year, "parentStudio": parent.details.studio}
        return node

    def _about(self, item: Item) -> Node:
        details = item.details
        return {
            "titleSort": _title_sort(item),
            "studio": details.studio,
            "contentRating": details.content_rating,
            "summary": details.summary,
            "index": item.index,
            "rating": details.rating,
            "audienceRating": details.audience_rating,
            "ratingImage": _RATING if details.rating is not None else None,
            "audienceRatingImage": _RATING if details.audience_rating is not None else None,
            "year": item.year,
            "tagline": details.tagline,
            "originallyAvailableAt": details.originally_available_at,
            "addedAt": item.added_at,
            "updatedAt": item.updated_at,
            "chapterSource": "media" if item.files and item.files[0].chapters else None,
        }

    def _seen(self, item: Item) -> Node:
        """Absent where there is nothing to say; of shows and seasons, their episodes together."""
        if not item.playable:
            views = [self.view(leaf) for leaf in self.catalogue.leaves_of(item)]
            return {
                "viewedLeafCount": sum(view.count > 0 for view in views),
                "viewCount": sum(view.count for view in views) or None,
                "lastViewedAt": max((view.last_viewed_at for view in views), default=0) or None,
            }
        view = self.view(item)
        return {
            "viewOffset": view.offset_ms or None,
            "viewCount": view.count or None,
            "lastViewedAt": view.last_viewed_at or None,
        }

    def _size(self, item: Item) -> Node:
        leaves = self.catalogue.leaves_of(item)
        if item.playable:
            return {"duration": item.duration_ms}
        node: Node = {"leafCount": len(leaves)}
        if item.type is ItemType.SHOW:
            node["childCount"] = len(self.catalogue.children_of(item))
            node["duration"] = leaves[0].duration_ms if leaves else None
        return node

    def _media(self, item: Item, *, streams: bool) -> list[Node]:
        choice_of = partial(self._state.choice, self._account.user)
        return [media_node(file, choice_of, streams=streams) for file in item.files]

    def _tags(self, item: Item, *, full: bool) -> Node:
        details = item.details
        named = {
            "Genre": ("genre", details.genres),
            "Country": ("country", details.countries),
            "Director": ("director", details.directors),
            "Writer": ("writer", details.writers),
            "Collection": ("collection", details.collections),
        }
        node: Node = {
            element: [self.tag(kind, name, full=full) for name in names]
            for element, (kind, names) in named.items()
            if names
        }
        if details.roles:
            node["Role"] = [
                self.tag("actor", role.name, full=full) | ({"role": role.character} if full else {})
                for role in details.roles
            ]
        return node

    def tag(self, kind: str, name: str, *, full: bool) -> Node:
        if not full:
            return {"tag": name}
        number = self.tag_id(kind, name)
        return {"id": number, "filter": f"{kind}={number}", "tag": name}

    def tag_id(self, kind: str, name: str) -> int:
        number = self._state.id_for("tag", f"{kind}:{name}")
        self._state.save_if_changed()
        return number

    def _markers(self, item: Item) -> list[Node]:
        return [
            {
                "id": self._state.id_for("marker", f"{item.rating_key}:{number}"),
                "type": marker.type,
                "startTimeOffset": marker.start_ms,
                "endTimeOffset": min(marker.end_ms, item.duration_ms),
                "final": True if marker.final else None,
                "Attributes": {"version": 4},
            }
            for number, marker in enumerate(item.details.markers)
        ]

    def _chapters(self, item: Item) -> list[Node]:
        return [
            {
                "id": self._state.id_for("chapter", f"{item.rating_key}:{chapter.index}"),
                "filter": "thumb=0",
                "tag": chapter.title,
                "index": chapter.index,
                "startTimeOffset": chapter.start_ms,
                "endTimeOffset": chapter.end_ms,
            }
            for chapter in item.files[0].chapters
        ]


def _title_sort(item: Item) -> str | None:
    """Absent where it is the title itself."""
    if item.details.title_sort is not None:
        return item.details.title_sort
    return item.sorted_as.title() if item.sorted_as != item.title.casefold() else None


def thumb_key(item: Item) -> str:
    return f"/library/metadata/{item.rating_key}/thumb/{item.updated_at}"


def art_key(item: Item) -> str:
    return f"/library/metadata/{item.rating_key}/art/{item.updated_at}"


def images(item: Item) -> list[Node]:
    kind = "snapshot" if item.type is ItemType.EPISODE else "coverPoster"
    return [
        {"alt": item.title, "type": kind, "url": thumb_key(item)},
        {"alt": item.title, "type": "background", "url": art_key(item)},
    ]


def ultra_blur(item: Item) -> Node:
    """Four dark colours that stay with the title."""
    seed = zlib.crc32(item.title.encode())
    corners = ("topLeft", "topRight", "bottomRight", "bottomLeft")
    return {
        corner: f"{(seed >> (number * 5)) & 0x3F3F5F:06x}" for number, corner in enumerate(corners)
    }


def section_head(section: Section) -> Node:
    return {
        "librarySectionID": section.id,
        "librarySectionTitle": section.title,
        "librarySectionUUID": section.uuid,
    }


def library_head() -> Node:
    return {
        "identifier": LIBRARY,
        "mediaTagPrefix": TAG_PREFIX,
        "mediaTagVersion": TAG_VERSION,
    }


def _relative(prefix: str, item: Item) -> Node:
    node: Node = {
        f"{prefix}RatingKey": item.rating_key,
        f"{prefix}Guid": item.guid,
        f"{prefix}Key": f"/library/metadata/{item.rating_key}",
        f"{prefix}Title": item.title,
        f"{prefix}Thumb": thumb_key(item),
    }
    return node | ({"grandparentArt": art_key(item)} if prefix == "grandparent" else {})


def _pictures(item: Item, catalogue: Catalogue) -> Node:
    """Seasons and episodes show the art of their show."""
    return {"thumb": thumb_key(item), "art": art_key(catalogue.top_of(item))}


def _rating(value: float, kind: str) -> Node:
    return {"image": _RATING, "value": value, "type": kind}


def _slug(title: str) -> str:
    kept = "".join(letter if letter.isalnum() else "-" for letter in title.lower())
    return "-".join(part for part in kept.split("-") if part)
