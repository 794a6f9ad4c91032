"""Something that is due every so often."""


class Pulse:
    """Due `every_s` seconds after the last time, on the caller's clock."""

    def __init__(self, every_s: float, now_ms: float) -> None:
        self._every_ms = every_s * 1000
        self.due_ms = now_ms + self._every_ms

    def beats(self, now_ms: float) -> bool:
        """Whether it is due; if so, the next time is counted from now."""
        if now_ms < self.due_ms:
            return False
        self.due_ms = now_ms + self._every_ms
        return True
