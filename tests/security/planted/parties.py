"""Rooms, tickets and streams (attacks 30 to 36 of rooms, and 52 to 58)."""

from tests.security.planted.plant import Plant

_INPUT, _FILE = "rooms/test_bad_input.py", "stream/test_film_file.py"

PLANTS = (
    Plant(
        (30,),
        "rooms/service.py",
        """        if person.kind == "guest" and person.room_id != room.id:
            raise NotInRoom
""",
        "",
        _INPUT,
    ),
    Plant(  # whoever left keeps the seat; the core would still refuse, by another code
        (31,),
        "rooms/seating.py",
        """    if not isinstance(connection.place, Place):
        raise NotInRoom
    return connection.place
""",
        """    if isinstance(connection.place, Place):
        place_of.__dict__[connection.id] = connection.place
    return place_of.__dict__[connection.id]
""",
        _INPUT,
    ),
    Plant(
        (32,),
        "stream/doorkeeper.py",
        "        return lambda: self.audience.watching(claims)",
        "        found = self.audience.watching(claims)\n        return lambda: found",
        _FILE,
    ),
    Plant(
        (34,),
        "accounts/service.py",
        'role: AccountRole = "owner" if founder else "user"',
        'role: AccountRole = "owner"',
        "security/test_sessions.py",
    ),
    Plant(  # two who come first at once
        (34,),
        "accounts/repository.py",
        "founder=True if new.founder else None,",
        "founder=None,",
        "security/test_sessions.py",
    ),
    Plant(
        (35,),
        "rooms/endpoints.py",
        "            await limiter.hit(GENERAL, key)\n            raise",
        "            raise",
        _INPUT,
    ),
    Plant(
        (36,),
        "rooms/invites.py",
        "                InviteRow.max_uses.is_(None) | (InviteRow.uses < InviteRow.max_uses),\n",
        "",
        _INPUT,
    ),
    Plant(
        (52,),
        "stream/tickets.py",
        """        if not hmac.compare_digest(mac, _encode(self._mac(payload))):
            raise TicketRefused
""",
        "",
        "stream/test_tickets.py",
    ),
    Plant(
        (52,),
        "stream/tickets.py",
        "if claims.expires_wall_ms <= self._clock.wall_ms():",
        "if False:",
        "stream/test_tickets.py",
    ),
    Plant(
        (53,),
        "stream/doorkeeper.py",
        """        if asker is not None and asker != claims.session_id:
            raise TicketRefused
""",
        "",
        _INPUT,
    ),
    Plant(
        (54,),
        "stream/file_endpoints.py",
        """    if found is None or not (found[1] or found[2]):
        raise RangeRefused
""",
        """    if found is None or not (found[1] or found[2]):
        return None
""",
        _FILE,
    ),
    Plant(
        (56,),
        "stream/segment_endpoints.py",
        """        screening = await self.doorkeeper.screening(request, ticket)
        check_place""",
        """        if request.headers.get("if-none-match"):
            return Response(status_code=304)
        screening = await self.doorkeeper.screening(request, ticket)
        check_place""",
        "security/test_caches.py",
    ),
    Plant(  # whoever was shown out may still watch
        (32, 56),
        "rooms/audience.py",
        "if claims.member_id not in live.room.members:",
        "if False:",
        "security/test_caches.py",
    ),
    Plant(
        (57,),
        "stream/vtt.py",
        "html.escape(line, quote=False)",
        "line",
        "stream/test_vtt.py",
    ),
    Plant(
        (58,),
        "accounts/repository.py",
        "select(AccountRow).where(AccountRow.username_key == username_key)",
        """select(AccountRow).where(
                    __import__("sqlalchemy").text(f"username_key = '{username_key}'")
                )""",
        "security/test_load.py",
    ),
)
