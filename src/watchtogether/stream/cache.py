"""Segments and blocks of files kept on disk up to a number of bytes, the latest in memory too.

Files are `<folder>/<content>/<number>.ts`, or `.block` for blocks of a film's own file, written
beside and renamed, so that a crash leaves only whole files and drafts that the next start removes.
The least recently used go first. When the disk is full the cache goes on in memory alone.

`content` must name everything that makes the bytes what they are *and who may have them*.
"""

import asyncio
import contextlib
import errno
import itertools
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import structlog

from watchtogether.stream.mpegts import PACKET_BYTES, is_whole

log = structlog.get_logger(__name__)

MIB = 1024 * 1024
OF_FILE = "file-"
"""Names of contents that are blocks of a file begin so; others are segments."""
_MEMORY_BYTES = 96 * MIB
_DRAFT = ".part"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

Place = tuple[str, int]
"""Content and number."""


@dataclass(slots=True)
class CacheStats:
    """Counts since the start."""

    memory_hits: int = 0
    disk_hits: int = 0
    misses: int = 0
    evicted: int = 0
    write_failures: int = 0


class SegmentCache:
    """Used from one event loop. Call `open` before anything else.

    Files are the server's own; `shared`, its group may read them too, for a proxy that sends them.
    """

    def __init__(
        self,
        folder: Path,
        max_bytes: int,
        *,
        memory_bytes: int = _MEMORY_BYTES,
        shared: bool = False,
    ) -> None:
        self._folder = folder
        self._folder_mode, self._file_mode = (0o750, 0o640) if shared else (0o700, 0o600)
        self._max_bytes = max_bytes
        self._memory = _Recent(memory_bytes)
        self._on_disk: OrderedDict[Place, int] = OrderedDict()
        self._disk_bytes = 0
        self._drafts = itertools.count()
        self._being_written: set[Place] = set()
        self._disk_failing = False
        self.stats = CacheStats()

    @property
    def disk_bytes(self) -> int:
        return self._disk_bytes

    async def open(self) -> None:
        """Make the folder, remove what a crash left, and learn what is there."""
        try:
            found = await asyncio.to_thread(_scan, self._folder, self._folder_mode)
        except OSError as error:
            self._note_failure(error)
            return
        for place, size in found:
            self._note(place, size)
        await self._evict()

    def __contains__(self, place: Place) -> bool:
        return place in self._memory.items or place in self._on_disk

    def file_of(self, content: str, number: int) -> str | None:
        """The whole file's path below the folder, for who can send it better; None when there is
        none (yet)."""
        place = (content, number)
        if place not in self._on_disk or place in self._being_written:
            return None
        self._on_disk.move_to_end(place)
        self.stats.disk_hits += 1
        return f"{content}/{number}{_suffix(content)}"

    async def get(self, content: str, number: int) -> bytes | None:
        """The segment, or None. A damaged file is removed and not there."""
        place = (content, number)
        if place in self._on_disk:
            self._on_disk.move_to_end(place)
        segment = self._memory.get(place)
        if segment is not None:
            self.stats.memory_hits += 1
            return segment
        if place in self._on_disk:
            segment = await asyncio.to_thread(_read, self._path(place))
        if segment is None:
            self._forget(place)
            self.stats.misses += 1
            return None
        self._memory.put(place, segment)
        self.stats.disk_hits += 1
        return segment

    async def put(self, content: str, number: int, segment: bytes) -> None:
        """Keep it in memory at once, then on disk; a failing disk is logged once, not raised."""
        place = (content, number)
        self._memory.put(place, segment)
        if place in self._on_disk or len(segment) > self._max_bytes:
            return
        self._being_written.add(place)
        self._note(place, len(segment))
        await self._evict()
        draft = f".{number}.{os.getpid()}.{next(self._drafts)}{_DRAFT}"
        try:
            await asyncio.to_thread(self._write, self._path(place), draft, segment)
        except OSError as error:
            self._forget(place)
            self._note_failure(error)
        else:
            self._disk_failing = False
        finally:
            self._being_written.discard(place)

    def _write(self, path: Path, draft_name: str, segment: bytes) -> None:
        path.parent.mkdir(mode=self._folder_mode, parents=True, exist_ok=True)
        draft = path.parent / draft_name
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._file_mode)
            with os.fdopen(descriptor, "wb") as out:
                out.write(segment)
            draft.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise

    def _note_failure(self, error: OSError) -> None:
        self.stats.write_failures += 1
        if not self._disk_failing:
            self._disk_failing = True
            reason = "disk_full" if error.errno in _FULL else errno.errorcode.get(error.errno or 0)
            log.warning("segment_cache_not_writable", reason=reason)

    async def _evict(self) -> None:
        doomed: list[Path] = []
        while self._disk_bytes > self._max_bytes and self._on_disk:
            place, size = self._on_disk.popitem(last=False)
            self._disk_bytes -= size
            self.stats.evicted += 1
            doomed.append(self._path(place))
        if doomed:
            await asyncio.to_thread(_remove, doomed)

    def _note(self, place: Place, size: int) -> None:
        self._forget(place)
        self._on_disk[place] = size
        self._disk_bytes += size

    def _forget(self, place: Place) -> None:
        self._disk_bytes -= self._on_disk.pop(place, 0)

    def _path(self, place: Place) -> Path:
        content, number = place
        return self._folder / content / f"{number}{_suffix(content)}"


class _Recent:
    """The latest used segments, up to a number of bytes."""

    def __init__(self, max_bytes: int) -> None:
        self.items: OrderedDict[Place, bytes] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def get(self, place: Place) -> bytes | None:
        segment = self.items.get(place)
        if segment is not None:
            self.items.move_to_end(place)
        return segment

    def put(self, place: Place, segment: bytes) -> None:
        self._bytes += len(segment) - len(self.items.pop(place, b""))
        self.items[place] = segment
        while self._bytes > self._max_bytes and len(self.items) > 1:
            _, old = self.items.popitem(last=False)
            self._bytes -= len(old)


def _scan(folder: Path, mode: int) -> list[tuple[Place, int]]:
    """Whole segments, the longest unused first; anything else is removed."""
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    folder.chmod(mode)
    found: list[tuple[float, Place, int]] = []
    for content in (entry for entry in folder.iterdir() if entry.is_dir()):
        suffix = _suffix(content.name)
        for path in content.iterdir():
            size = path.stat().st_size
            if path.suffix == suffix and path.stem.isdecimal() and _can_be(content.name, size):
                found.append((path.stat().st_mtime, (content.name, int(path.stem)), size))
            else:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            content.rmdir()  # only when empty
    return [(place, size) for _, place, size in sorted(found)]


def _read(path: Path) -> bytes | None:
    """The file's bytes, marked as used; None when it is gone or damaged."""
    try:
        segment = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    if path.parent.name.startswith(OF_FILE) or is_whole(segment):
        return segment
    path.unlink(missing_ok=True)
    return None


def _suffix(content: str) -> str:
    return ".block" if content.startswith(OF_FILE) else ".ts"


def _can_be(content: str, size: int) -> bool:
    return size > 0 and (content.startswith(OF_FILE) or size % PACKET_BYTES == 0)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()  # only when empty
