"""Where things stand in the drawings of a case page: percent of the width, so that they fit any screen."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# A tick closer than this to the threshold, in percent of the width, would be written over it.
TICK_DISTANCE = 3.5
SCALE_TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
BAND_MARGIN = 10.0
STEP_MARGIN = 2.0
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
class Span:
    """From one place to another, whichever way round."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Spans:
    """A way in steps: where it starts and ends, and what lies between two places."""

    start: float
    end: float
    between: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Force:
    """What pushes to the right up to where the two sides meet, what pushes to the left from there on."""

    meets: float
    spans: tuple[Span, ...]


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


def around(size: float, largest: float) -> Bar:
    """A size without a direction, to both sides of the middle."""
    width = 2 * _MIDDLE * min(size / largest, 1.0) if largest > 0 else 0.0
    return Bar(x=_MIDDLE - width / 2, width=width)


def spans(places: Sequence[float]) -> Spans:
    """From each place to the next, on an axis that holds them all."""
    low, high = min(places), max(places)

    def at(place: float) -> float:
        share = (place - low) / (high - low) if high > low else 0.5
        return STEP_MARGIN + share * (100 - 2 * STEP_MARGIN)

    marks = list(map(at, places))
    between = (Span(min(a, b), abs(b - a)) for a, b in pairwise(marks))
    return Spans(marks[0], marks[-1], tuple(between))


def force(amounts: Sequence[float]) -> Force:
    """A line of all amounts: the positive ones end where they meet the negative ones, largest inmost."""
    whole = sum(map(abs, amounts)) or 1.0
    meets = 100 * sum(amount for amount in amounts if amount > 0) / whole
    left = right = meets
    found = []
    for amount in amounts:
        width = 100 * abs(amount) / whole
        if amount > 0:
            left -= width
            found.append(Span(left, width))
        else:
            found.append(Span(right, width))
            right += width
    return Force(meets, tuple(found))


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
