"""What must outlive the process: identity, tokens, rating keys, views and stream choices.

One JSON file, written atomically at each change; it is small. Only the event loop's thread and
the scan (never both at once, see `library.py`) call in here.
"""

from __future__ import annotations

import json
import os
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any


@dataclass(frozen=True, slots=True)
class View:
    """How far one account has got with one item; times are Unix seconds."""

    offset_ms: int = 0
    count: int = 0
    last_viewed_at: int = 0


NOT_VIEWED = View()


@dataclass(slots=True)
class Choice:
    """Streams chosen for one part; a subtitle id of 0 means none."""

    audio_id: int | None = None
    subtitle_id: int | None = None


@dataclass(slots=True)
class Kept:
    """The file's content."""

    machine_identifier: str = field(default_factory=lambda: secrets.token_hex(20))
    account_tokens: dict[str, str] = field(default_factory=dict)
    server_tokens: dict[str, str] = field(default_factory=dict)
    section_uuids: dict[str, str] = field(default_factory=dict)
    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    added_at: dict[str, int] = field(default_factory=dict)
    views: dict[str, dict[str, View]] = field(default_factory=dict)
    choices: dict[str, dict[str, Choice]] = field(default_factory=dict)
    signing_key: dict[str, Any] = field(default_factory=dict)
    devices: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)


class State:
    """Reads the file once; every setter writes it back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        self._dirty = False
        self._kept = _read(path)
        self._views: dict[str, dict[str, View]] = {}
        self._views_revision = 0
        self.save()

    @property
    def machine_identifier(self) -> str:
        return self._kept.machine_identifier

    def account_token(self, user: str) -> str:
        """The account's own token at plex.tv, made on first use."""
        for token, owner in self._kept.account_tokens.items():
            if owner == user:
                return token
        return self.new_account_token(user)

    def new_account_token(self, user: str) -> str:
        token = secrets.token_urlsafe(15)
        self._kept.account_tokens[token] = user
        self.save()
        return token

    def user_of_account_token(self, token: str) -> str | None:
        return self._kept.account_tokens.get(token)

    def forget_account_token(self, token: str) -> None:
        self._kept.account_tokens.pop(token, None)
        self.save()

    def server_token(self, user: str) -> str:
        """The token with which this account's apps talk to this server."""
        for token, owner in self._kept.server_tokens.items():
            if owner == user:
                return token
        token = secrets.token_urlsafe(15)
        self._kept.server_tokens[token] = user
        self.save()
        return token

    def tokens(self) -> tuple[str, ...]:
        """All that were issued and are good still."""
        return (*self._kept.account_tokens, *self._kept.server_tokens)

    def user_of_server_token(self, token: str) -> str | None:
        return self._kept.server_tokens.get(token)

    def signing_key(self, fresh: dict[str, Any]) -> dict[str, Any]:
        """The private key (a JWK) of the account service; `fresh` when there is none yet."""
        if not self._kept.signing_key:
            self._kept.signing_key = fresh
            self.save()
        return self._kept.signing_key

    def register_device(self, client: str, name: str, device: dict[str, Any]) -> None:
        self._kept.devices.setdefault(client, {})[name] = device
        self.save()

    def devices(self, client: str) -> dict[str, dict[str, Any]]:
        """By the names of their keys."""
        return self._kept.devices.get(client, {})

    def section_uuid(self, name: str) -> str:
        if name not in self._kept.section_uuids:
            self._kept.section_uuids[name] = str(uuid.uuid4())
            self._dirty = True
        return self._kept.section_uuids[name]

    def id_for(self, kind: str, name: str) -> int:
        """A number that stays with `name` for good; each kind counts from 1 on its own."""
        with self._lock:
            known = self._kept.ids.setdefault(kind, {})
            if name not in known:
                known[name] = len(known) + 1
                self._dirty = True
            return known[name]

    def name_of(self, kind: str, number: int) -> str | None:
        for name, known in self._kept.ids.get(kind, {}).items():
            if known == number:
                return name
        return None

    def added_at(self, name: str, now: int) -> int:
        """When the item was first seen."""
        with self._lock:
            if name not in self._kept.added_at:
                self._kept.added_at[name] = now
                self._dirty = True
            return self._kept.added_at[name]

    def view(self, user: str, rating_key: str) -> View:
        """The stored view, or an invented one, or an empty one; see `set_view`."""
        return self.views(user).get(rating_key, NOT_VIEWED)

    def views(self, user: str) -> Mapping[str, View]:
        """By rating key; everything else has not been viewed."""
        if user not in self._views:
            self._views[user] = dict(self._kept.views.get(user, {}))
        return self._views[user]

    @property
    def views_revision(self) -> int:
        """Another number after each change of any view."""
        return self._views_revision

    def invent_views(self, user: str, views: dict[str, View]) -> None:
        """What holds until something else is stored; not kept."""
        self._views[user] = views | self._kept.views.get(user, {})
        self._views_revision += 1

    def set_view(self, user: str, rating_key: str, view: View) -> None:
        self._kept.views.setdefault(user, {})[rating_key] = view
        self._views.setdefault(user, {})[rating_key] = view
        self._views_revision += 1
        self.save()

    def choice(self, user: str, part_id: int) -> Choice:
        return self._kept.choices.get(user, {}).get(str(part_id), Choice())

    def set_choice(self, user: str, part_id: int, choice: Choice) -> None:
        self._kept.choices.setdefault(user, {})[str(part_id)] = choice
        self.save()

    def save_if_changed(self) -> None:
        if self._dirty:
            self.save()

    def save(self) -> None:
        with self._lock:
            self._dirty = False
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_suffix(".new")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                json.dump(asdict(self._kept), out, indent=1)
            draft.replace(self._path)


def _read(path: Path) -> Kept:
    if not path.exists():
        return Kept()
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    kept = Kept(**{name: value for name, value in raw.items() if name in Kept.__slots__})
    kept.views = {
        user: {key: View(**view) for key, view in views.items()}
        for user, views in raw.get("views", {}).items()
    }
    kept.choices = {
        user: {key: Choice(**choice) for key, choice in choices.items()}
        for user, choices in raw.get("choices", {}).items()
    }
    return kept
