"""Files, streams, pictures, progress and faults."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.sandbox.client import Client, Playback
from tests.sandbox.conftest import opened


async def part_of(client: Client, title: str = "Test Film") -> dict[str, object]:
    key = await client.key_of(title)
    item = (await client.get(f"/library/metadata/{key}"))["Metadata"][0]
    part: dict[str, object] = item["Media"][0]["Part"][0]
    return part


async def test_a_part_is_served_in_ranges(plexbox: Client) -> None:
    part = await part_of(plexbox)
    url, token = str(part["key"]), {"X-Plex-Token": plexbox.token}
    whole = await plexbox.http.get(url, headers=token)
    assert (whole.status_code, len(whole.content)) == (200, part["size"])
    some = await plexbox.http.get(url, headers={**token, "Range": "bytes=10-19"})
    assert (some.status_code, some.content) == (206, whole.content[10:20])
    assert some.headers["content-range"] == f"bytes 10-19/{part['size']}"
    beyond = await plexbox.http.get(url, headers={**token, "Range": "bytes=999999999-"})
    assert beyond.status_code == 416
    assert (await plexbox.http.get(url)).status_code == 401


async def test_the_choice_of_streams_is_stored_for_the_item(plexbox: Client) -> None:
    part = await part_of(plexbox)
    streams = part["Stream"]
    assert isinstance(streams, list)
    french = next(s for s in streams if s["streamType"] == 2 and s["languageTag"] == "fr")
    path = f"/library/parts/{part['id']}"
    assert (await plexbox.ask(path, "PUT", audioStreamID=french["id"])).status_code == 200
    after = (await part_of(plexbox))["Stream"]
    assert isinstance(after, list)
    assert [s["id"] for s in after if s["streamType"] == 2 and s.get("selected")] == [french["id"]]
    decision = (await (await Playback.of(plexbox)).step("decision")).json()["MediaContainer"]
    used = decision["Metadata"][0]["Media"][0]["Part"][0]["Stream"]
    assert used[1]["id"] == str(french["id"])
    assert (await plexbox.ask(path, "PUT", audioStreamID=12345)).status_code == 400


async def test_burned_subtitles_follow_the_stored_choice(plexbox: Client) -> None:
    part = await part_of(plexbox)
    streams = part["Stream"]
    assert isinstance(streams, list)
    english = next(s for s in streams if s["streamType"] == 3)
    await plexbox.ask(f"/library/parts/{part['id']}", "PUT", subtitleStreamID=english["id"])
    playback = await Playback.of(plexbox, subtitles="burn")
    await playback.begin()
    with_words = (await playback.segment(2)).content
    plain = await Playback.of(plexbox, subtitles="none", session="plain")
    await plain.begin()
    assert with_words != (await plain.segment(2)).content


async def test_what_is_burned_in_is_not_copied(plexbox: Client) -> None:
    part = await part_of(plexbox)
    streams = part["Stream"]
    assert isinstance(streams, list)
    english = next(s for s in streams if s["streamType"] == 3)
    copied = await Playback.of(plexbox, subtitles="burn", directStream=1, session="copied")
    await copied.begin()
    await plexbox.ask(f"/library/parts/{part['id']}", "PUT", subtitleStreamID=english["id"])
    burned = await Playback.of(plexbox, subtitles="burn", directStream=1, session="burned")
    await burned.begin()
    running = (await plexbox.get("/transcode/sessions"))["TranscodeSession"]
    assert [session["videoDecision"] for session in running] == ["copy", "transcode"]


@pytest.mark.parametrize(
    ("title", "words"), [("Test Film", "Good evening."), ("Short Film", "Hello.")]
)
async def test_subtitles_as_srt(plexbox: Client, title: str, words: str) -> None:
    streams = (await part_of(plexbox, title))["Stream"]
    assert isinstance(streams, list)
    stream = next(s for s in streams if s["streamType"] == 3)
    text = (await plexbox.ask(f"/library/streams/{stream['id']}.srt", encoding="utf-8")).text
    assert words in text
    assert "00:00:01,000 -->" in text


async def test_pictures_are_resized(plexbox: Client) -> None:
    key = await plexbox.key_of("Test Film")
    url = f"/library/metadata/{key}/thumb/1"
    path = "/photo/:/transcode"
    answer = await plexbox.ask(path, width=100, height=100, minSize=1, url=url)
    assert answer.headers["content-type"] == "image/jpeg"
    assert min(Image.open(io.BytesIO(answer.content)).size) == 100
    large = await plexbox.ask(path, width=1000, height=1000, minSize=1, upscale=0, url=url)
    assert Image.open(io.BytesIO(large.content)).size == (320, 180)
    assert (await plexbox.ask(path, width=0, height=9, url=url)).status_code == 400
    outside = await plexbox.ask(path, width=9, height=9, url="http://example.com/picture.jpg")
    assert outside.status_code == 404


async def test_progress_belongs_to_one_account_and_stays(media_dir: Path) -> None:
    async with opened(media_dir) as client:
        key = await client.key_of("Test Film")
        await client.get("/:/timeline", ratingKey=key, state="playing", time=20000)
        item = (await client.get(f"/library/metadata/{key}"))["Metadata"][0]
        assert (item["viewOffset"], item.get("viewCount")) == (20000, None)
        friends = (await client.as_user("frida").get(f"/library/metadata/{key}"))["Metadata"][0]
        assert "viewOffset" not in friends
        deck = (await client.get("/hubs/continueWatching"))["Hub"][0]["Metadata"]
        assert [item["title"] for item in deck] == ["Test Film"]
    async with opened(media_dir) as client:
        item = (await client.get(f"/library/metadata/{key}"))["Metadata"][0]
        assert item["viewOffset"] == 20000


async def test_the_end_counts_once_and_a_scrobble_on_top_again(plexbox: Client) -> None:
    key = await plexbox.key_of("Test Film")
    path = f"/library/metadata/{key}"
    for at in (58000, 59000):
        await plexbox.get("/:/timeline", ratingKey=key, state="playing", time=at)
    item = (await plexbox.get(path))["Metadata"][0]
    assert (item["viewCount"], item.get("viewOffset")) == (1, None)
    await plexbox.ask("/:/scrobble", key=key, identifier="com.plexapp.plugins.library")
    assert (await plexbox.get(path))["Metadata"][0]["viewCount"] == 2
    assert "Test Film" not in str(await plexbox.get("/library/sections/1/all", unwatched=1))
    await plexbox.ask("/:/unscrobble", key=key, identifier="com.plexapp.plugins.library")
    assert "viewCount" not in (await plexbox.get(path))["Metadata"][0]


async def test_a_terminated_player_learns_it_by_its_timeline(plexbox: Client) -> None:
    key = await plexbox.key_of("Test Film")
    session = {"X-Plex-Session-Identifier": "s"}
    await plexbox.get("/:/timeline", ratingKey=key, state="playing", time=0, **session)
    assert (await plexbox.get("/status/sessions"))["size"] == 1
    await plexbox.get("/status/sessions/terminate", sessionId="s", reason="Enough")
    answer = await plexbox.get("/:/timeline", ratingKey=key, state="playing", time=1, **session)
    assert (answer["terminationCode"], answer["terminationText"]) == (2006, "Enough")


async def test_a_play_queue_holds_the_remaining_episodes(plexbox: Client) -> None:
    key = await plexbox.key_of("Second")
    uri = f"server://{plexbox.box.state.machine_identifier}/com.plexapp.plugins.library"
    source = f"{uri}/library/metadata/{key}"
    answer = await plexbox.ask("/playQueues", "POST", type="video", uri=source, continuous=1)
    queue = answer.json()["MediaContainer"]
    assert [item["title"] for item in queue["Metadata"]] == ["Second", "Third"]
    again = await plexbox.get(f"/playQueues/{queue['playQueueID']}")
    assert again["Metadata"] == queue["Metadata"]


async def test_a_delegated_token_works_like_the_askers(plexbox: Client) -> None:
    token = (await plexbox.get("/security/token", type="delegation", scope="all"))["token"]
    headers = {"X-Plex-Token": token}
    assert (await plexbox.http.get("/library/sections", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"mode": "error", "status": 503}, 503), ({"mode": "unauthorized"}, 401)],
)
async def test_faults_strike_matching_paths(
    plexbox: Client, fault: dict[str, object], status: int
) -> None:
    order = {**fault, "match": "/library", "count": 1}
    assert (await plexbox.http.post("/sandbox/faults", json=order)).status_code == 200
    assert (await plexbox.ask("/identity")).status_code == 200
    assert (await plexbox.ask("/library/sections")).status_code == status
    assert (await plexbox.ask("/library/sections")).status_code == 200


async def test_garbage_is_no_json_and_bad_orders_are_refused(plexbox: Client) -> None:
    await plexbox.http.post("/sandbox/faults", json={"mode": "garbage"})
    with pytest.raises(ValueError):
        (await plexbox.ask("/library/sections")).json()
    refused = await plexbox.http.post("/sandbox/faults", json={"mode": "meteor"})
    assert refused.status_code == 400
    await plexbox.http.post("/sandbox/faults", json={"mode": "none"})
    assert (await plexbox.ask("/library/sections")).status_code == 200
