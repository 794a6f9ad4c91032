"""Membership, permissions, queue and chat: MEM-* and CHAT-*."""

import pytest

from tests.support.rooms import HOST, OWNER, film, party, with_rules
from watchtogether.kit.ids import AccountId, GuestId, MemberId
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.events import MessageSent
from watchtogether.sync.room import PERMITTABLE, Action, Control, actions_of, may

ANN, BEN = MemberId("mem_ann"), MemberId("mem_ben")


def test_MEM1_coming_back_is_the_same_member_and_no_event() -> None:
    made = party("ann")
    seq = made.room.seq
    made.do(c.Enter(ANN, "ann", guest_id=GuestId("gst_ann")))
    made.do(c.Connect(ANN))
    assert made.room.seq == seq
    assert made.room.presence_of(ANN).connections == 2


def test_MEM1_one_of_two_connections_leaving_keeps_the_member_online() -> None:
    made = party("ann")
    made.do(c.Connect(ANN))
    made.do(c.Disconnect(ANN))
    assert made.room.presence_of(ANN).online


def test_MEM2_the_host_may_do_everything_and_a_guest_may_chat() -> None:
    made = party("ann")
    assert set(actions_of(made.room, HOST)) == set(Action)
    assert actions_of(made.room, ANN) == (Action.CHAT_SEND,)
    assert not may(made.room, MemberId("mem_nobody"), Action.CHAT_SEND)


def test_MEM3_control_everyone_shares_the_remote_but_not_the_house() -> None:
    made = party("ann")
    with_rules(made, control=Control.EVERYONE)
    assert set(actions_of(made.room, ANN)) == PERMITTABLE | {Action.CHAT_SEND}


def test_MEM3_what_is_not_allowed_is_refused_and_changes_nothing() -> None:
    made = party("ann")
    made.load()
    before = made.room
    for command in (
        c.Play(ANN, made.revision),
        c.Seek(ANN, made.revision, 5),
        c.Load(ANN, made.revision, film("2"), 0, False),
        c.Next(ANN, made.revision, None),
        c.QueueAdd(ANN, "entry", film("2")),
        c.Kick(ANN, HOST, ban=True),
        c.PassHost(ANN, ANN),
        c.Permit(ANN, ANN, frozenset({Action.SEEK})),
        c.Edit(ANN, made.room.rules),
        c.Close(ANN),
    ):
        assert made.refused(command) is Reason.NOT_PERMITTED
    assert made.room == before


def test_MEM3_a_permit_allows_exactly_what_it_names() -> None:
    made = party("ann")
    made.load()
    made.do(c.Permit(HOST, ANN, frozenset({Action.SEEK})))
    made.do(c.Seek(ANN, made.revision, 5))
    assert made.refused(c.Play(ANN, made.revision)) is Reason.NOT_PERMITTED


def test_MEM3_the_house_itself_cannot_be_permitted() -> None:
    made = party("ann")
    command = c.Permit(HOST, ANN, frozenset({Action.MEMBER_KICK}))
    assert made.refused(command) is Reason.NOT_PERMITTED


def test_MEM4_names_are_unique_without_regard_to_case() -> None:
    made = party("ann")
    command = c.Enter(MemberId("mem_x"), "ANN", guest_id=GuestId("gst_x"))
    assert made.refused(command) is Reason.NAME_TAKEN


def test_MEM5_the_longest_present_member_follows_an_absent_host() -> None:
    made = party("ann", "ben")
    made.do(c.Disconnect(HOST))
    made.pass_s(19)
    assert made.room.host == HOST
    made.pass_s(2)
    assert made.room.host == ANN


def test_MEM5_accounts_come_before_guests() -> None:
    made = party("ann")
    cleo = MemberId("mem_cleo")
    made.do(c.Enter(cleo, "Cleo", account_id=AccountId("acc_cleo")))
    made.do(c.Connect(cleo))
    made.do(c.Disconnect(HOST))
    made.pass_s(21)
    assert made.room.host == cleo


def test_MEM5_the_owner_takes_the_remote_back_by_returning() -> None:
    made = party("ann")
    made.do(c.Disconnect(HOST))
    made.pass_s(21)
    made.do(c.Connect(HOST))
    assert made.room.host == HOST


def test_MEM5_a_remote_that_was_passed_stays_passed() -> None:
    made = party("ann")
    made.do(c.PassHost(HOST, ANN))
    made.do(c.Disconnect(HOST))
    made.do(c.Connect(HOST))
    assert made.room.host == ANN
    made.do(c.PassHost(HOST, HOST))
    assert made.room.host == HOST


def test_MEM5_a_short_absence_keeps_the_host() -> None:
    made = party("ann")
    made.do(c.Disconnect(HOST))
    made.pass_s(10)
    made.do(c.Connect(HOST))
    made.pass_s(60)
    assert made.room.host == HOST


