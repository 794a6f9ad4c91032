"""The commands that a room remembers, so that a repeat changes nothing (SPEC LOG-7)."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from watchtogether.kit.ids import MemberId
from watchtogether.rooms.log import Record
from watchtogether.sync import commands as c

REMEMBERED_COMMANDS: Final = 1_000

Key = tuple[MemberId | None, str]
"""Who asked, and the id they gave it."""


class Answers:
    """Key → what the command did; the oldest is forgotten first."""

    def __init__(self, history: Sequence[Record]) -> None:
        self._answers: OrderedDict[Key, tuple[Record, ...]] = OrderedDict()
        for record in history:
            if record.command_id is not None:
                key = (record.by, record.command_id)
                self.put(key, (*self._answers.get(key, ()), record))

    def get(self, key: Key | None) -> tuple[Record, ...] | None:
        """The records of a command that was given before; None for a new one."""
        return None if key is None else self._answers.get(key)

    def put(self, key: Key | None, records: tuple[Record, ...]) -> None:
        """Remember a command that was carried out; one without an id is not."""
        if key is not None:
            self._answers[key] = records
            while len(self._answers) > REMEMBERED_COMMANDS:
                self._answers.popitem(last=False)


def key_of(command: c.Command, command_id: str | None) -> Key | None:
    """What a command is remembered by."""
    return None if command_id is None else (getattr(command, "by", None), command_id)
