"""Rooms for tests of the pure core: a host, some guests, a film, and time."""

from dataclasses import dataclass, field, replace

from watchtogether.kit.ids import (
    AccountId,
    GuestId,
    MemberId,
    RatingKey,
    RoomCode,
    RoomId,
    ServerId,
)
from watchtogether.sync import commands as c
from watchtogether.sync.decide import decide
from watchtogether.sync.draft import Decision, Reason, Rejected
from watchtogether.sync.events import Event
from watchtogether.sync.room import Room, Rules, blank
from watchtogether.sync.timeline import RoomItem, State, Timeline

HOST = MemberId("mem_host")
OWNER = AccountId("acc_owner")


def film(key: str = "1", duration_s: float = 600.0, kind: str = "movie") -> RoomItem:
    """A film that nobody has to see."""
    return RoomItem(
        server=ServerId("srv"),
        rating_key=RatingKey(key),
        kind=kind,
        title=f"Film {key}",
        subtitle=None,
        duration_s=duration_s,
        poster=None,
        backdrop=None,
        account_id=OWNER,
    )


@dataclass
class Party:
    """A room under test. Commands that must succeed go through `do`."""

    room: Room = field(
        default_factory=lambda: blank(RoomId("room_1"), RoomCode("abc-def-ghj"), 1, "clk_test")
    )
    now_ms: float = 1_000.0
    log: list[Event] = field(default_factory=list)
    last: Decision | None = None

    def do(self, command: c.Command) -> Decision:
        decision = decide(self.room, command, self.now_ms)
        assert isinstance(decision, Decision), decision
        self.room, self.last = decision.room, decision
        self.log += decision.events
        return decision

    def refused(self, command: c.Command) -> Reason:
        decision = decide(self.room, command, self.now_ms)
        assert isinstance(decision, Rejected), decision
        return decision.reason

    def pass_s(self, seconds: float) -> None:
        """Let time go by, ticking at every deadline on the way."""
        target_ms = self.now_ms + seconds * 1000
        for _ in range(1_000):
            deadline_ms = self.do(c.Tick()).next_deadline_ms
            if deadline_ms is None or deadline_ms > target_ms:
                break
            assert deadline_ms > self.now_ms, "a deadline that does not move"
            self.now_ms = deadline_ms
        else:
            raise AssertionError("time does not pass")
        self.now_ms = target_ms
        self.do(c.Tick())

    @property
    def timeline(self) -> Timeline:
        return self.room.timeline

    def state(self) -> State:
        return self.room.timeline.state

    @property
    def revision(self) -> int:
        return self.room.timeline.revision

    def guest(self, name: str, *, connected: bool = True) -> MemberId:
        member_id = MemberId(f"mem_{name}")
        self.do(c.Enter(member_id, name, guest_id=GuestId(f"gst_{name}")))
        if connected:
            self.do(c.Connect(member_id))
        return member_id

    def ready(self, *members: MemberId) -> None:
        for member_id in members:
            self.do(c.Ready(member_id, True, self.revision))

    def load(self, item: RoomItem | None = None) -> None:
        self.do(c.Load(HOST, self.revision, item or film(), 0.0, play=False))

    def everybody_ready(self) -> None:
        self.ready(*(member.id for member in self.room.online()))

    def play(self) -> None:
        """Play, with everybody ready."""
        self.everybody_ready()
        self.do(c.Play(HOST, self.revision))
        assert self.timeline.state is State.PLAYING


def party(*guests: str, control: Rules | None = None) -> Party:
    """A room whose owner is connected and hosts, and connected guests."""
    made = Party()
    made.do(c.Create(control or Rules(name="Friday"), OWNER))
    made.do(c.Enter(HOST, "Olive", account_id=OWNER))
    made.do(c.Connect(HOST))
    for name in guests:
        made.guest(name)
    return made


def with_rules(made: Party, **changes: object) -> None:
    made.do(c.Edit(HOST, replace(made.room.rules, **changes)))  # type: ignore[arg-type]


def durable_part(room: Room) -> tuple[object, ...]:
    """All of a room that its log tells."""
    return (
        room.seq,
        room.rules,
        room.owner,
        room.timeline,
        room.host,
        room.host_by_succession,
        dict(room.members),
        room.banned,
        room.shown_out,
        room.queue,
        room.check,
        room.offer,
        room.stays,
        list(room.places.items()),
        room.closed,
        room.item_revision,
        room.steered_revision,
        room.steered_by,
        room.countered_revision,
    )
