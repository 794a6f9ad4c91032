"""Figures for Prometheus: the only module that knows its library."""

from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

PREFIX: Final = "watchtogether_"
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics of one server. Names end in their unit; none carries a room or a person."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()

    def counter(self, name: str, about: str, labels: Sequence[str] = ()) -> Counter:
        """Something that only rises; its name ends in `_total`."""
        return Counter(PREFIX + name, about, labels, registry=self._registry)

    def histogram(
        self, name: str, about: str, buckets: Sequence[float], labels: Sequence[str] = ()
    ) -> Histogram:
        """How values are spread over `buckets`, given by their upper ends."""
        return Histogram(PREFIX + name, about, labels, buckets=buckets, registry=self._registry)

    def gauge(self, name: str, about: str, read: Callable[[], float]) -> None:
        """Something that is read when it is asked for."""
        Gauge(PREFIX + name, about, registry=self._registry).set_function(read)

    def text(self) -> bytes:
        """All of them, in Prometheus' text format."""
        return generate_latest(self._registry)

    def kinds(self) -> dict[str, str]:
        """Name → kind, as they are scraped."""
        return {
            family.name + ("_total" if family.type == "counter" else ""): family.type
            for family in self._registry.collect()
        }
