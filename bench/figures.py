"""Figures with what is needed to believe them: how many, how spread, how busy the machine was."""

import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Report:
    """Lines of one table."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, figure: str, note: str = "") -> None:
        self.rows.append((what, figure, note))
        print(f"  {what:<46} {figure:<34} {note}", flush=True)


def spread(values_ms: Sequence[float]) -> str:
    """Median, p95 and p99 of milliseconds."""
    ordered = sorted(values_ms)
    p50 = statistics.median(ordered)
    return f"p50 {p50:.2f}  p95 {share(ordered, 0.95):.2f}  p99 {share(ordered, 0.99):.2f} ms"


def share(ordered: Sequence[float], part: float) -> float:
    """The value below which this part of the sorted values lies."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def ratio_interval(pairs: Sequence[tuple[float, float]]) -> str:
    """Median ratio of interleaved pairs with its 95 % interval (by order statistics)."""
    ratios = sorted(a / b for a, b in pairs)
    count = len(ratios)
    half_width = 0.98 * count**0.5
    low = ratios[max(0, int(count / 2 - half_width))]
    high = ratios[min(count - 1, int(count / 2 + half_width))]
    return f"{statistics.median(ratios):.1f}× [{low:.1f}, {high:.1f}]"


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fine_cpu_s(pid: int) -> float:
    """The same of all its threads, to the nanosecond."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((each / "schedstat").read_text().split()[0]) for each in threads) / 1e9


def machine() -> str:
    """What the figures were measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"commit {commit or '-'}, load before {load:.1f}"
    )
