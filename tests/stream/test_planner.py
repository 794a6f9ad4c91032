"""The planner: everybody served, few conversions, nobody above what they can bear (STR-10)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.stream.fakes import version
from watchtogether.kit.ids import MemberId
from watchtogether.plex.facts import Sound, SubtitlePictures, with_sound
from watchtogether.stream.planner import Way, Why, Wish, conversions, ways_for
from watchtogether.stream.renditions import BOXES, BY_NAME, read_rendition

FULL_HD = version()
FOUR_K = version(index=1, height=2160, width=3840, kbps=40_000, video_codec="hevc")
PICTURES = (SubtitlePictures("90", "en", "English (PGS)"), SubtitlePictures("91", "de", "Deutsch"))


def ways(*wishes: Wish, limit: int = 3, best: str = "1080p", **changes: Any) -> list[Way]:
    versions = changes.get("versions", (FULL_HD,))
    by_member = {MemberId(f"m{number}"): wish for number, wish in enumerate(wishes)}
    made = ways_for(by_member, versions, best=best, limit=limit)
    return [made[member] for member in by_member]


def test_STR10_who_can_play_the_file_costs_nothing() -> None:
    able, unable = Wish(frozenset({0})), Wish()
    assert ways(able, able, able, unable, unable) == [
        *[Way("file0", Why.FILE)] * 3,
        *[Way("1080p", Why.PLAYER)] * 2,
    ]


def test_STR10_the_best_file_that_the_line_carries() -> None:
    both = (FULL_HD, FOUR_K)
    slow, fast = Wish(frozenset({0, 1}), line_kbps=10_000), Wish(frozenset({0, 1}))
    assert [w.name for w in ways(slow, fast, versions=both)] == ["file0", "file1"]


def test_STR10_a_file_is_not_played_with_another_sound_or_over_a_narrow_line() -> None:
    two = version(sounds=(Sound("1", "en", "E", 2, on=True), Sound("2", "fr", "F", 2, on=False)))
    able = Wish(frozenset({0}))
    assert ways(able, versions=with_sound((two,), "2")) == [Way("1080p", Why.SOUND)]
    narrow = Wish(frozenset({0}), line_kbps=3_000)
    assert ways(narrow) == [Way("480p", Why.LINE)]


def test_STR10_an_owner_may_give_out_no_files() -> None:
    member = MemberId("m")
    wishes = {member: Wish(frozenset({0}))}
    made = ways_for(wishes, (FULL_HD,), best="720p", limit=3, direct=False)
    assert made == {member: Way("720p", Why.OWNER)}


def test_STR10_a_choice_by_hand_counts_up_to_the_owners_largest() -> None:
    able = frozenset({0})
    assert ways(Wish(able, quality="480p")) == [Way("480p", Why.CHOSEN)]
    assert ways(Wish(able, quality="1080p"), best="720p") == [Way("720p", Why.CHOSEN)]
    assert ways(Wish(able, quality="file", line_kbps=100)) == [Way("file0", Why.CHOSEN)]
    assert ways(Wish(quality="file")) == [Way("1080p", Why.PLAYER)]


def test_STR10_at_the_limit_who_could_have_better_shares() -> None:
    wishes = [Wish(), Wish(quality="720p"), Wish(quality="480p"), Wish(quality="480p")]
    assert [w.name for w in ways(*wishes)] == ["1080p", "720p", "480p", "480p"]
    assert ways(*wishes, limit=1) == [
        *[Way("480p", Why.SHARED)] * 2,
        *[Way("480p", Why.CHOSEN)] * 2,
    ]
    assert [w.name for w in ways(*wishes, limit=2)] == ["1080p", "480p", "480p", "480p"]


def test_STR10_subtitles_of_pictures_are_a_conversion_of_their_own() -> None:
    wishes = [Wish(frozenset({0}), burned="90"), Wish(frozenset({0}), burned="90"), Wish()]
    assert ways(*wishes) == [*[Way("1080p.s90", Why.BURNED)] * 2, Way("1080p", Why.PLAYER)]
    assert [w.name for w in ways(*wishes, limit=1)] == ["1080p"] * 3


def test_STR10_a_line_that_wavers_changes_nothing() -> None:
    on = Wish(line_kbps=4_200, now="720p")
    assert ways(on) == [Way("720p", Why.LINE)]
    assert ways(Wish(line_kbps=4_200)) == [Way("480p", Why.LINE)]
    assert ways(Wish(line_kbps=4_900, now="480p")) == [Way("480p", Why.LINE)]
    assert ways(Wish(line_kbps=6_200, now="480p")) == [Way("720p", Why.LINE)]
    assert ways(Wish(line_kbps=350)) == [Way("160p", Why.LINE)]
    assert ways(Wish(line_kbps=20)) == [Way("160p", Why.LINE)]


wishes_of_many = st.lists(
    st.builds(
        Wish,
        files=st.frozensets(st.integers(0, 2)),
        quality=st.sampled_from(["auto", "file", *BY_NAME]),
        line_kbps=st.none() | st.floats(1, 100_000),
        burned=st.none() | st.sampled_from(["90", "91", "92"]),
        now=st.none() | st.sampled_from(["file0", *BY_NAME, "480p.s90"]),
    ),
    max_size=12,
)


@given(wishes_of_many, st.integers(1, 5), st.sampled_from(["1080p", "720p", "480p"]))
def test_STR10_whatever_is_wished(wishes: list[Wish], limit: int, best: str) -> None:
    """Everybody has a way, the limit holds, and nobody is given more than they can bear."""
    found = ways(*wishes, limit=limit, best=best, versions=(FULL_HD, FOUR_K))
    assert len(conversions({MemberId(str(n)): w for n, w in enumerate(found)})) <= limit
    for wish, way in zip(wishes, found, strict=True):
        if way.name.startswith("file"):
            assert int(way.name.removeprefix("file")) in wish.files
            assert wish.burned is None
            continue
        rendition = read_rendition(way.name)
        assert rendition is not None
        place = BOXES.index(rendition.box)
        assert place >= BOXES.index(BY_NAME[best])
        if wish.quality in BY_NAME:
            assert place >= BOXES.index(BY_NAME[wish.quality])
        elif wish.line_kbps is not None and place < len(BOXES) - 1:
            assert rendition.box.needs_kbps <= wish.line_kbps
        assert rendition.burned in {None, wish.burned}


@given(wishes_of_many, st.integers(1, 5))
def test_STR10_the_same_wishes_in_any_order_are_served_alike(
    wishes: list[Wish], limit: int
) -> None:
    members = {MemberId(f"m{n:02}"): wish for n, wish in enumerate(wishes)}
    turned = dict(reversed(members.items()))
    assert ways_for(members, (FULL_HD,), best="1080p", limit=limit) == ways_for(
        turned, (FULL_HD,), best="1080p", limit=limit
    )
