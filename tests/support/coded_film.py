"""Films whose every picture carries its own number, to be read back from the screen.

The top strip holds 20 blocks: 16 bits of the frame's number, most significant first, then 4 bits
of a checksum. Blocks are 16 pixels wide at 320 pixels, so they survive scaling and re-encoding.
"""

import random
import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

WIDTH, HEIGHT, STRIP = 320, 180, 24
BITS, CHECK_BITS = 16, 4
BLOCK = WIDTH // (BITS + CHECK_BITS)
_BODY = bytes((90 + x * 60 // WIDTH) for x in range(WIDTH)) * (HEIGHT - STRIP)
_SPECKLES = random.Random(1).choices(range(60, 180), k=2 * len(_BODY))


def make_coded_film(
    path: Path, seconds: int, fps: int = 30, *, busy: bool = False, first: int = 0
) -> None:
    """Write the film as H.264 and AAC, a keyframe every two seconds.

    A `busy` one is full of speckles that no two pictures share, so it takes all the bits it may.
    The first picture has the number `first`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-r", str(fps), "-i", "-"]
    command += ["-f", "lavfi", "-i", f"sine=f=220:d={seconds}", "-af", "volume=0.05"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-g", str(2 * fps)]
    command += ["-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k", "-shortest", "-y", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for number in range(first, first + seconds * fps):
            encoder.stdin.write(picture(number, busy=busy))
        encoder.stdin.close()
    assert encoder.returncode == 0


def picture(number: int, *, busy: bool = False) -> bytes:
    """One grey picture of `WIDTH` × `HEIGHT`."""
    code = (number << CHECK_BITS) | checksum(number)
    bits = format(code, f"0{BITS + CHECK_BITS}b")
    row = b"".join((b"\xeb" if bit == "1" else b"\x10") * BLOCK for bit in bits)
    return row * STRIP + (_speckles(number) if busy else _BODY)


def _speckles(number: int) -> bytes:
    start = number * 7919 % len(_BODY)
    return bytes(_SPECKLES[start : start + len(_BODY)])


def checksum(number: int) -> int:
    """The sum of the number's four nibbles, inverted, so that an all-black picture is invalid."""
    total = sum((number >> shift) & 15 for shift in (0, 4, 8, 12))
    return (total & 15) ^ 15


def numbers_in(video: bytes, width: int = WIDTH, height: int = HEIGHT) -> list[int | None]:
    """Of the pictures of this size in a piece of video; None for what is no number."""
    command = [
        get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        "-",
        "-map",
        "0:v",
        "-fps_mode",
        "passthrough",
    ]
    command += ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    grey = subprocess.run(command, input=video, capture_output=True, check=True).stdout
    size, row = width * height, STRIP // 2 * height // HEIGHT * width
    middles = [row + (bit * 2 + 1) * width // (2 * (BITS + CHECK_BITS)) for bit in range(20)]
    codes = (
        int("".join("1" if grey[at + middle] > 128 else "0" for middle in middles), 2)
        for at in range(0, len(grey), size)
    )
    split = ((code >> CHECK_BITS, code & 15) for code in codes)
    return [number if checksum(number) == check else None for number, check in split]


READER = """
window.frames_seen = [];
window.watch_frames = () => {
  const video = document.querySelector('video');
  if (!video || video.dataset.watched) return Boolean(video);
  video.dataset.watched = 'yes';
  const canvas = document.createElement('canvas');
  canvas.width = 320; canvas.height = 24;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const read = () => {
    pen.drawImage(video, 0, 0, video.videoWidth, video.videoHeight * 24 / 180, 0, 0, 320, 24);
    const pixels = pen.getImageData(0, 12, 320, 1).data;
    let code = 0;
    for (let bit = 0; bit < 20; bit++) code = code * 2 + (pixels[(bit * 16 + 8) * 4] > 128 ? 1 : 0);
    const number = Math.floor(code / 16);
    const sum = [0, 4, 8, 12].reduce((total, shift) => total + ((number >> shift) & 15), 0);
    return ((sum & 15) ^ 15) === code % 16 ? number : null;
  };
  window.read_frame = read;
  const seen = (now, meta) => {
    window.frames_seen.push([read(), meta.expectedDisplayTime, meta.mediaTime, now]);
    video.requestVideoFrameCallback(seen);
  };
  video.requestVideoFrameCallback(seen);
  return true;
};
"""
"""To be injected: `watch_frames()` logs each shown picture's number with the time it is shown."""
