"""The running sandbox: everything that the endpoints share, built by `app.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plexsandbox.access import Access
from plexsandbox.device_keys import DeviceKeys
from plexsandbox.faults import Faults
from plexsandbox.gate import Gate
from plexsandbox.library import Library
from plexsandbox.notices import Notices
from plexsandbox.options import Options
from plexsandbox.people import People
from plexsandbox.state import State
from plexsandbox.stats import Stats
from plexsandbox.tokens import Tokens
from plexsandbox.wild import Wild, Wildness

if TYPE_CHECKING:
    from plexsandbox.films.studio import Studio
    from plexsandbox.pictures import Pictures
    from plexsandbox.playing import NowPlaying
    from plexsandbox.plextv.pins import Pins
    from plexsandbox.plextv.servers import Directory
    from plexsandbox.pms.playlists import Playlists
    from plexsandbox.pms.playqueues import PlayQueues
    from plexsandbox.previews import Previews
    from plexsandbox.transcoder.pool import TranscodePool

VERSION = "1.43.0.10492-121068a07"
"""The media server's version that the answers imitate."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    media_dir: Path
    work_dir: Path
    options: Options
    state: State
    people: People
    device_keys: DeviceKeys
    tokens: Tokens
    library: Library
    pool: TranscodePool
    now_playing: NowPlaying
    pins: Pins
    play_queues: PlayQueues
    playlists: Playlists
    pictures: Pictures
    previews: Previews
    studio: Studio
    directory: Directory
    stats: Stats = field(default_factory=Stats)
    notices: Notices = field(default_factory=Notices)
    faults: Faults = field(default_factory=Faults)
    wild: Wild = field(default_factory=lambda: Wild(Wildness()))
    gate: Gate = field(default_factory=Gate)
    access: Access = field(default_factory=Access)
