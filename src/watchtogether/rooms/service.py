"""Opening rooms, coming in, and what a member is given on joining."""

import contextlib
import hashlib
from asyncio import gather
from collections.abc import Callable
from dataclasses import dataclass, replace

from watchtogether.accounts.model import Principal
from watchtogether.kit.errors import NotFound
from watchtogether.kit.ids import (
    AccountId,
    GuestId,
    MemberId,
    RatingKey,
    RoomCode,
    RoomId,
    ServerId,
    new_id,
    new_room_code,
)
from watchtogether.rooms.errors import (
    CommandRefused,
    InviteNeeded,
    NoSuchSound,
    NotInRoom,
    RoomIsClosed,
    RoomNotFound,
)
from watchtogether.rooms.invites import Invites
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.log import RoomLog
from watchtogether.rooms.ports import Catalogue, Seen
from watchtogether.rooms.registry import Registry
from watchtogether.rooms.schemas import RoomPatch
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.room import Member, Room, Rules
from watchtogether.sync.timeline import RoomItem

NAME_ATTEMPTS = 20
SEEN_BY = 20


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place in a live room."""

    live: LiveRoom
    member: Member

    @property
    def room(self) -> Room:
        return self.live.room


class RoomService:
    """Everything about rooms that does not need a socket."""

    def __init__(
        self,
        *,
        registry: Registry,
        room_log: RoomLog,
        invites: Invites,
        catalogue: Catalogue,
        clean_name: Callable[[str], str],
    ) -> None:
        self.registry = registry
        self.log = room_log
        self.invites = invites
        self._catalogue = catalogue
        self._clean_name = clean_name

    async def open(
        self, owner: Principal, name: str | None, server: str | None, rating_key: str | None
    ) -> Seat:
        """A new room with its owner as the first member, and something on if asked for."""
        account_id = AccountId(owner.id)
        item = None
        if server and rating_key:
            item = await self.item(account_id, server, rating_key)
        title = self._clean_name(name) if name else f"{owner.name}’s party"[:40]
        live = await self.registry.create(
            RoomId(new_id("room")), new_room_code(), account_id, Rules(name=title)
        )
        seat = await self.enter(live.room.code, owner)
        if item is not None:
            await live.execute(c.Load(seat.member.id, 0, item, 0.0, play=False))
        return seat

    async def mine(self, person: Principal) -> list[Room]:
        """Open rooms this person is or was in, those last alive first."""
        if person.kind == "guest":
            codes = [live.room.code for live in self.registry if live.room.id == person.room_id]
        else:
            codes = await self.log.codes_of(person.id)
        rooms = []
        for code in codes:
            with contextlib.suppress(RoomIsClosed, RoomNotFound):  # closed just now
                rooms.append((await self.registry.get(code)).room)
        return rooms

    async def enter(self, code: RoomCode, person: Principal, invite: str | None = None) -> Seat:
        """Take this person in, or find the seat they have. Raises `CommandRefused` and the like."""
        live = await self.registry.get(code)
        await self._admit(live.room, person, invite)
        member_id = member_id_of(live.room.id, person.id)
        for name in _names(person.name):
            try:
                await live.execute(_enter(member_id, name, person))
            except CommandRefused as refusal:
                if refusal.reason is Reason.NAME_TAKEN and person.kind == "account":
                    continue
                raise
            break
        return Seat(live, live.room.members[member_id])

    async def admit_guest(self, code: RoomCode, name: str, invite: str | None) -> tuple[Room, str]:
        """Check whether somebody may become a guest here; gives the room and the clean name.

        An invitation is used up by this.
        """
        live = await self.registry.get(code)
        clean = self._clean_name(name)
        taken = any(m.name.casefold() == clean.casefold() for m in live.room.members.values())
        if taken:
            raise CommandRefused(Reason.NAME_TAKEN)
        if invite is not None:
            await self.invites.redeem(live.room.id, invite)
        elif live.room.rules.invite_only:
            raise InviteNeeded
        return live.room, clean

    async def seat(self, code: RoomCode, person: Principal) -> Seat:
        """Where this person sits. Raises `NotInRoom` when they don't."""
        live = await self.registry.get(code)
        member = live.room.members.get(member_id_of(live.room.id, person.id))
        if member is None:
            raise NotInRoom
        return Seat(live, member)

    async def edit(self, seat: Seat, patch: RoomPatch) -> Room:
        """Change what the patch names."""
        changes = patch.model_dump(exclude_none=True)
        if "name" in changes:
            changes["name"] = self._clean_name(changes["name"])
        rules = replace(seat.room.rules, **changes)
        return (await seat.live.execute(c.Edit(seat.member.id, rules))).room

    async def item(self, account_id: AccountId, server: str, rating_key: str) -> RoomItem:
        """A film from somebody's own library."""
        return await self._catalogue.room_item(account_id, ServerId(server), RatingKey(rating_key))

    async def seen_by(
        self, seat: Seat, server: str, rating_key: str
    ) -> list[tuple[Member, Seen | None]]:
        """Who is here, and whether each has seen that title; None for guests and for accounts
        to whom it is not shared. The first twenty who have accounts are asked about.

        Only of what the asker may see too: their own library, what is on, what is queued.
        Raises `NotFound`.
        """
        server_id, key = ServerId(server), RatingKey(rating_key)

        async def ask(account_id: AccountId) -> Seen | None:
            return await self._catalogue.seen(account_id, server_id, key, seat.member.id)

        mine = seat.member.account_id
        if not _is_shown(seat.room, server_id, key) and (mine is None or await ask(mine) is None):
            raise NotFound
        here = seat.room.online()
        accounts = [m.account_id for m in here if m.account_id is not None][:SEEN_BY]
        found = dict(zip(accounts, await gather(*map(ask, accounts)), strict=True))
        return [(m, found.get(m.account_id) if m.account_id else None) for m in here]

    async def check_sound(self, item: RoomItem, sound: str) -> None:
        """Raises `NoSuchSound` unless the item has this sound track."""
        if sound not in await self._catalogue.sounds(item):
            raise NoSuchSound

    async def follow_up(self, room: Room) -> RoomItem | None:
        """What `next` plays when the queue is empty (SPEC PB-16); known already while offered."""
        if room.offer is not None and not room.offer.queued:
            return room.offer.item
        item = room.timeline.item
        if room.queue or item is None or item.kind != "episode":
            return None
        return await self._catalogue.next_episode(item)

    async def _admit(self, room: Room, person: Principal, invite: str | None) -> None:
        """Guests belong to one room; an invitation is asked of strangers only."""
        if person.kind == "guest" and person.room_id != room.id:
            raise NotInRoom
        known = member_id_of(room.id, person.id) in room.members
        came_by_invitation = person.kind == "guest" and GuestId(person.id) not in room.shown_out
        invited = known or came_by_invitation or AccountId(person.id) == room.owner
        if room.rules.invite_only and not invited:
            if invite is None:
                raise InviteNeeded
            await self.invites.redeem(room.id, invite)


def _is_shown(room: Room, server_id: ServerId, rating_key: RatingKey) -> bool:
    """Whether everybody here sees that title anyway."""
    on = [room.timeline.item, *(entry.item for entry in room.queue)]
    return any(i is not None and (i.server, i.rating_key) == (server_id, rating_key) for i in on)


def member_id_of(room_id: RoomId, person_id: str) -> MemberId:
    """The same person is the same member of a room, always (SPEC MEM-1)."""
    digest = hashlib.sha256(f"{room_id}|{person_id}".encode()).hexdigest()
    return MemberId(f"mem_{digest[:24]}")


def _enter(member_id: MemberId, name: str, person: Principal) -> c.Enter:
    if person.kind == "account":
        return c.Enter(member_id, name, account_id=AccountId(person.id))
    return c.Enter(member_id, name, guest_id=GuestId(person.id))


def _names(name: str) -> list[str]:
    """The name, then the name with a number: an account is let in even if its name is taken."""
    return [name, *(f"{name[:36]} {number}" for number in range(2, NAME_ATTEMPTS))]
