"""The numbered films of the measurements, made once and kept for the next run."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe
from tests.support.coded_film import make_coded_film

KEPT = Path(tempfile.gettempdir()) / "watchtogether-films"
TS_START_S = 10.0
"""Where the clock of the film that begins early begins."""


@dataclass(frozen=True, slots=True)
class Film:
    """One film in every form. `library` is a folder for the sandbox Plex."""

    fps: int
    seconds: int
    folder: Path

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def mp4(self) -> Path:
        return self.library / "Movies" / "Numbers (2024)" / "Numbers (2024).mp4"

    @property
    def early(self) -> Path:
        """HLS whose clock begins at ten seconds, the sound 21 ms before the pictures."""
        return self.folder / "early" / "index.m3u8"


def film(seconds: int, fps: int, kept: Path = KEPT) -> Film:
    """Made unless it is there already. 16 bits number 18 minutes at 59 pictures a second."""
    assert seconds * fps < 65_536, "the numbers in the pictures would begin anew"
    made = Film(fps, seconds, kept / f"{fps}fps-{seconds}s")
    if not made.mp4.exists():
        partial = made.folder / "partial.mp4"
        make_coded_film(partial, seconds, fps)
        made.mp4.parent.mkdir(parents=True, exist_ok=True)
        partial.rename(made.mp4)
    if not made.early.exists():
        _cut_early(made)
    return made


def _cut_early(made: Film) -> None:
    made.early.parent.mkdir(parents=True, exist_ok=True)
    command = [get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(made.mp4), "-c", "copy"]
    command += ["-output_ts_offset", str(TS_START_S), "-muxdelay", "0", "-muxpreload", "0"]
    command += ["-f", "hls", "-hls_time", "2", "-hls_list_size", "0", "-hls_playlist_type", "vod"]
    command += ["-hls_segment_filename", str(made.early.parent / "%04d.ts"), str(made.early)]
    subprocess.run(command, check=True)
