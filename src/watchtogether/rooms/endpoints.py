"""The rooms' door on HTTP."""

from collections.abc import Callable
from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Query, Request, Response

from watchtogether.accounts.cookies import SessionCookies
from watchtogether.accounts.door import door_of, hand_out
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.accounts.service import AccountService
from watchtogether.kit.errors import Forbidden
from watchtogether.kit.ids import RoomCode
from watchtogether.kit.rate_limit import GENERAL, GUEST_JOIN, RateLimiter
from watchtogether.kit.web.address import client_address
from watchtogether.rooms import codec, schemas
from watchtogether.rooms.errors import CommandRefused, RoomNotFound
from watchtogether.rooms.invites import Invite
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.service import RoomService, Seat, member_id_of
from watchtogether.rooms.wire import (
    Wire,
    item_wire,
    members_wire,
    queue_wire,
    rules_wire,
)
from watchtogether.stream.tickets import LIFETIME_S, Tickets
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.room import Action, Room, may

Link = Callable[[Room], str]
EVENTS_PAGE = 200


def build_router(
    *,
    rooms: RoomService,
    accounts: AccountService,
    guard: Guard,
    tickets: Tickets,
    link: Link,
    cookies: SessionCookies,
    limiter: RateLimiter,
) -> APIRouter:
    """Everything below `/api/rooms` but the chat's history."""
    router = APIRouter(prefix="/api/rooms", tags=["rooms"])
    account = Annotated[Principal, Depends(guard.account)]
    person = Annotated[Principal, Depends(guard.principal)]
    visitor = Annotated[Principal | None, Depends(guard.optional)]

    async def find(request: Request, code: str) -> LiveRoom:
        """The room; who asks for many that are none is asked to slow down (attack 35)."""
        key = f"unknown-room|{client_address(request)}"
        await limiter.check(GENERAL, key)
        try:
            return await rooms.registry.get(_code(code))
        except RoomNotFound:
            await limiter.hit(GENERAL, key)
            raise

    @router.post("", status_code=201)
    async def open_room(body: schemas.NewRoom, who: account) -> Wire:
        seat = await rooms.open(who, body.name, body.server, body.rating_key)
        return await _summary(rooms, seat.room, who, link)

    @router.get("")
    async def my_rooms(who: person) -> Wire:
        return {"rooms": [await _summary(rooms, r, who, link) for r in await rooms.mine(who)]}

    @router.get("/{code}")
    async def look_in(request: Request, code: str, who: visitor) -> Wire:
        live = await find(request, code)
        return _door(live.room, who)

    @router.patch("/{code}")
    async def edit(code: str, body: schemas.RoomPatch, who: person) -> Wire:
        seat = await rooms.seat(_code(code), who)
        return await _summary(rooms, await rooms.edit(seat, body), who, link)

    @router.delete("/{code}", status_code=204)
    async def close(code: str, who: person) -> None:
        seat = await rooms.seat(_code(code), who)
        await seat.live.execute(c.Close(seat.member.id))

    @router.post("/{code}/guests", status_code=201)
    async def become_guest(
        code: str, body: schemas.NewGuest, request: Request, response: Response
    ) -> Wire:
        """Come in without an account."""
        door = door_of(request)
        await limiter.hit(GUEST_JOIN, f"{_code(code)}|{door.address}")
        await find(request, code)
        room, name = await rooms.admit_guest(_code(code), body.name, body.invite)
        grant = await accounts.create_guest(room.id, name, door.device)
        await rooms.enter(room.code, grant.principal)
        guest = {"id": grant.principal.id, "name": name, "room_code": room.code}
        return {"guest": guest, **hand_out(request, response, grant, cookies)}

    @router.post("/{code}/ticket")
    async def ticket(code: str, who: person) -> Wire:
        seat = await rooms.seat(_code(code), who)
        return _ticket(tickets, seat, who)

    @router.get("/{code}/members")
    async def members(code: str, who: person) -> Wire:
        return {"members": members_wire((await rooms.seat(_code(code), who)).room)}

    @router.get("/{code}/queue")
    async def queue(code: str, who: person) -> Wire:
        return {"queue": queue_wire((await rooms.seat(_code(code), who)).room)}

    @router.get("/{code}/seen")
    async def seen(
        code: str, who: person, server: schemas.Identifier, rating_key: schemas.Identifier
    ) -> Wire:
        """Who here has seen a title; null for guests, and for whom it is not shared with."""
        seat = await rooms.seat(_code(code), who)
        asked = await rooms.seen_by(seat, server, rating_key)
        return {
            "members": [
                {
                    "member_id": member.id,
                    "name": member.name,
                    "seen": found.seen if found else None,
                    "view_offset_s": found.view_offset_s if found else None,
                }
                for member, found in asked
            ]
        }

    @router.get("/{code}/events")
    async def events(
        code: str, who: person, after: Annotated[int, Query(ge=0, le=2**53)] = 0
    ) -> Wire:
        """The room's log, for its host: who did what, when (SPEC LOG-4)."""
        seat = await rooms.seat(_code(code), who)
        _require(seat, Action.ROOM_EDIT)
        records = await rooms.log.read(seat.room.id, after=after, before=after + EVENTS_PAGE + 1)
        return {
            "events": [
                {
                    "seq": record.seq,
                    "epoch": record.epoch,
                    "kind": codec.kind_of(record.event),
                    "by": record.by,
                    "command_id": record.command_id,
                    "wall_ms": record.wall_ms,
                }
                for record in records
            ]
        }

    _add_invitations(router, rooms, guard, link)
    return router


