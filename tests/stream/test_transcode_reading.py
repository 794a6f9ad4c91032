"""What is believed of Plex's answers: decisions and playlists, hostile ones included."""

import pytest

from watchtogether.kit.ids import RatingKey
from watchtogether.plex.errors import PlexBadAnswer
from watchtogether.plex.transcode import (
    Order,
    TranscodeRefused,
    read_decision,
    read_index,
    read_master,
    start_params,
)

ORDER = Order("abc-123", RatingKey("7"), 30.0, 1280, 720, 4000)
FOLDER = "/video/:/transcode/universal/session/abc-123/base"


def _master(uri: str, attributes: str = "BANDWIDTH=3900000,RESOLUTION=1280x536") -> str:
    return f"#EXTM3U\n#EXT-X-STREAM-INF:PROGRAM-ID=1,{attributes}\n{uri}\n"


def _index(*lines: str) -> str:
    return "\n".join(["#EXTM3U", "#EXT-X-TARGETDURATION:3", *lines, "#EXT-X-ENDLIST"])


def test_a_master_leads_to_the_index_of_this_session() -> None:
    path, bandwidth, size = read_master(_master("session/abc-123/base/index.m3u8"), ORDER)
    assert path == f"{FOLDER}/index.m3u8"
    assert bandwidth == 3_900_000
    assert size == (1280, 536)


def test_a_master_that_says_little_is_filled_in_from_the_order() -> None:
    _, bandwidth, size = read_master(
        _master("session/abc-123/base/index.m3u8", "BANDWIDTH=0"), ORDER
    )
    assert bandwidth == 4_000_000
    assert size == (1280, 720)


@pytest.mark.parametrize(
    "uri",
    [
        "http://evil.example/session/abc-123/base/index.m3u8",
        "//evil.example/index.m3u8",
        "/etc/passwd",
        "session/other/base/index.m3u8",
        "session/abc-123/base/../../../x.m3u8",
        "session/abc-123/base/index.m3u8?X-Plex-Token=x",
        "file:///etc/passwd",
    ],
)
def test_attack_48_a_master_that_points_elsewhere_is_dropped(uri: str) -> None:
    with pytest.raises(PlexBadAnswer):
        read_master(_master(uri), ORDER)


@pytest.mark.parametrize("text", ["", "<html>", "#EXTM3U", "#EXTM3U\n#EXTINF:3,\n0.ts\n"])
def test_what_is_no_master_is_dropped(text: str) -> None:
    with pytest.raises(PlexBadAnswer):
        read_master(text, ORDER)


def test_an_index_gives_lengths_and_paths() -> None:
    segments = read_index(
        _index("#EXTINF:3.000000, nodesc", "00000.ts", "#EXTINF:1.5, nodesc", "00001.ts"),
        f"{FOLDER}/index.m3u8",
    )
    assert [segment.duration_s for segment in segments] == [3.0, 1.5]
    assert segments[1].path == f"{FOLDER}/00001.ts"


@pytest.mark.parametrize(
    "lines",
    [
        ("#EXTINF:3,", "http://evil.example/0.ts"),
        ("#EXTINF:3,", "//evil.example/0.ts"),
        ("#EXTINF:3,", "/library/metadata/1"),
        ("#EXTINF:3,", "../../other/base/0.ts"),
        ("#EXTINF:3,", "..%2f0.ts"),
        ("#EXTINF:3,", "..\\0.ts"),
        ("#EXTINF:3,", "0.ts?X-Plex-Token=x"),
        ("#EXTINF:3,", "data:video/mp2t,x"),
        ("#EXTINF:0,", "0.ts"),
        ("#EXTINF:-3,", "0.ts"),
        ("#EXTINF:86400,", "0.ts"),
        ('#EXT-X-KEY:METHOD=AES-128,URI="http://evil.example/key"', "#EXTINF:3,", "0.ts"),
        ('#EXT-X-MAP:URI="http://evil.example/init.mp4"', "#EXTINF:3,", "0.ts"),
        (),
    ],
)
def test_attack_48_an_index_that_points_elsewhere_is_dropped(lines: tuple[str, ...]) -> None:
    with pytest.raises(PlexBadAnswer):
        read_index(_index(*lines), f"{FOLDER}/index.m3u8")


def test_a_decision_names_the_file() -> None:
    part: dict[str, object] = {"id": "284868"}
    document = {
        "MediaContainer": {
            "generalDecisionCode": "1001",
            "transcodeDecisionCode": 1001,
            "Metadata": [{"updatedAt": 17, "Media": [{"Part": [part]}]}],
        }
    }
    assert read_decision(document) == "284868|17"
    part["Stream"] = [{"streamType": 1, "id": 5}, {"streamType": "2", "id": "6"}]
    assert read_decision(document) == "284868|17|6"
    assert read_decision({}) == "|"


@pytest.mark.parametrize("code", [2000, "2006", 4005])
def test_a_refusing_decision_is_said(code: object) -> None:
    with pytest.raises(TranscodeRefused):
        read_decision({"MediaContainer": {"generalDecisionCode": code}})


def test_the_order_is_put_in_plexs_own_words() -> None:
    params = start_params(ORDER)
    assert params["session"] == "abc-123"
    assert "transcodeSessionId" not in params
    assert (params["directPlay"], params["directStream"], params["directStreamAudio"]) == (0, 0, 1)
    assert params["path"] == "/library/metadata/7"
    assert params["videoResolution"] == "1280x720"
    assert params["offset"] == "30"
    assert params["X-Plex-Platform"] == "Chrome"
