"""Invariants of the core under any sequence of commands, and replay (SPEC LOG-1)."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.rooms import HOST, Party, durable_part, film, party
from watchtogether.kit.ids import GuestId, MemberId, RoomCode, RoomId
from watchtogether.rooms import codec
from watchtogether.sync import commands as c
from watchtogether.sync.decide import decide
from watchtogether.sync.draft import Decision
from watchtogether.sync.evolve import evolve
from watchtogether.sync.presence import Excuse, Limit
from watchtogether.sync.room import Action, Control, Rules, WaitPolicy, blank
from watchtogether.sync.timeline import State
from watchtogether.sync.waits import WAIT_LIMIT_MS

GUESTS = [MemberId(f"mem_g{n}") for n in range(3)]
members = st.sampled_from([HOST, *GUESTS])
positions = st.floats(-10, 700)


class RoomMachine(RuleBasedStateMachine):
    """Anybody does anything at any time."""

    made: Party

    @initialize(control=st.sampled_from(list(Control)), waits=st.sampled_from(list(WaitPolicy)))
    def begin(self, control: Control, waits: WaitPolicy) -> None:
        self.made = party(control=Rules(name="Friday", control=control, wait_policy=waits))
        self.highest = (0, 0)

    def attempt(self, command: c.Command) -> None:
        decision = decide(self.made.room, command, self.made.now_ms)
        if isinstance(decision, Decision):
            self.made.do(command)

    @rule(who=st.sampled_from(GUESTS))
    def enter(self, who: MemberId) -> None:
        self.attempt(c.Enter(who, who[4:], guest_id=GuestId(f"gst_{who}")))

    @rule(who=members)
    def connect(self, who: MemberId) -> None:
        if not self.made.room.presence_of(who).online:
            self.attempt(c.Connect(who))

    @rule(who=members)
    def disconnect(self, who: MemberId) -> None:
        self.attempt(c.Disconnect(who))

    @rule(
        who=members,
        key=st.sampled_from(["1", "2", "3"]),
        position_s=st.none() | positions,
        play=st.booleans(),
    )
    def load(self, who: MemberId, key: str, position_s: float | None, play: bool) -> None:
        item = film(key, kind="episode")
        self.attempt(c.Load(who, self.made.revision, item, position_s, play))

    @rule(who=members, back=st.integers(0, 3))
    def toggle(self, who: MemberId, back: int) -> None:
        revision = max(0, self.made.revision - back)
        self.attempt(c.Play(who, revision))

    @rule(who=members)
    def pause(self, who: MemberId) -> None:
        self.attempt(c.Pause(who, self.made.revision))

    @rule(who=members, position_s=positions, back=st.integers(0, 3))
    def seek(self, who: MemberId, position_s: float, back: int) -> None:
        self.attempt(c.Seek(who, max(0, self.made.revision - back), position_s))

    @rule(who=members, rate=st.floats(0.4, 2.1))
    def rate(self, who: MemberId, rate: float) -> None:
        self.attempt(c.SetRate(who, self.made.revision, rate))

    @rule(who=members, sound=st.sampled_from(["1", "2"]), back=st.integers(0, 3))
    def sound(self, who: MemberId, sound: str, back: int) -> None:
        self.attempt(c.SetSound(who, max(0, self.made.revision - back), sound))

    @rule(who=members, ready=st.booleans())
    def ready(self, who: MemberId, ready: bool) -> None:
        self.attempt(c.Ready(who, ready, self.made.revision))

    @rule(
        who=members,
        stalled=st.booleans(),
        buffered_s=st.floats(0, 60),
        rtt_ms=st.none() | st.floats(0, 3_000),
        fill=st.none() | st.floats(0, 3),
        limit=st.none() | st.sampled_from(list(Limit)),
        start_ms=st.none() | st.floats(0, 2_000),
    )
    def status(
        self,
        who: MemberId,
        stalled: bool,
        buffered_s: float,
        rtt_ms: float | None,
        fill: float | None,
        limit: Limit | None,
        start_ms: float | None,
    ) -> None:
        self.attempt(
            c.Status(
                who,
                stalled,
                buffered_s,
                None,
                rtt_ms,
                fill=fill,
                limit=limit,
                revision=self.made.revision,
                start_ms=start_ms,
            )
        )

    @rule(who=members, out=st.booleans())
    def step(self, who: MemberId, out: bool) -> None:
        self.attempt(c.Step(who, out))

    @rule(who=members)
    def open_check(self, who: MemberId) -> None:
        self.attempt(c.OpenCheck(who))

    @rule(who=members, ready=st.booleans())
    def answer_check(self, who: MemberId, ready: bool) -> None:
        self.attempt(c.AnswerCheck(who, ready))

    @rule(who=members)
    def cancel_check(self, who: MemberId) -> None:
        self.attempt(c.CancelCheck(who))

    @rule(who=members, waits=st.sampled_from(list(WaitPolicy)), autoplay=st.booleans())
    def edit(self, who: MemberId, waits: WaitPolicy, autoplay: bool) -> None:
        rules = replace(self.made.room.rules, wait_policy=waits, autoplay=autoplay)
        self.attempt(c.Edit(who, rules))

    @rule(who=members, whom=members, ban=st.booleans())
    def kick(self, who: MemberId, whom: MemberId, ban: bool) -> None:
        self.attempt(c.Kick(who, whom, ban))

    @rule(who=members, whom=members)
    def pass_host(self, who: MemberId, whom: MemberId) -> None:
        self.attempt(c.PassHost(who, whom))

    @rule(who=members, whom=members, actions=st.frozensets(st.sampled_from(list(Action))))
    def permit(self, who: MemberId, whom: MemberId, actions: frozenset[Action]) -> None:
        self.attempt(c.Permit(who, whom, actions))

    @rule(who=members)
    def go_next(self, who: MemberId) -> None:
        self.attempt(c.Next(who, self.made.revision, film("2")))

    @rule(back=st.integers(0, 1))
    def the_library_answers(self, back: int) -> None:
        asked_at = max(0, self.made.revision - back)
        self.attempt(c.OfferNext(film("2", kind="episode"), asked_at, self.made.room.epoch))

    @rule(who=members)
    def stay(self, who: MemberId) -> None:
        self.attempt(c.WithdrawNext(who))

    @rule(who=members, key=st.sampled_from(["1", "2", "3"]))
    def queue(self, who: MemberId, key: str) -> None:
        entry_id = f"e{self.made.room.seq}"
        self.attempt(c.QueueAdd(who, entry_id, film(key, kind="episode")))

    @rule(who=members)
    def unqueue(self, who: MemberId) -> None:
        if self.made.room.queue:
            self.attempt(c.QueueRemove(who, self.made.room.queue[0].id))

    @rule(seconds=st.floats(0, 5))
    def the_film_comes_to_its_end(self, seconds: float) -> None:
        timeline = self.made.timeline
        end_s = max(0.0, timeline.duration_s - seconds)
        self.attempt(c.Seek(HOST, self.made.revision, end_s))
        self.made.everybody_ready()
        self.attempt(c.Play(HOST, self.made.revision))
        self.made.pass_s(seconds * 2 + 1)

    @rule(who=members)
    def skip(self, who: MemberId) -> None:
        self.attempt(c.SkipWait(who))

    @rule(who=members)
    def leave(self, who: MemberId) -> None:
        if who != HOST:
            self.attempt(c.Leave(who))

    @rule(seconds=st.floats(0.05, 700))
    def time_passes(self, seconds: float) -> None:
        self.made.pass_s(seconds)

    @invariant()
    def the_revision_never_falls(self) -> None:
        now = (self.made.timeline.epoch, self.made.timeline.revision)
        assert now >= self.highest
        self.highest = now

    @invariant()
    def the_position_stays_within_the_item(self) -> None:
        timeline = self.made.timeline
        for ahead_ms in (0, 1_000, 10_000_000):
            position_s = timeline.position_at(self.made.now_ms + ahead_ms)
            assert 0.0 <= position_s <= max(0.0, timeline.duration_s)

    @invariant()
    def there_is_at_most_one_host_and_it_is_a_member(self) -> None:
        room = self.made.room
        assert room.host is None or room.host in room.members

    @invariant()
    def a_wait_always_has_a_deadline(self) -> None:
        """PB-11: and never outlives it."""
        if self.made.timeline.state is State.WAITING and self.made.last is not None:
            deadline_ms = self.made.last.next_deadline_ms
            assert deadline_ms is not None
            assert self.made.now_ms < deadline_ms <= self.made.now_ms + 30_000
            since_ms = self.made.room.waiting_since_ms
            assert since_ms is not None
            late = [m for m in self.made.room.awaited() if self.made.room.heeds(m)]
            assert not late or self.made.now_ms < since_ms + WAIT_LIMIT_MS

    @invariant()
    def a_check_belongs_to_its_timeline_and_ends(self) -> None:
        """PB-21."""
        check = self.made.room.check
        if check is not None and self.made.last is not None:
            assert self.made.timeline.state is State.PAUSED
            assert check.revision == self.made.revision
            assert self.made.now_ms < check.ends_ms
            deadline_ms = self.made.last.next_deadline_ms
            assert deadline_ms is not None
            assert deadline_ms <= check.ends_ms

    @invariant()
    def an_offer_belongs_to_its_end_and_is_what_comes_next(self) -> None:
        """PB-27, PB-28, PB-29."""
        room, offer = self.made.room, self.made.room.offer
        if offer is None or self.made.last is None:
            return
        assert self.made.state() is State.PAUSED
        assert offer.revision == self.made.revision
        assert self.made.timeline.position_s == self.made.timeline.duration_s
        assert room.check is None
        assert not room.queue or room.queue[0].item == offer.item
        if offer.ends_ms is not None:
            assert room.rules.autoplay
            assert self.made.now_ms < offer.ends_ms
            deadline_ms = self.made.last.next_deadline_ms
            assert deadline_ms is not None
            assert deadline_ms <= offer.ends_ms

    @invariant()
    def a_place_is_within_the_film(self) -> None:
        """PB-30."""
        assert all(30 <= place_s <= 570 for place_s in self.made.room.places.values())

    @invariant()
    def the_rate_is_the_speed_or_a_little_less(self) -> None:
        """PB-19."""
        timeline = self.made.timeline
        assert 0.5 <= timeline.speed <= 2
        assert 0.98 - 1e-9 <= timeline.rate / timeline.speed <= 1

    @invariant()
    def an_excuse_is_for_somebody_who_is_there(self) -> None:
        """Or who can't keep up, which no reconnection ends (PB-20)."""
        for member_id, presence in self.made.room.presence.items():
            if presence.excused:
                assert member_id in self.made.room.members
                assert presence.online or presence.excuse is Excuse.STALLS

    @invariant()
    def a_playing_room_knows_when_to_look_again(self) -> None:
        if self.made.timeline.state is State.PLAYING and self.made.last is not None:
            assert self.made.last.next_deadline_ms is not None

    @invariant()
    def replaying_the_stored_log_gives_the_room(self) -> None:
        room = blank(RoomId("room_1"), RoomCode("abc-def-ghj"), 1, "clk_test")
        for event in self.made.log:
            room = evolve(room, codec.decode(codec.kind_of(event), codec.encode(event)))
        assert durable_part(room) == durable_part(self.made.room)


TestRoomMachine = RoomMachine.TestCase
TestRoomMachine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
