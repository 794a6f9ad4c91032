"""The universal transcoder's rules."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.sandbox.client import Client, Playback, until
from tests.sandbox.conftest import opened
from tests.sandbox.media import FILM_S


def encoders() -> list[int]:
    """Process ids of this process's ffmpeg children."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)
            except OSError:
                continue
            state, parent = fields[1].split()[:2]
            if int(parent) == os.getpid() and "ffmpeg" in fields[0] and state != "Z":
                found.append(int(folder.name))
    return found


async def test_start_without_decision_is_refused(plexbox: Client) -> None:
    playback = await Playback.of(plexbox)
    assert (await playback.step("start.m3u8")).status_code == 400
    await playback.step("decision")
    other = await Playback.of(plexbox, offset=10)
    assert (await other.step("start.m3u8")).status_code == 400
    assert (await playback.step("start.m3u8")).status_code == 200


async def test_a_start_need_not_say_what_concerns_the_decision_alone(plexbox: Client) -> None:
    """As plex-mpv-shim has it, which plays from real servers."""
    playback = await Playback.of(plexbox, **{"X-Plex-Platform": "Plex Home Theater"})
    without = {name: playback.params[name] for name in playback.params if name != "offset"}
    assert (await playback.step("decision", **without)).status_code == 200
    start = {name: playback.params[name] for name in playback.params if name != "hasMDE"}
    assert (await playback.step("start.m3u8", **start)).status_code == 200


async def test_whoever_knows_the_session_needs_no_token(plexbox: Client) -> None:
    """The playlists name none; yet one that is given must be good."""
    playback = await Playback.of(plexbox)
    await playback.begin()
    for name in ("index.m3u8", "00000.ts"):
        path = f"{playback.base}/{name}"
        assert (await plexbox.http.get(path)).status_code == 200
        wrong = await plexbox.http.get(path, params={"X-Plex-Token": "wrong"})
        assert wrong.status_code == 401
    unknown = playback.base.replace("room-1", "room-2")
    assert (await plexbox.http.get(f"{unknown}/index.m3u8")).status_code == 404


async def test_a_segment_before_the_index_is_not_found(plexbox: Client) -> None:
    playback = await Playback.of(plexbox)
    await playback.step("decision")
    await playback.step("start.m3u8")
    assert (await playback.segment(0)).status_code == 404
    await playback.index()
    segment = await playback.segment(0)
    assert segment.status_code == 200
    assert segment.content[0] == 0x47


async def test_unknown_platform_is_refused(plexbox: Client) -> None:
    playback = await Playback.of(plexbox, **{"X-Plex-Platform": "Toaster"})
    assert (await playback.step("decision")).status_code == 400


async def test_the_playlist_lists_the_whole_title(plexbox: Client) -> None:
    playback = await Playback.of(plexbox, offset=30)
    lines = (await playback.begin()).splitlines()
    assert next(line for line in lines if line.endswith(".ts")) == "00000.ts"
    lengths = [float(line[8:].split(",")[0]) for line in lines if line.startswith("#EXTINF")]
    assert sum(lengths) == pytest.approx(FILM_S, abs=0.05)
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in lines
    assert lines[-1] == "#EXT-X-ENDLIST"


async def test_the_same_order_twice_is_one_session(plexbox: Client) -> None:
    playback = await Playback.of(plexbox)
    await playback.begin()
    await playback.begin()
    assert (await plexbox.stats())["transcodes"]["started"] == 1


async def test_without_session_the_key_is_invented_and_stop_fails(plexbox: Client) -> None:
    playback = await Playback.of(plexbox, transcodeSessionId="mine")
    params = {name: value for name, value in playback.params.items() if name != "session"}
    decision = await playback.step("decision", **params)
    assert decision.status_code == 200
    assert (await playback.step("ping", session="mine")).status_code == 404
    assert (await playback.step("stop", session="mine")).status_code == 404


async def test_ahead_of_the_head_is_not_found_and_far_restarts(media_dir: Path) -> None:
    options = {"encoder_speed": 2.0, "far_s": 20.0, "near_segments": 3, "wait_s": 8.0}
    async with opened(media_dir, **options) as client:
        playback = await Playback.of(client)
        await playback.begin()
        assert (await playback.segment(0)).status_code == 200
        assert (await playback.segment(12)).status_code == 404
        assert (await client.stats())["transcodes"]["started"] == 1
        seeking = [playback.segment(number) for number in (40, 41, 42)]
        answers = await asyncio.gather(*seeking)
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert (await client.stats())["transcodes"]["started"] == 2
        assert (await playback.segment(1)).status_code == 200
        assert (await client.stats())["transcodes"]["started"] == 3


async def test_the_encoder_pauses_ahead_and_goes_on(media_dir: Path) -> None:
    async with opened(media_dir, encoder_speed=20.0, throttle_s=5.0) as client:
        playback = await Playback.of(client)
        await playback.begin()
        await playback.segment(0)

        async def throttled() -> bool:
            sessions = (await client.get("/transcode/sessions")).get("TranscodeSession", [])
            return bool(sessions) and sessions[0]["throttled"]

        await until(throttled)
        assert client.box.pool.sessions[0].encoder.head < FILM_S - 10
        assert (await playback.segment(9)).status_code == 200
        assert (await client.stats())["transcodes"]["started"] == 1