def test_MEM6_a_banned_member_cannot_come_back_and_a_kicked_one_can() -> None:
    made = party("ann", "ben")
    made.do(c.Kick(HOST, ANN, ban=False))
    made.do(c.Kick(HOST, BEN, ban=True))
    made.do(c.Enter(ANN, "ann", guest_id=GuestId("gst_ann")))
    command = c.Enter(BEN, "ben", guest_id=GuestId("gst_ben"))
    assert made.refused(command) is Reason.BANNED


def test_MEM6_nobody_kicks_the_owner_or_themselves() -> None:
    made = party("ann")
    assert made.refused(c.Kick(HOST, HOST, ban=False)) is Reason.NOT_PERMITTED
    made.do(c.PassHost(HOST, ANN))
    assert made.refused(c.Kick(ANN, HOST, ban=False)) is Reason.NOT_PERMITTED
    assert made.room.owner == OWNER


def test_MEM7_the_room_and_the_queue_have_an_end() -> None:
    made = party(*(f"g{n}" for n in range(199)))
    command = c.Enter(MemberId("mem_late"), "late", guest_id=GuestId("gst_late"))
    assert made.refused(command) is Reason.ROOM_FULL
    for number in range(200):
        made.do(c.QueueAdd(HOST, f"entry_{number}", film(str(number))))
    assert made.refused(c.QueueAdd(HOST, "entry_x", film("x"))) is Reason.QUEUE_FULL


def test_MEM8_somebody_long_away_is_no_longer_listed() -> None:
    made = party("ann")
    made.do(c.Disconnect(ANN))
    made.pass_s(601)
    assert ANN not in made.room.members


def test_queue_entries_move_and_ones_own_can_be_removed() -> None:
    made = party("ann")
    made.do(c.Permit(HOST, ANN, frozenset({Action.QUEUE_EDIT})))
    for number in range(3):
        made.do(c.QueueAdd(ANN, f"entry_{number}", film(str(number))))
    made.do(c.QueueMove(HOST, "entry_2", 0))
    assert [entry.id for entry in made.room.queue] == ["entry_2", "entry_0", "entry_1"]
    made.do(c.Permit(HOST, ANN, frozenset()))
    made.do(c.QueueRemove(ANN, "entry_0"))
    assert made.refused(c.QueueRemove(HOST, "entry_0")) is Reason.NO_SUCH_ENTRY


@pytest.mark.parametrize("text", ["", "   ", "x" * 2_001])
def test_CHAT1_messages_have_between_1_and_2000_characters(text: str) -> None:
    assert party().refused(c.Say(HOST, "msg", text, None)) is Reason.INVALID_TEXT


def test_CHAT1_markup_is_kept_as_the_text_it_is() -> None:
    made = party()
    event = made.do(c.Say(HOST, "msg", "<script>alert(1)</script>", None)).events[0]
    assert isinstance(event, MessageSent)
    assert event.text == "<script>alert(1)</script>"


def test_CHAT2_a_message_knows_the_moment_of_the_film() -> None:
    made = party()
    made.load()
    made.play()
    made.pass_s(10)
    event = made.do(c.Say(HOST, "msg", "now!", None)).events[0]
    assert isinstance(event, MessageSent)
    assert event.position_s == pytest.approx(made.timeline.position_at(made.now_ms))


def test_CHAT4_only_the_author_or_a_moderator_deletes() -> None:
    made = party("ann", "ben")
    made.do(c.DeleteMessage(ANN, "msg", ANN))
    made.do(c.DeleteMessage(HOST, "msg", ANN))
    assert made.refused(c.DeleteMessage(BEN, "msg", ANN)) is Reason.NOT_PERMITTED


def test_a_closed_room_refuses_everything() -> None:
    made = party()
    made.do(c.Close(HOST))
    assert made.refused(c.Say(HOST, "msg", "hello", None)) is Reason.ROOM_CLOSED


def test_MEM5_a_remote_passed_on_by_a_stand_in_returns_to_the_owner_too() -> None:
    made = party("ann", "ben")
    made.do(c.Disconnect(HOST))
    made.pass_s(21)
    made.do(c.PassHost(ANN, BEN))
    made.do(c.Connect(HOST))
    assert made.room.host == HOST


def test_MEM5_a_stand_in_steers_but_does_not_own_the_house() -> None:
    made = party("ann", "ben")
    made.load()
    made.do(c.Disconnect(HOST))
    made.pass_s(21)
    assert made.room.host == ANN
    made.do(c.Seek(ANN, made.revision, 5))
    for command in (
        c.Close(ANN),
        c.Edit(ANN, made.room.rules),
        c.Kick(ANN, BEN, ban=True),
        c.Permit(ANN, BEN, frozenset()),
    ):
        assert made.refused(command) is Reason.NOT_PERMITTED
    made.do(c.Kick(ANN, BEN, ban=False))
