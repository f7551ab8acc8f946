"""Times as percentiles, and as ratios to a floor measured in the same run: machines differ, ratios less."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Measure:
    """`floor` says what the same machine needs for the part that no desk could do without."""

    name: str
    p50: float
    p95: float
    floor: str
    floor_p50: float
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.p50 / self.floor_p50


def percentiles(work: Callable[[Any], object], over: Iterable[Any]) -> tuple[float, float]:
    """p50 and p95 in milliseconds of `work` done on each of `over`; the first few only warm up."""
    times = []
    for item in over:
        start = time.perf_counter()
        work(item)
        times.append((time.perf_counter() - start) * 1000)
    warm = times[min(5, len(times) - 1) :]
    return float(np.percentile(warm, 50)), float(np.percentile(warm, 95))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