async def test_history_is_pruned_and_going_back_restarts(media_dir: Path) -> None:
    async with opened(media_dir, prune_s=5.0) as client:
        playback = await Playback.of(client)
        await playback.begin()
        session = client.box.pool.sessions[0]

        async def finished() -> bool:
            return session.encoder.head == FILM_S

        await until(finished)
        assert (await playback.segment(30)).status_code == 200

        async def pruned() -> bool:
            return session.encoder.pruned_below == 25

        await until(pruned)
        assert not session.encoder.path(3).exists()
        assert (await playback.segment(26)).status_code == 200
        assert (await client.stats())["transcodes"]["started"] == 1
        assert (await playback.segment(3)).status_code == 200
        assert (await client.stats())["transcodes"]["started"] == 2


async def test_stop_kills_at_once(media_dir: Path) -> None:
    async with opened(media_dir, encoder_speed=1.0) as client:
        playback = await Playback.of(client)
        await playback.begin()
        assert len(encoders()) == 1
        assert (await playback.step("stop", session="room-1")).status_code == 200
        assert encoders() == []
        assert (await playback.segment(0)).status_code == 404
        assert (await playback.step("stop", session="room-1")).status_code == 404
        assert list((client.box.work_dir / "transcodes").iterdir()) == []


async def test_closing_the_app_leaves_no_encoder(media_dir: Path) -> None:
    async with opened(media_dir, encoder_speed=1.0) as client:
        await (await Playback.of(client)).begin()
        assert len(encoders()) == 1
    assert encoders() == []


async def test_a_forgotten_session_ends_and_a_ping_keeps_it(media_dir: Path) -> None:
    async with opened(media_dir, encoder_speed=1.0, idle_s=0.6) as client:
        playback = await Playback.of(client)
        await playback.begin()

        async def older(seconds: float = 0.3) -> bool:
            return client.box.pool.sessions[0].idle_s > seconds

        for _ in range(3):
            await until(older)
            assert (await playback.step("ping", session="room-1")).status_code == 200

        async def gone() -> bool:
            return (await playback.step("ping", session="room-1")).status_code == 404

        async def ended() -> bool:
            return not client.box.pool.sessions

        await until(ended)
        assert await gone()
        assert encoders() == []


async def test_a_timeline_keeps_the_session(plexbox: Client) -> None:
    playback = await Playback.of(plexbox)
    await playback.begin()
    session = plexbox.box.pool.sessions[0]
    session.touched_at -= 100
    key = await plexbox.key_of("Test Film")
    session_header = {"X-Plex-Session-Identifier": "room-1"}
    await plexbox.get("/:/timeline", ratingKey=key, state="paused", time=1000, **session_header)
    assert session.idle_s < 50


async def test_a_failing_encoder_is_an_error_of_its_own(media_dir: Path, tmp_path: Path) -> None:
    async with opened(media_dir) as client:
        healthy = await Playback.of(client, "Short Film", session="healthy")
        await healthy.begin()
        film = client.box.library.catalogue.items[await client.key_of("Test Film")]
        object.__setattr__(film.files[0], "path", tmp_path / "vanished.mp4")
        playback = await Playback.of(client)
        await playback.begin()
        answer = await playback.segment(0)
        assert answer.status_code == 500
        assert "<html>" in answer.text
        sessions = (await client.get("/transcode/sessions"))["TranscodeSession"]
        assert {session["error"] for session in sessions} == {True, False}
        assert (await healthy.segment(0)).status_code == 200


async def test_a_deleted_film_ends_its_session(plexbox: Client) -> None:
    playback = await Playback.of(plexbox)
    await playback.begin()
    key = await plexbox.key_of("Test Film")
    await plexbox.http.post(f"/sandbox/items/{key}/delete")
    assert (await playback.segment(0)).status_code == 404
    assert (await playback.step("decision")).status_code == 404


async def test_stats_count_segments_and_routes(plexbox: Client) -> None:
    playback = await Playback.of(plexbox)
    await playback.begin()
    for number in (0, 0, 1):
        await playback.segment(number)
    stats = await plexbox.stats()
    assert stats["segments"]["served"] == 3
    assert stats["segments"]["distinct"] == 2
    route = "/video/:/transcode/universal/session/{session}/base/{name}"
    assert stats["requests"][route] == 3
    await plexbox.http.post("/sandbox/reset-stats")
    assert (await plexbox.stats())["requests"] == {}


async def test_decision_codes(plexbox: Client) -> None:
    convert = (await (await Playback.of(plexbox)).step("decision")).json()["MediaContainer"]
    assert convert["generalDecisionCode"] == 1001
    direct = await Playback.of(plexbox, directPlay=1)
    assert (await direct.step("decision")).json()["MediaContainer"]["generalDecisionCode"] == 1000
