"""A tiny folder of videos, made once per test run."""

import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

LONG_S, SHORT_S = 90, 20


def make_library(folder: Path) -> Path:
    """Two films, and a show of two seasons with two episodes each."""
    _clip(folder / "Movies" / "Alpha (2021)" / "Alpha (2021).mp4", LONG_S, "testsrc2")
    _clip(folder / "Movies" / "Beta (2022)" / "Beta (2022).mp4", LONG_S, "smptebars")
    for season in (1, 2):
        for episode in (1, 2):
            name = f"Gamma - S{season:02}E{episode:02}.mp4"
            _clip(folder / "TV" / "Gamma" / f"Season {season}" / name, SHORT_S, "testsrc")
    return folder


def _clip(path: Path, seconds: int, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    command += ["-i", f"{source}=s=320x180:r=24:d={seconds}"]
    command += ["-f", "lavfi", "-i", f"sine=f=330:d={seconds}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-pix_fmt", "yuv420p"]
    command += ["-c:a", "aac", "-b:a", "64k", "-shortest", "-y", str(path)]
    subprocess.run(command, check=True)
