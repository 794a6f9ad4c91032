"""Children that never outlive this process."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import IO

import imageio_ffmpeg

_PR_SET_PDEATHSIG = 1


@lru_cache
def ffmpeg_path() -> str:
    return str(imageio_ffmpeg.get_ffmpeg_exe())


async def start_ffmpeg(
    arguments: list[str],
    *,
    cwd: Path | None = None,
    stdout: int | IO[bytes] = asyncio.subprocess.DEVNULL,
    stderr: int | IO[bytes] = asyncio.subprocess.DEVNULL,
    niceness: int = 0,
) -> asyncio.subprocess.Process:
    """Killed by the kernel when this process dies (Linux); start it from the main thread."""
    return await asyncio.create_subprocess_exec(
        ffmpeg_path(),
        *arguments,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        preexec_fn=_before_exec(niceness),
    )


async def kill(process: asyncio.subprocess.Process) -> None:
    """Also a stopped one; returns when it is gone."""
    if process.returncode is None:
        try:
            process.kill()
        except ProcessLookupError:
            return
    await process.wait()


def send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if process.returncode is None:
        process.send_signal(number)


def _before_exec(niceness: int) -> Callable[[], None]:
    death = _death_signal()

    def prepare() -> None:
        if death is not None:
            death()
        if niceness:
            os.nice(niceness)

    return prepare


@lru_cache
def _death_signal() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
