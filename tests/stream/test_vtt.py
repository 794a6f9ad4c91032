"""Subtitles of any kind become WebVTT, in which all but italics, bold and underline is text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchtogether.stream.errors import SubtitleUnreadable
from watchtogether.stream.vtt import MAX_CUES, joined_vtt, vtt_of

TIMES = "1\n00:00:01,000 --> 00:00:02,500\n"


def cue(text: str) -> list[str]:
    return vtt_of(f"{TIMES}{text}\n".encode()).decode().splitlines()[3:]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Hello.", ["Hello."]),
        ("Two\nlines", ["Two", "lines"]),
        ("<i>Far\naway</i>", ["<i>Far</i>", "<i>away</i>"]),
        ("<b><u>Now</u></b>!", ["<b><u>Now</u></b>!"]),
        ("{\\an8}Above", ["Above"]),
        ("<script>alert(1)</script>", ["alert(1)"]),
        ("<img src=x onerror=alert(1)>Hm", ["Hm"]),
        ("1 < 2 & 3 > 2", ["1 &lt; 2 &amp; 3 &gt; 2"]),
        ("a --> b", ["a --&gt; b"]),
        ("مرحبا 👋", ["مرحبا 👋"]),
    ],
)
def test_a_line(said: str, written: list[str]) -> None:
    assert cue(said) == written


def test_other_formats() -> None:
    ass = (
        "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:05.00,0:00:06.50,Default,,0,0,0,,{\\i1}Later{\\i0}\\Nnow\n"
        "Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,not said\n"
        "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Before\n"
    )
    assert vtt_of(ass.encode()).decode() == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nBefore\n\n"
        "00:00:05.000 --> 00:00:06.500\n<i>Later</i>\nnow\n"
    )
    vtt = "WEBVTT\n\n01:00:00.000 --> 01:00:01.000\n<v Ann>Hi</v>\n"
    assert b"01:00:00.000 --> 01:00:01.000" in vtt_of(vtt.encode())
    bom = b"\xef\xbb\xbf" + f"{TIMES}Hello.\n".replace("\n", "\r\n").encode()
    assert vtt_of(bom) == b"WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello.\n"


def test_STR15_the_lines_of_the_next_part_come_after_those_of_the_first() -> None:
    first, second = f"{TIMES}Hello.\n".encode(), f"{TIMES}Goodbye.\n".encode()
    assert joined_vtt([(first, 0), (b"", 60_000), (second, 3_600_000)]).decode() == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello.\n\n"
        "01:00:01.000 --> 01:00:02.500\nGoodbye.\n"
    )


def test_nothing_said_is_nothing_shown() -> None:
    assert vtt_of(b"  \n ") == b"WEBVTT\n"
    assert vtt_of(f"{TIMES}\n".encode()).startswith(b"WEBVTT")


@pytest.mark.parametrize("junk", [b"\x00\x01\x02", b"<html>no</html>", b"just words"])
def test_what_is_no_subtitle_is_refused(junk: bytes) -> None:
    with pytest.raises(SubtitleUnreadable):
        vtt_of(junk)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_attack_57_no_text_ends_a_cue_or_opens_a_tag(said: str) -> None:
    source = f"{TIMES}{said}\n\n2\n00:00:03,000 --> 00:00:04,000\nAfter.\n".encode()
    written = vtt_of(source).decode()
    assert written.splitlines()[-1] == "After."
    for mark in ("<i>", "</i>", "<b>", "</b>", "<u>", "</u>"):
        written = written.replace(mark, "")
    assert "<" not in written


def test_a_mebibyte_is_cut_at_so_many_lines() -> None:
    source = "\n".join(f"{n}\n00:00:01,000 --> 00:00:02,000\nx\n" for n in range(25_000))
    assert vtt_of(source.encode()[: 1024 * 1024]).count(b"-->") == MAX_CUES
