"""Messages out of the room's log (SPEC CHAT-3, CHAT-4)."""

from typing import Final

from watchtogether.chat.errors import NoSuchMessage
from watchtogether.kit.ids import MemberId, RoomId
from watchtogether.rooms.log import Record, RoomLog
from watchtogether.rooms.wire import Wire, message_wire
from watchtogether.sync.events import MessageDeleted, MessageSent

PAGE = 50
REPLAY_MAX = 200
"""More messages than these are not replayed: the last page is given instead."""
_SENT: Final = ("message.sent",)
_DELETED: Final = ("message.deleted",)


class History:
    """Reads messages; the text of a deleted one is never given out."""

    def __init__(self, log: RoomLog) -> None:
        self._log = log

    async def on_joining(self, room_id: RoomId, after: int | None) -> Wire:
        """Fills `rooms.ports.History`; messages come oldest first."""
        if after is not None:
            sent = await self._log.read(room_id, after=after, kinds=_SENT, last=REPLAY_MAX + 1)
            if len(sent) <= REPLAY_MAX:
                deleted = await self.deleted_since(room_id, after)
                messages = await self._shown(room_id, sent)
                return {"messages": messages, "deleted": deleted, "resumed": "replay"}
        sent = await self._log.read(room_id, kinds=_SENT, last=PAGE)
        messages = await self._shown(room_id, sent)
        return {"messages": messages, "deleted": [], "resumed": "snapshot"}

    async def page(
        self, room_id: RoomId, before: int | None, limit: int
    ) -> tuple[list[Wire], bool]:
        """`limit` messages before a seq, oldest first, and whether there are more."""
        sent = await self._log.read(room_id, before=before, kinds=_SENT, last=limit + 1)
        return await self._shown(room_id, sent[-limit:]), len(sent) > limit

    async def author(self, room_id: RoomId, message_id: str) -> MemberId:
        """Who wrote a message. Raises `NoSuchMessage`."""
        record = await self._log.message(room_id, message_id)
        if record is None or not isinstance(record.event, MessageSent):
            raise NoSuchMessage
        return record.event.member_id

    async def deleted_since(self, room_id: RoomId, after: int) -> list[str]:
        """Ids of messages that were deleted later than that seq."""
        records = await self._log.read(room_id, after=after, kinds=_DELETED)
        return [r.event.message_id for r in records if isinstance(r.event, MessageDeleted)]

    async def _shown(self, room_id: RoomId, sent: list[Record]) -> list[Wire]:
        if not sent:
            return []
        gone = set(await self.deleted_since(room_id, sent[0].seq))
        return [
            message | {"text": None} if message["id"] in gone else message
            for message in map(message_wire, sent)
        ]
