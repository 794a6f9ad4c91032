"""One run of ffmpeg that writes a film's pieces into a folder of its own, held near what is asked.

It is stopped (SIGSTOP; not on Windows) when it is far ahead, and killed at the end, and by the
kernel when this process dies (Linux). Elsewhere it then ends by itself when its input breaks off,
but on macOS one that is stopped at that moment stands still until somebody kills it. Pieces well
behind are deleted, so that a run holds some six minutes of film at most.
"""

import asyncio
import contextlib
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

import structlog
from imageio_ffmpeg import get_ffmpeg_exe

from watchtogether.stream.encoder_command import SEGMENT_S, TONE_MAP_FILTERS, Conversion, arguments
from watchtogether.stream.next_step import HISTORY_S

log = structlog.get_logger(__name__)

HELD_AHEAD_S: Final = 60.0
"""Further ahead of what was asked for last no film is converted."""
_KEPT_S: Final = HISTORY_S + 60.0
_NICENESS: Final = 5
_PR_SET_PDEATHSIG: Final = 1
_SAID_BYTES: Final = 2_000
_PIECE: Final = re.compile(rb"([0-9]{5,9})\.ts,")
_ADDRESS: Final = re.compile(r"\S+://\S+")
_PASSED_ON: Final = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Of the environment ffmpeg gets these: no proxies, and none of our secrets."""


class Encoder:
    """`run` is its whole life; the rest is asked meanwhile and afterwards."""

    def __init__(self, conversion: Conversion, script: bytes, folder: Path) -> None:
        self.conversion = conversion
        self.head = conversion.first
        """The first piece that is not complete yet."""
        self.running = True
        self.failed = False
        """It ended, and not because it was told to or because the film was over."""
        self.paused = False
        self.gone = asyncio.Event()
        """Set when nothing is left of it."""
        self._script = script
        self._folder = folder
        self._asked = self._kept_from = conversion.first
        self._child: asyncio.subprocess.Process | None = None
        self._news = asyncio.Event()
        self._over = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    @property
    def ended_early(self) -> bool:
        """The film was over before its first piece."""
        is_over = not (self.running or self.failed or self._over.is_set())
        return is_over and self.head == self.conversion.first

    def close(self) -> None:
        """Kill it and delete its pieces, soon; `gone` tells when."""
        self._over.set()
        self.kill()

    def kill(self) -> None:
        """At once; its pieces stay until `close`."""
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()

    async def run(self) -> None:
        """Until closed or cancelled; nothing is left then."""
        try:
            try:
                code = await self._encode()
            except (OSError, RuntimeError) as error:  # no ffmpeg, no space, no more processes
                log.error("encoder_not_started", error=str(error))
                code = 1
            self.running, self.failed = False, code != 0 and not self._over.is_set()
            self._tell()
            await self._over.wait()
        finally:
            self.running, self.failed = False, self.failed or not self._over.is_set()
            self.kill()
            if self._child is not None:
                await self._child.wait()
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._tell()
            self.gone.set()

    async def piece(self, number: int, within_s: float) -> bytes | None:
        """The piece, as soon as it is complete; None when it is not by then, or not any more, or
        when the encoder has ended without it."""
        self._asked = number
        self._steer()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.running and number >= self.head:
                    await self._news.wait()
        if not self._kept_from <= number < self.head or self._over.is_set():
            return None
        try:
            return await asyncio.to_thread(self._path(number).read_bytes)
        except FileNotFoundError:
            return None

    async def _encode(self) -> int:
        """The process, from its start to its end; its exit code."""
        if self._over.is_set():
            return 1
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True)
        child = self._child = await _start(arguments(self.conversion), self._folder)
        if self._over.is_set():
            self.kill()
        async with asyncio.TaskGroup() as tasks:
            complaints = tasks.create_task(_last_words(child.stderr))
            tasks.create_task(self._give(child.stdin))
            await self._follow(child.stdout)
        code = await child.wait()
        if code != 0 and not self._over.is_set():
            log.warning("encoder_failed", exit_code=code, said=complaints.result())
        return code

    async def _give(self, pipe: asyncio.StreamWriter | None) -> None:
        assert pipe is not None
        with contextlib.suppress(OSError):
            pipe.write(self._script)
            await pipe.drain()
        pipe.close()

    async def _follow(self, said: asyncio.StreamReader | None) -> None:
        """Each line names a piece that is complete; one that is empty is none."""
        assert said is not None
        async for line in said:
            named = _PIECE.match(line)
            number = int(named[1]) if named else -1
            if number >= self.head and await asyncio.to_thread(_has_bytes, self._path(number)):
                self.head = number + 1
                self._steer()
                await self._prune()
                self._tell()

    def _steer(self) -> None:
        """Stop it when it is far ahead, and let it go on when it is not any more."""
        if self._child is None or self._child.returncode is not None or sys.platform == "win32":
            return
        ahead_s = (self.head - self._asked) * SEGMENT_S
        if ahead_s >= HELD_AHEAD_S and not self.paused:
            self._signal(signal.SIGSTOP)
            self.paused = True
        elif ahead_s < HELD_AHEAD_S and self.paused:
            self._signal(signal.SIGCONT)
            self.paused = False

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            assert self._child is not None
            self._child.send_signal(number)

    async def _prune(self) -> None:
        until = min(self._asked, self.head) - int(_KEPT_S / SEGMENT_S)
        while self._kept_from < until:
            path = self._path(self._kept_from)
            self._kept_from += 1
            await asyncio.to_thread(path.unlink, missing_ok=True)

    def _tell(self) -> None:
        """Wake whoever waits for a piece."""
        self._news.set()
        self._news = asyncio.Event()

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:05d}.ts"


@lru_cache
def can_tone_map() -> bool:
    """Whether this machine's ffmpeg can bring HDR to what every screen shows; asks it, once."""
    try:
        asked = subprocess.run(  # noqa: S603 our own arguments
            [get_ffmpeg_exe(), "-v", "error", "-filters"],
            capture_output=True,
            timeout=10,
            check=True,
        )
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return False
    known = {words[1] for words in map(bytes.split, asked.stdout.splitlines()) if len(words) > 1}
    return all(name.encode() in known for name in TONE_MAP_FILTERS)


async def _start(told: list[str], folder: Path) -> asyncio.subprocess.Process:
    """Start it from the main thread, whose end is the process's."""
    program = await asyncio.to_thread(get_ffmpeg_exe)
    return await asyncio.create_subprocess_exec(
        program,
        *told,
        cwd=folder,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is ours alone
        preexec_fn=_preparation(),
    )


@lru_cache
def _preparation() -> Callable[[], None] | None:
    """What the child does before it becomes ffmpeg: die with us, and give way to others."""
    if sys.platform != "linux":
        return None
    control = ctypes.CDLL(None).prctl

    def prepare() -> None:
        control(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.nice(_NICENESS)

    return prepare


async def _last_words(pipe: asyncio.StreamReader | None) -> str:
    """The end of what it complains of, without addresses."""
    assert pipe is not None
    said = b""
    while part := await pipe.read(_SAID_BYTES):
        said = (said + part)[-_SAID_BYTES:]
    return _ADDRESS.sub("…", said.decode(errors="replace")).strip()


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
