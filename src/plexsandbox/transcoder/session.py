"""One transcode session: where its encoder stands, and what a request for a segment does.

Rules (of the real server): a request near the head waits, one a little further is refused, one
far ahead or behind what is kept restarts the encoder there.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

from plexsandbox.accounts import Account
from plexsandbox.model import Item
from plexsandbox.options import Options
from plexsandbox.stats import Stats
from plexsandbox.transcoder.encoder import Encoder
from plexsandbox.transcoder.order import Order
from plexsandbox.transcoder.plan import Plan, copy_arguments

_POLL_S = 0.03


class EncodingFailed(Exception):
    """The encoder has given up; the message is its own."""


class TranscodeSession:
    def __init__(
        self,
        *,
        order: Order,
        item: Item,
        account: Account,
        plan: Plan,
        folder: Path,
        options: Options,
        stats: Stats,
    ) -> None:
        self.order = order
        self.item = item
        self.account = account
        self.plan = plan
        self.index_served = False
        self.closed = False
        self.restarts = 0
        self.touched_at = time.monotonic()
        self.started_at = time.time()
        self._folder = folder
        self._options = options
        self._stats = stats
        self._moving = asyncio.Lock()
        self._runs = 0
        self._last_asked = plan.segment_at(order.offset_s)
        self._encoder: Encoder | None = None

    @property
    def encoder(self) -> Encoder:
        if self._encoder is None:
            raise EncodingFailed("not started")
        return self._encoder

    @property
    def running(self) -> bool:
        """Whether an encoder lives; it ends by itself at the end of the film."""
        return self._encoder is not None and self._encoder.running

    async def start(self) -> None:
        async with self._moving:
            await self._launch(self._last_asked)

    def touch(self) -> None:
        self.touched_at = time.monotonic()

    async def segment(self, index: int) -> Path | None:
        """None when it is not there (404); raises `EncodingFailed` (500)."""
        self.touch()
        if not 0 <= index < self.plan.segments:
            return None
        self._last_asked = index
        async with self._moving:
            if not self.closed and self._is_far(index):
                self.restarts += 1
                await self._launch(index)
        if index - self.encoder.head > self._options.near_segments:
            return None
        return await self._wait_for(index)

    async def _wait_for(self, index: int) -> Path | None:
        deadline = time.monotonic() + self._options.wait_s
        while not self.closed:
            encoder = self.encoder
            if encoder.has(index):
                return encoder.path(index)
            if encoder.failed:
                raise EncodingFailed(encoder.error)
            if not encoder.running or index < encoder.start or time.monotonic() > deadline:
                return None
            self.throttle()
            await asyncio.sleep(_POLL_S)
        return None

    def _is_far(self, index: int) -> bool:
        encoder = self.encoder
        if index < encoder.pruned_below:
            return True
        ahead_s = (index - encoder.head) * self.plan.segment_s
        return encoder.running and ahead_s > self._options.far_s

    async def _launch(self, index: int) -> None:
        if self._encoder is not None:
            await self._encoder.close()
        self._runs += 1
        self._stats.encoders_started += 1
        arguments = copy_arguments(self.plan, index) if self.plan.copy else None
        folder = self._folder / f"run-{self._runs}"
        self._encoder = await Encoder.launch(self.plan, folder, index, arguments)

    def tend(self) -> None:
        """Throttles and prunes; called a few times a second."""
        if self._encoder is None or self.closed:
            return
        self.throttle()
        keep = self._last_asked - int(self._options.prune_s / self.plan.segment_s)
        self._encoder.prune_below(keep)

    def throttle(self) -> None:
        encoder = self.encoder
        ahead_s = (encoder.head - self._last_asked) * self.plan.segment_s
        if ahead_s > self._options.throttle_s:
            encoder.pause()
        elif ahead_s <= max(0.0, self._options.throttle_s - self.plan.segment_s):
            encoder.resume()

    @property
    def idle_s(self) -> float:
        return time.monotonic() - self.touched_at

    async def close(self) -> None:
        self.closed = True
        async with self._moving:
            if self._encoder is not None:
                await self._encoder.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, True)
