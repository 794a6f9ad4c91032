"""A strip of previews: read whole, refused when damaged, and had from the sandbox."""

import io
import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from plexsandbox.faults import parse_fault
from tests.plex.conftest import World
from watchtogether.plex.beside import PlexBeside, Shown
from watchtogether.plex.errors import PlexBadAnswer, PlexItemGone
from watchtogether.plex.previews import (
    KEPT_BYTES,
    MOST,
    NO_PREVIEWS,
    PICTURE_BYTES,
    joined,
    strip_of,
)

MAGIC = b"\x89BIF\r\n\x1a\n"
END = 0xFFFFFFFF


def jpeg(shade: int = 0, size: tuple[int, int] = (32, 18)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (shade, 60, 90)).save(out, "JPEG")
    return out.getvalue()


PICTURES = [jpeg(60 * number) for number in range(4)]


def bif(
    pictures: list[bytes],
    *,
    magic: bytes = MAGIC,
    count: int | None = None,
    step_ms: int = 2000,
    steps: list[int] | None = None,
    last: int = END,
) -> bytes:
    head = struct.pack("<8sIII44x", magic, 0, len(pictures) if count is None else count, step_ms)
    at = 64 + 8 * (len(pictures) + 1)
    table = b""
    for step, body in zip(steps or range(len(pictures)), pictures, strict=True):
        table += struct.pack("<II", step, at)
        at += len(body)
    return head + table + struct.pack("<II", last, at) + b"".join(pictures)


def test_a_good_file() -> None:
    strip = strip_of(bif(PICTURES))
    assert (strip.interval_ms, strip.width, strip.height) == (2000, 32, 18)
    assert list(strip.pictures) == PICTURES


def test_STR15_strips_of_several_parts_are_one_along_the_whole_film() -> None:
    first, second = strip_of(bif(PICTURES[:3])), strip_of(bif(PICTURES[3:] * 3, step_ms=1000))
    whole = joined([(first, 0), (second, 5_000)])
    assert (whole.interval_ms, whole.width) == (2000, 32)
    assert whole.pictures == (*PICTURES[:3], PICTURES[3])
    numbered = joined([(first, 0), (strip_of(bif(PICTURES)), 9_000)])
    assert list(numbered.pictures) == [*PICTURES[:3], *PICTURES[2:3] * 2, *PICTURES]
    assert joined([(first, 0)]) is first
    assert joined([(first, 0), (NO_PREVIEWS, 5_000)]) == NO_PREVIEWS
    assert joined([(first, 0), (second, 10**12)]) == NO_PREVIEWS


def test_steps_may_take_any_time() -> None:
    assert strip_of(bif(PICTURES, step_ms=0)).interval_ms == 1000
    assert strip_of(bif(PICTURES, step_ms=1000, steps=[0, 5, 10, 15])).interval_ms == 5000
    assert strip_of(bif(PICTURES) + b"and more").pictures == tuple(PICTURES)


def test_a_file_without_pictures_is_none() -> None:
    assert strip_of(bif([])) == NO_PREVIEWS


def test_a_large_strip_is_thinned_out_evenly() -> None:
    large = [each + bytes(PICTURE_BYTES - len(each)) for each in PICTURES]
    many = [large[number % 4] for number in range(70)]
    strip = strip_of(bif(many))
    assert strip.interval_ms == 6000
    assert strip.pictures == tuple(many[::3])
    assert strip.weight_bytes < KEPT_BYTES


BODIES = {
    "nothing": b"",
    "another file": bytes(200),
    "another magic": bif(PICTURES, magic=b"\x89PNG\r\n\x1a\n"),
    "cut in its head": bif(PICTURES)[:60],
    "cut in its table": bif(PICTURES)[:90],
    "cut in a picture": bif(PICTURES)[:-1],
    "too many": bif(PICTURES, count=MOST + 1) + bytes(8 * MOST),
    "more than there are": bif(PICTURES, count=5),
    "fewer than there are": bif(PICTURES, count=3),
    "no end": bif(PICTURES, last=4),
    "uneven": bif(PICTURES, steps=[0, 1, 3, 4]),
    "backwards": bif(PICTURES, steps=[3, 2, 1, 0]),
    "late": bif(PICTURES, steps=[1, 2, 3, 4]),
    "standing": bif(PICTURES, steps=[0, 0, 0, 0]),
    "hours apart": bif(PICTURES, step_ms=END),
    "no picture": bif([*PICTURES, b"<html>"]),
    "an empty one": bif([*PICTURES, b""]),
    "a huge one": bif([*PICTURES, PICTURES[0] + bytes(PICTURE_BYTES)]),
    "one of no size": bif([b"\xff\xd8\xff\xd9"]),
    "one of size zero": bif([b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x00\x00\x00\x01"]),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_damaged_file(what: str) -> None:
    with pytest.raises(PlexBadAnswer):
        strip_of(BODIES[what])


@settings(max_examples=300)
@given(data=st.data())
def test_damage_of_any_kind_is_a_bad_answer_or_harmless(data: st.DataObject) -> None:
    body = bytearray(bif(PICTURES))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, 130) | st.integers(0, len(body) - 1))
        body[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4) | st.just(b"\xff" * 4))
    cut = bytes(body[: data.draw(st.just(len(body)) | st.integers(0, len(body)))])
    try:
        strip = strip_of(cut)
    except PlexBadAnswer:
        return
    assert all(each.startswith(b"\xff\xd8\xff") for each in strip.pictures)
    assert sum(map(len, strip.pictures)) <= len(cut)


async def test_previews_of_a_title(world: World) -> None:
    olive = await world.account("olive")
    key = world.key_of("Night Mail")
    shown = Shown(olive, world.server_id, key, 720)
    strip = await PlexBeside(world.service, world.http).previews(shown)
    assert (strip.interval_ms, strip.width, strip.height) == (2000, 320, 180)
    with Image.open(io.BytesIO(strip.pictures[0])) as picture:
        assert picture.size == (320, 180)
    assert sum("/indexes/sd" in path for path in world.wire.paths()) == 1


async def test_a_title_without_any_is_not_asked_for_them(world: World) -> None:
    olive = await world.account("olive")
    beside = PlexBeside(world.service, world.http)
    key = world.key_of("The Long Way")
    items = world.box.library.catalogue.items
    (file,) = items[key].files
    items[key] = replace(items[key], files=(replace(file, has_previews=False),))
    assert await beside.previews(Shown(olive, world.server_id, key, 720)) == NO_PREVIEWS
    assert not any("/indexes/" in path for path in world.wire.paths())


async def test_what_plex_names_and_does_not_have_is_gone(world: World) -> None:
    olive = await world.account("olive")
    fault = {"mode": "error", "status": 404, "match": "/indexes/"}
    world.box.faults.order(parse_fault(fault))
    with pytest.raises(PlexItemGone):
        await PlexBeside(world.service, world.http).previews(
            Shown(olive, world.server_id, world.key_of("Night Mail"), 720)
        )
