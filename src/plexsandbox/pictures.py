"""Posters and backdrops: files beside the film, else a frame of it; resized on demand."""

from __future__ import annotations

import asyncio
import io
import secrets
from pathlib import Path

import av
import av.error
from PIL import Image, ImageDraw, ImageOps

from plexsandbox.model import Catalogue, Item, ItemType

Size = tuple[int, int]
_QUALITY = 86


class Pictures:
    """Frames are grabbed once and kept in the working folder."""

    def __init__(self, cache_dir: Path) -> None:
        self._dir = cache_dir
        self._grabbing = asyncio.Lock()

    async def source(self, catalogue: Catalogue, item: Item, kind: str) -> Path | None:
        """`kind` is `thumb` or `art`; an item without its own picture borrows its parent's."""
        if item.invented is not None:
            return await self._drawn(item, kind)
        at: Item | None = item
        while at is not None:
            own = at.artwork.thumb if kind == "thumb" else at.artwork.art
            if own is not None:
                return own
            if at.playable and kind == "thumb":
                return await self._frame(at)
            at = catalogue.parent_of(at)
        leaves = catalogue.leaves_of(item)
        return await self._frame(leaves[0]) if leaves else None

    async def _drawn(self, item: Item, kind: str) -> Path:
        target = self._dir / "drawn" / f"{item.rating_key}-{kind}.jpg"
        if not target.exists():
            size = (480, 270) if kind == "art" or item.type is ItemType.EPISODE else (240, 360)
            body = await asyncio.to_thread(draw, item.invented or 0, size)
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, body)
        return target

    async def _frame(self, item: Item) -> Path | None:
        target = self._dir / f"{item.rating_key}-{item.updated_at}.jpg"
        async with self._grabbing:
            if not target.exists():
                await asyncio.to_thread(_grab, item, target)
        return target if target.exists() else None


def resize(source: Path, size: Size, *, cover: bool, upscale: bool) -> bytes:
    """A JPEG within the size, or with `cover` filling it; blocking."""
    with Image.open(source) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    ratios = (size[0] / width, size[1] / height)
    scale = max(ratios) if cover else min(ratios)
    if not upscale:
        scale = min(1.0, scale)
    scaled = ImageOps.scale(picture, scale) if abs(scale - 1) > 0.001 else picture
    return _jpeg(scaled)


def whole(source: Path) -> bytes:
    """As a JPEG, whatever it was; blocking."""
    if source.suffix.lower() in {".jpg", ".jpeg"}:
        return source.read_bytes()
    with Image.open(source) as opened:
        return _jpeg(opened.convert("RGB"))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _grab(item: Item, target: Path) -> None:
    file = item.files[0].parts[0]
    try:
        with av.open(str(file.path)) as opened:
            opened.seek(int(file.duration_ms * 1000 * 0.3))
            frame = next(opened.decode(video=0))
            picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    except (av.error.FFmpegError, StopIteration, OSError):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, _jpeg(picture))


def _write(target: Path, body: bytes) -> None:
    draft = target.with_suffix(f".{secrets.token_hex(4)}")
    draft.write_bytes(body)
    draft.replace(target)


def draw(number: int, size: Size) -> bytes:
    """A sky, a disc and a hill in the number's own colours, with the number on it; blocking."""
    width, height = size
    hue = number * 47 % 360
    picture = Image.new("RGB", size, f"hsl({hue}, 45%, 30%)")
    pen = ImageDraw.Draw(picture)
    across, radius = width * (number % 7 + 1) // 8, width // (4 + number % 3)
    middle = (across, height // 3)
    box = (*(at - radius for at in middle), *(at + radius for at in middle))
    pen.ellipse(box, fill=f"hsl({(hue + 40) % 360}, 60%, 65%)")
    ground = height * (60 + number % 20) // 100
    hill = [(0, ground), (width, ground - height // 8), (width, height), (0, height)]
    pen.polygon(hill, fill=f"hsl({(hue + 180) % 360}, 35%, 20%)")
    pen.text((12, height - 24), str(number), fill="white")
    return _jpeg(picture)
