"""Chat as the room sees it: who may say and delete what (SPEC CHAT-1 to CHAT-4)."""

from watchtogether.sync.commands import DeleteMessage, Say
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.events import MessageDeleted, MessageSent
from watchtogether.sync.room import Action, may

TEXT_MAX = 2_000


def say(draft: Draft, command: Say) -> Reason | None:
    """Add a message at the film's present position."""
    if not may(draft.room, command.by, Action.CHAT_SEND):
        return Reason.NOT_PERMITTED
    text = command.text.strip()
    if not 1 <= len(text) <= TEXT_MAX:
        return Reason.INVALID_TEXT
    author = draft.room.members[command.by]
    timeline = draft.room.timeline
    draft.record(
        MessageSent(
            message_id=command.message_id,
            member_id=author.id,
            name=author.name,
            colour=author.colour,
            text=text,
            reply_to=command.reply_to,
            position_s=timeline.position_at(draft.now_ms) if timeline.item else None,
        )
    )
    return None


def delete(draft: Draft, command: DeleteMessage) -> Reason | None:
    """Take a message back, one's own or as a moderator."""
    own = command.author == command.by and command.by in draft.room.members
    if not own and not may(draft.room, command.by, Action.CHAT_MODERATE):
        return Reason.NOT_PERMITTED
    draft.record(MessageDeleted(command.message_id))
    return None
