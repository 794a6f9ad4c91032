"""A subtitle of ten megabytes, full of markup, beside a film: refused, and nothing else suffers."""

from pathlib import Path

from tests.support import people
from tests.support.coded_film import make_coded_film
from tests.support.people import films, party
from tests.support.processes import sandbox, server, timed_out

CUE = "{number}\n00:00:{at:02},000 --> 00:00:{at:02},900\n<script>alert(1)</script>{filler}\n\n"


def test_STR6_a_subtitle_of_ten_megabytes_with_markup(tmp_path: Path) -> None:
    film = tmp_path / "media" / "Movies" / "Long Talk (2020)" / "Long Talk (2020).mp4"
    make_coded_film(film, 12)
    cues = [CUE.format(number=n, at=n % 12, filler="<b>" * 300) for n in range(11_000)]
    film.with_suffix(".en.srt").write_text("".join(cues))
    film.with_suffix(".de.srt").write_text(CUE.format(number=1, at=1, filler="<i>Ja</i>"))
    assert film.with_suffix(".en.srt").stat().st_size > 10_000_000
    with sandbox(tmp_path / "media") as plex, server(tmp_path / "data", plex) as running:
        olive = people.owner(running, plex)
        code = party(olive, films(olive)[0])
        base = olive.post(f"api/rooms/{code}/ticket")["url"].removesuffix("master.m3u8")
        tracks = olive.get(f"{base}subtitles")["tracks"]
        huge, small = (
            next(each["id"] for each in tracks if each["language"] == language)
            for language in ("en", "de")
        )
        with timed_out(10):
            refused = olive.http.get(f"{base}subtitles/{huge}.vtt")
        assert refused.status_code == 502
        assert refused.json()["code"] == "subtitle_unreadable"
        told = olive.http.get(f"{base}subtitles/{small}.vtt")
        assert told.status_code == 200
        assert "<script" not in told.text
        assert "alert(1)<i>Ja</i>" in told.text  # words, no tag
