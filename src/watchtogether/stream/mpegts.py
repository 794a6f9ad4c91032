"""What has to be known of a segment's bytes: is it whole, and at which time does it begin. Pure."""

PACKET_BYTES = 188
_SYNC = 0x47
_CLOCK_HZ = 90_000
_WRAP_S = 2**33 / _CLOCK_HZ
_PACKETS_SEARCHED = 400


def is_whole(segment: bytes) -> bool:
    """True when these are complete transport packets and nothing else."""
    packets, rest = divmod(len(segment), PACKET_BYTES)
    return packets > 0 and rest == 0 and segment[::PACKET_BYTES] == bytes([_SYNC]) * packets


def first_video_time_s(segment: bytes) -> float | None:
    """Presentation time of the first video frame, in seconds of the stream's own clock.

    None when there is none near the start (ISO 13818-1, 2.4.3.6).
    """
    end = min(len(segment), PACKET_BYTES * _PACKETS_SEARCHED)
    for start in range(0, end - PACKET_BYTES + 1, PACKET_BYTES):
        if not segment[start + 1] & 0x40:  # no start of a PES packet
            continue
        time_s = _time_of(segment[start : start + PACKET_BYTES])
        if time_s is not None:
            return time_s
    return None


def clock_gap_s(actual_s: float, expected_s: float) -> float:
    """How far two stream times are apart; the clock wraps every 26.5 hours."""
    gap = abs(actual_s - expected_s) % _WRAP_S
    return min(gap, _WRAP_S - gap)


def _time_of(packet: bytes) -> float | None:
    adaptation = packet[3] & 0x20
    payload = packet[5 + packet[4] :] if adaptation else packet[4:]
    if len(payload) < 14 or payload[:3] != b"\x00\x00\x01" or payload[3] & 0xF0 != 0xE0:
        return None
    if not payload[7] & 0x80:
        return None
    stamp = payload[9:14]
    ticks = (
        (stamp[0] >> 1 & 0x07) << 30
        | stamp[1] << 22
        | (stamp[2] >> 1) << 15
        | stamp[3] << 7
        | stamp[4] >> 1
    )
    return ticks / _CLOCK_HZ
