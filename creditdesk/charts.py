"""Where things stand in the drawings of a case page: percent of the width, so that they fit any screen."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

# A tick closer than this to the threshold, in percent of the width, would be written over it.
TICK_DISTANCE = 3.5
SCALE_TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
BAND_MARGIN = 10.0
_MIDDLE = 50.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled place on a scale; `anchor` keeps its label inside the drawing."""

    x: float
    value: float

    @property
    def anchor(self) -> str:
        return "start" if self.x < 15 else "end" if self.x > 85 else "middle"


@dataclass(frozen=True, slots=True)
class Scale:
    probability: Mark
    threshold: Mark
    ticks: tuple[Mark, ...]

    @property
    def beyond(self) -> float:
        """The width from the threshold on."""
        return 100 - self.threshold.x


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the middle: to the right when it pushes towards refusal, to the left otherwise."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Band:
    """Five quantiles of a group (5, 25, 50, 75, 95 %) and the client's own place among them."""

    low: float
    quarter: float
    median: float
    three_quarters: float
    high: float
    client: float | None

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def middle_width(self) -> float:
        return self.three_quarters - self.quarter


def on_scale(probability: float) -> float:
    """The square root spreads out the small probabilities, where credit decisions are taken."""
    return 100 * math.sqrt(min(max(probability, 0.0), 1.0))


def probability_scale(probability: float, threshold: float) -> Scale:
    at_threshold = on_scale(threshold)
    ticks = (Mark(on_scale(tick), tick) for tick in SCALE_TICKS)
    return Scale(
        probability=Mark(on_scale(probability), probability),
        threshold=Mark(at_threshold, threshold),
        ticks=tuple(tick for tick in ticks if abs(tick.x - at_threshold) > TICK_DISTANCE),
    )


def bar(contribution: float, largest: float) -> Bar:
    width = _MIDDLE * min(abs(contribution) / largest, 1.0) if largest > 0 else 0.0
    return Bar(x=_MIDDLE if contribution > 0 else _MIDDLE - width, width=width)


def band(quantiles: Sequence[float], client: float | None) -> Band:
    """Linear between the outer quantiles; a client beyond them stands in the margin."""
    low, *_, high = quantiles

    def place(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return min(max(BAND_MARGIN + share * (100 - 2 * BAND_MARGIN), 1.5), 98.5)

    p5, p25, p50, p75, p95 = map(place, quantiles)
    return Band(p5, p25, p50, p75, p95, None if client is None else place(client))


def share_below(value: float, edges: Sequence[float], counts: Sequence[float]) -> float:
    """The share of a group below a value, from its histogram; even inside a cell."""
    total = sum(counts)
    if not total or value <= edges[0]:
        return 0.0
    if value >= edges[-1]:
        return 1.0
    cell = bisect_right(edges, value) - 1
    inside = (value - edges[cell]) / (edges[cell + 1] - edges[cell])
    return (sum(counts[:cell]) + inside * counts[cell]) / total
