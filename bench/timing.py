"""Times as percentiles, and as ratios to a floor measured in the same run: machines differ, ratios less."""

import time
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

# Tracing makes everything several times slower, so only a few are traced, and not timed.
TRACED = 12


@dataclass(frozen=True, slots=True)
class Measure:
    """`floor` says what the same machine needs for the part that no desk could do without."""

    name: str
    p50: float
    p95: float
    p99: float
    floor: str
    floor_p50: float
    unit: str = "ms"
    # The most memory that Python holds for one piece of work, in kB; 0 where it was not measured.
    allocated: float = 0.0

    @property
    def ratio(self) -> float:
        return self.p50 / self.floor_p50


def percentiles(work: Callable[[Any], object], over: Iterable[Any]) -> tuple[float, float, float]:
    """p50, p95 and p99 in milliseconds of `work` done on each of `over`; the first few only warm up."""
    times = []
    for item in over:
        start = time.perf_counter()
        work(item)
        times.append((time.perf_counter() - start) * 1000)
    warm = times[min(5, len(times) - 1) :]
    p50, p95, p99 = np.percentile(warm, [50, 95, 99]).tolist()
    return p50, p95, p99


def allocated(work: Callable[[Any], object], over: Iterable[Any]) -> float:
    """The median of the most memory, in kB, that Python holds at once for `work` on each of a few."""
    peaks = []
    tracemalloc.start()
    for item in islice(over, TRACED):
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        work(item)
        peaks.append((tracemalloc.get_traced_memory()[1] - before) / 1024)
    tracemalloc.stop()
    return float(np.median(peaks))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