def _add_invitations(router: APIRouter, rooms: RoomService, guard: Guard, link: Link) -> None:
    person = Annotated[Principal, Depends(guard.principal)]

    @router.post("/{code}/invites", status_code=201)
    async def invite(code: str, body: schemas.NewInvite, who: person) -> Wire:
        seat = await rooms.seat(_code(code), who)
        _require(seat, Action.INVITE_CREATE)
        token, made = await rooms.invites.create(
            seat.room.id, seat.member.id, body.expires_in_s, body.max_uses
        )
        return {"token": token, "link": f"{link(seat.room)}#invite={token}", **_invite(made)}

    @router.get("/{code}/invites")
    async def invites(code: str, who: person) -> Wire:
        seat = await rooms.seat(_code(code), who)
        _require(seat, Action.INVITE_CREATE)
        return {"invites": [_invite(made) for made in await rooms.invites.of_room(seat.room.id)]}

    @router.get("/{code}/qr.svg")
    async def qr(code: str, who: person) -> Response:
        seat = await rooms.seat(_code(code), who)
        picture = BytesIO()
        segno.make(link(seat.room), error="m").save(
            picture, kind="svg", border=2, scale=8, light="#fff", dark="#111", xmldecl=False
        )
        return Response(picture.getvalue(), media_type="image/svg+xml")


def _code(raw: str) -> RoomCode:
    return RoomCode(raw.lower()[:20])


async def _summary(rooms: RoomService, room: Room, who: Principal, link: Link) -> Wire:
    member_id = member_id_of(room.id, who.id)
    return {
        **rules_wire(room, link(room)),
        "state": room.timeline.state,
        "item": item_wire(room.timeline.item),
        "members_online": len(room.online()),
        "created_wall_ms": await rooms.log.created_wall_ms(room.id),
        "you_are_host": room.host == member_id,
    }


def _door(room: Room, who: Principal | None) -> Wire:
    """What somebody with the link may see before coming in."""
    host = room.members.get(room.host) if room.host else None
    member = room.members.get(member_id_of(room.id, who.id)) if who else None
    return {
        "code": room.code,
        "name": room.rules.name,
        "state": room.timeline.state,
        "item": item_wire(room.timeline.item),
        "host": host.name if host else None,
        "people": [{"name": m.name, "colour": m.colour} for m in room.online()],
        "invite_only": room.rules.invite_only,
        "you": {"member_id": member.id, "name": member.name} if member else None,
    }


def _ticket(tickets: Tickets, seat: Seat, who: Principal) -> Wire:
    item = seat.room.timeline.item
    if item is None:
        raise CommandRefused(Reason.NO_ITEM)
    ticket = tickets.issue(
        seat.room.id, seat.member.id, who.session_id, item.server, item.rating_key
    )
    url = f"api/stream/{ticket}/master.m3u8"
    return {"ticket": ticket, "url": url, "expires_in_s": LIFETIME_S}


def _require(seat: Seat, action: Action) -> None:
    if not may(seat.room, seat.member.id, action):
        raise Forbidden("Only the host may do that.")


def _invite(invite: Invite) -> Wire:
    return {
        "created_wall_ms": invite.created_wall_ms,
        "expires_wall_ms": invite.expires_wall_ms,
        "max_uses": invite.max_uses,
        "uses": invite.uses,
    }
