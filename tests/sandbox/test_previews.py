"""Preview pictures: the strip of a part, one of its pictures, and who gets none."""

from __future__ import annotations

import asyncio
import io
import json
import struct
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from plexsandbox import previews
from plexsandbox.transcoder.process import start_ffmpeg
from tests.sandbox.client import Client
from tests.sandbox.conftest import opened
from tests.sandbox.media import FILM_S, Clip, make_clip
from tests.sandbox.test_parts import part_of

HEAD = struct.Struct("<8sIII44x")


async def strip_of(client: Client, title: str = "Test Film") -> bytes:
    part = await part_of(client, title)
    assert part["indexes"] == "sd"
    answer = await client.ask(f"/library/parts/{part['id']}/indexes/sd")
    assert answer.status_code == 200
    return answer.content


async def test_a_strip_is_a_bif_of_jpegs_in_even_steps(plexbox: Client) -> None:
    strip = await strip_of(plexbox)
    magic, version, count, step_ms = HEAD.unpack_from(strip)
    assert (magic, version, step_ms) == (b"\x89BIF\r\n\x1a\n", 0, 2000)
    assert count in {FILM_S // 2, FILM_S // 2 + 1}
    table = [struct.unpack_from("<II", strip, 64 + 8 * n) for n in range(count + 1)]
    assert [stamp for stamp, _ in table] == [*range(count), 0xFFFFFFFF]
    edges = [at for _, at in table]
    assert edges[0] == 64 + 8 * (count + 1)
    assert edges[-1] == len(strip)
    for start, end in pairwise(edges):
        with Image.open(io.BytesIO(strip[start:end])) as picture:
            assert (picture.format, picture.size) == ("JPEG", (320, 180))


async def test_one_picture_is_the_last_one_up_to_its_time(plexbox: Client) -> None:
    strip = await strip_of(plexbox)
    path = f"/library/parts/{(await part_of(plexbox))['id']}/indexes/sd"
    for at_ms, number in ((0, 0), (1999, 0), (2000, 1), (9000, 4)):
        answer = await plexbox.ask(f"{path}/{at_ms}")
        (start,) = struct.unpack_from("<I", strip, 64 + 8 * number + 4)
        (end,) = struct.unpack_from("<I", strip, 64 + 8 * number + 12)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content == strip[start:end]
    last = await plexbox.ask(f"{path}/999999999")
    assert last.content == strip[-len(last.content) :]
    for odd in ("x", "-1", "1.5", "٣", "9" * 30):
        assert (await plexbox.ask(f"{path}/{odd}")).status_code == 404


async def test_a_strip_is_made_once_for_all_who_ask(
    plexbox: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = 0

    async def counted(arguments: list[str], *, niceness: int = 0) -> asyncio.subprocess.Process:
        nonlocal begun
        begun += 1
        return await start_ffmpeg(arguments, niceness=niceness)

    monkeypatch.setattr(previews, "start_ffmpeg", counted)
    strips = await asyncio.gather(*(strip_of(plexbox, "Short Film") for _ in range(4)))
    assert len(set(strips)) == 1
    assert await strip_of(plexbox, "Short Film") == strips[0]
    assert begun == 1


async def test_one_that_takes_too_long_is_none(
    plexbox: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "DEADLINE_S", 0.0)
    part = await part_of(plexbox)
    assert (await plexbox.ask(f"/library/parts/{part['id']}/indexes/sd")).status_code == 404
    monkeypatch.setattr(previews, "DEADLINE_S", 60.0)
    assert await strip_of(plexbox)


async def test_a_title_may_have_none(tmp_path: Path) -> None:
    film = tmp_path / "Movies" / "Bare Film (2022).mp4"
    make_clip(Clip(film, seconds=2))
    film.with_suffix(".json").write_text(json.dumps({"previews": False}))
    async with opened(tmp_path) as client:
        part = await part_of(client, "Bare Film")
        assert "indexes" not in part
        path = f"/library/parts/{part['id']}/indexes/sd"
        assert (await client.ask(path)).status_code == 404
        assert (await client.ask(f"{path}/0")).status_code == 404


async def test_only_for_who_may_see_the_title(plexbox: Client) -> None:
    part = await part_of(plexbox)
    path = f"/library/parts/{part['id']}/indexes/sd"
    assert (await plexbox.http.get(path)).status_code == 401
    limits = {"sections": [2]}
    await plexbox.http.post("/sandbox/accounts/frida/limits", json=limits)
    assert (await plexbox.as_user("frida").ask(path)).status_code == 404
    assert (await plexbox.ask("/library/parts/999999/indexes/sd")).status_code == 404
