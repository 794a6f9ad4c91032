"""Chat's door on Socket.IO."""

from typing import Annotated

from pydantic import Field

from watchtogether.chat.history import History
from watchtogether.kit.errors import InvalidRequest
from watchtogether.kit.ids import new_id
from watchtogether.realtime.gateway import Connection, Gateway, Payload
from watchtogether.rooms.announcer import channel_of, stamp
from watchtogether.rooms.schemas import CommandId, Identifier, Message
from watchtogether.rooms.seating import place_of
from watchtogether.rooms.wire import message_wire
from watchtogether.sync import commands as c
from watchtogether.sync.events import MessageSent


class Send(Message):
    """A message; its text is checked by the core (SPEC CHAT-1)."""

    id: CommandId
    text: Annotated[str, Field(max_length=20_000)]
    reply_to: Identifier | None = None


class Typing(Message):
    typing: bool


class React(Message):
    emoji: Annotated[str, Field(min_length=1, max_length=16)]


class Delete(Message):
    id: CommandId
    message_id: Identifier


class ChatSockets:
    """Registers chat's events with the gateway."""

    def __init__(self, gateway: Gateway, history: History) -> None:
        self._gateway = gateway
        self._history = history
        gateway.on("chat:send", Send, self._send, cost=4)
        gateway.on("chat:delete", Delete, self._delete, cost=4)
        gateway.on("chat:typing", Typing, self._typing)
        gateway.on("chat:react", React, self._react)

    async def _send(self, connection: Connection, message: Send) -> Payload:
        """Committed before it is acknowledged; a repeated id gives the same message."""
        place = place_of(connection)
        command = c.Say(place.member_id, new_id("msg"), message.text, message.reply_to)
        outcome = await place.live.execute(command, message.id)
        record = outcome.records[0] if outcome.records else None
        if record is None or not isinstance(record.event, MessageSent):
            raise InvalidRequest("This id was used for something else.")
        return {"message": message_wire(record), "repeated": outcome.repeated}

    async def _delete(self, connection: Connection, message: Delete) -> Payload:
        place = place_of(connection)
        repeated = place.live.answered(place.member_id, message.id)
        if repeated is not None:
            return {"repeated": True}
        author = await self._history.author(place.room_id, message.message_id)
        command = c.DeleteMessage(place.member_id, message.message_id, author)
        outcome = await place.live.execute(command, message.id)
        return {"repeated": outcome.repeated}

    async def _typing(self, connection: Connection, message: Typing) -> Payload:
        return await self._float(connection, "chat:typing", {"typing": message.typing})

    async def _react(self, connection: Connection, message: React) -> Payload:
        return await self._float(connection, "chat:reaction", {"emoji": message.emoji})

    async def _float(self, connection: Connection, event: str, payload: Payload) -> Payload:
        """Tell the others something that nobody keeps."""
        place = place_of(connection)
        told = stamp(place.live.room, payload | {"member_id": place.member_id})
        await self._gateway.emit(channel_of(place.room_id), event, told, skip=connection.id)
        return {}
