"""What can be set on a sandbox server; read by the composition root and the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Times are seconds of film unless said otherwise; the defaults are those of a real server."""

    friendly_name: str = "Sandbox Cinema"
    segment_s: float = 3.0
    throttle_s: float = 60.0
    """The encoder is paused this far ahead of the last segment asked for."""
    prune_s: float = 300.0
    """Segments this far behind the last one asked for are deleted."""
    idle_s: float = 330.0
    """Wall seconds without ping, timeline or segment after which a session is killed."""
    wait_s: float = 8.0
    """Wall seconds that a request for a segment near the encoder's head waits."""
    near_segments: int = 5
    """A request at most this many segments ahead of the head waits; further ones get 404."""
    far_s: float = 60.0
    """A request further ahead of the head than this restarts the encoder there."""
    encoder_speed: float | None = None
    """Upper limit of the encoder's pace, as a multiple of real time; none by default."""
    encoder_threads: int = 2
    max_sessions: int = 8
    scan_every_s: float = 3.0
    make_films: bool = False
    extra_films: int = 0
    """Films made up on the fly, in a section of their own."""
    extra_shows: int = 0
    """Shows likewise."""
    archive_seed: int = 1
    wild_rate: float = 0.0
    """The part of all fields of answers that is missing, null, of another type or huge."""
    wild_seed: int = 0
    more_people: bool = False
    """Lina, who sees only one section, and Bo, a child of the home without PIN."""
    admin_pin: str | None = None
    """The PIN of the home's owner."""
    second_films: int = 0
    """Films of a second server; there is none when 0."""
    device_token_s: float = 7 * 86_400.0
    """How long a token is good that a device has earned with its key."""
