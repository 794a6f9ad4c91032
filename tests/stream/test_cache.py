"""The segment cache: bounded, whole after a crash, and no victim of a full disk."""

import errno
import os
from pathlib import Path

import pytest

from tests.stream.fakes import ts_segment
from watchtogether.stream.cache import SegmentCache

SIZE = 188 * 4


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.ts"))


async def _cache(folder: Path, files: int = 10, memory: int = 0) -> SegmentCache:
    cache = SegmentCache(folder, files * SIZE, memory_bytes=memory)
    await cache.open()
    return cache


async def test_what_was_put_is_there_also_after_a_restart(tmp_path: Path) -> None:
    cache = await _cache(tmp_path)
    await cache.put("film", 3, ts_segment(3))
    assert await cache.get("film", 3) == ts_segment(3)
    again = await _cache(tmp_path)
    assert ("film", 3) in again
    assert await again.get("film", 3) == ts_segment(3)
    assert again.stats.disk_hits == 1


async def test_attack_55_another_access_has_another_name_and_finds_nothing(tmp_path: Path) -> None:
    cache = await _cache(tmp_path)
    await cache.put("film-of-a", 3, ts_segment(3))
    assert await cache.get("film-of-b", 3) is None


async def test_the_least_recently_used_go_first_and_the_cap_holds(tmp_path: Path) -> None:
    cache = await _cache(tmp_path, files=3)
    for number in range(3):
        await cache.put("film", number, ts_segment(number))
    await cache.get("film", 0)
    await cache.put("film", 3, ts_segment(3))
    assert [n for n in range(4) if ("film", n) in cache] == [0, 2, 3]
    assert _bytes_in(tmp_path) == cache.disk_bytes <= 3 * SIZE
    assert cache.stats.evicted == 1


async def test_a_smaller_cap_is_obeyed_at_the_next_start(tmp_path: Path) -> None:
    cache = await _cache(tmp_path)
    for number in range(6):
        await cache.put("film", number, ts_segment(number))
        os.utime(tmp_path / "film" / f"{number}.ts", (number, number))
    smaller = await _cache(tmp_path, files=2)
    assert [n for n in range(6) if ("film", n) in smaller] == [4, 5]


async def test_what_a_crash_left_is_removed_at_start(tmp_path: Path) -> None:
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / ".7.99.0.part").write_bytes(b"half")
    (folder / "8.ts").write_bytes(ts_segment(8)[:-5])
    (folder / "9.ts").write_bytes(b"")
    (folder / "10.ts").write_bytes(ts_segment(10))
    (tmp_path / "empty").mkdir()
    cache = await _cache(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["10.ts"]
    assert not (tmp_path / "empty").exists()
    assert cache.disk_bytes == SIZE


async def test_a_file_damaged_later_is_a_miss_and_goes(tmp_path: Path) -> None:
    cache = await _cache(tmp_path)
    await cache.put("film", 1, ts_segment(1))
    await cache.put("film", 2, ts_segment(2))
    (tmp_path / "film" / "1.ts").write_bytes(b"\x00" * SIZE)
    assert await cache.get("film", 1) is None
    assert not (tmp_path / "film" / "1.ts").exists()
    assert cache.disk_bytes == SIZE


async def test_a_full_disk_leaves_memory_and_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = await _cache(tmp_path, memory=100 * SIZE)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(cache, "_write", full)
        for number in range(3):
            await cache.put("film", number, ts_segment(number))
    for number in range(3):
        assert await cache.get("film", number) == ts_segment(number)
    assert cache.disk_bytes == 0
    assert cache.stats.write_failures == 3
    assert capsys.readouterr().out.count("segment_cache_not_writable") == 1
    await cache.put("film", 9, ts_segment(9))
    assert (tmp_path / "film" / "9.ts").exists()


async def test_a_folder_that_cannot_be_made_leaves_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = await _cache(tmp_path / "file" / "cache", memory=10 * SIZE)
    await cache.put("film", 1, ts_segment(1))
    assert await cache.get("film", 1) == ts_segment(1)


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    cache = await _cache(tmp_path / "cache")
    await cache.put("film", 1, ts_segment(1))
    path = tmp_path / "cache" / "film" / "1.ts"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_memory_keeps_the_latest_only(tmp_path: Path) -> None:
    cache = await _cache(tmp_path, memory=2 * SIZE)
    for number in range(4):
        await cache.put("film", number, ts_segment(number))
    for number in range(4):
        await cache.get("film", 3 - number)
    assert cache.stats.memory_hits == 2
    assert cache.stats.disk_hits == 2


async def test_only_a_shared_cache_can_be_read_by_the_group(tmp_path: Path) -> None:
    for shared, folder_mode, file_mode in ((False, 0o700, 0o600), (True, 0o750, 0o640)):
        folder = tmp_path / str(shared)
        cache = SegmentCache(folder, 10 * SIZE, shared=shared)
        await cache.open()
        await cache.put("film", 1, ts_segment(1))
        assert cache.file_of("film", 1) == "film/1.ts"
        assert (folder / "film" / "1.ts").stat().st_mode & 0o777 == file_mode
        assert {each.stat().st_mode & 0o777 for each in (folder, folder / "film")} == {folder_mode}
    assert cache.file_of("film", 2) is None
