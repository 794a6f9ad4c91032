"""One run of ffmpeg writing segments into a folder of its own."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path

from plexsandbox.transcoder import process
from plexsandbox.transcoder.plan import (
    BURNED,
    PARTS,
    Plan,
    encode_arguments,
    extract_arguments,
    parts_list,
)

_NICENESS = 10
"""Encoding has time; whoever watches on the same machine has not."""


class Encoder:
    """A segment exists only when it is complete: ffmpeg renames it then."""

    def __init__(self, child: asyncio.subprocess.Process, folder: Path, start: int) -> None:
        self._child = child
        self._folder = folder
        self._killed = False
        self.start = start
        self.paused = False
        self.pruned_below = start
        self._next = start

    @classmethod
    async def launch(
        cls, plan: Plan, folder: Path, start: int, arguments: list[str] | None = None
    ) -> Encoder:
        await asyncio.to_thread(folder.mkdir, parents=True)
        if plan.file.pieces:
            (folder / PARTS).write_text(parts_list(plan.file), encoding="utf-8")
        if plan.burn is not None and not plan.burns_pictures:
            extracting = await process.start_ffmpeg(
                extract_arguments(plan.file, plan.burn, folder / BURNED), cwd=folder
            )
            await extracting.wait()
        with (folder / "errors.txt").open("wb") as errors:
            child = await process.start_ffmpeg(
                arguments or encode_arguments(plan, start),
                cwd=folder,
                stderr=errors,
                niceness=_NICENESS,
            )
        return cls(child, folder, start)

    @property
    def head(self) -> int:
        """The first segment that is not complete yet."""
        while self.path(self._next).exists():
            self._next += 1
        return self._next

    @property
    def running(self) -> bool:
        return self._child.returncode is None

    @property
    def failed(self) -> bool:
        return not self.running and self._child.returncode != 0 and not self._killed

    @property
    def error(self) -> str:
        return (self._folder / "errors.txt").read_text(errors="replace").strip()[-500:]

    def path(self, index: int) -> Path:
        return self._folder / f"{index:05d}.ts"

    def has(self, index: int) -> bool:
        return self.pruned_below <= index < self.head

    def pause(self) -> None:
        if not self.paused:
            process.send(self._child, signal.SIGSTOP)
            self.paused = True

    def resume(self) -> None:
        if self.paused:
            process.send(self._child, signal.SIGCONT)
            self.paused = False

    def prune_below(self, index: int) -> None:
        """What has been pruned does not come back without a restart."""
        while self.pruned_below < min(index, self.head):
            self.path(self.pruned_below).unlink(missing_ok=True)
            self.pruned_below += 1

    async def close(self) -> None:
        self._killed = True
        await process.kill(self._child)
        shutil.rmtree(self._folder, ignore_errors=True)
