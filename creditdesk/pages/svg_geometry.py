"""SVG geometry of the case page: positions in percent of the width, so that figures fit any screen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# A tick closer than this to the threshold, in percent of the width, could be taken for it.
TICK_DISTANCE = 3.5
# Far enough apart on a screen of 360 pixels for their labels, "10 %" in French.
SCALE_TICKS = (0.0, 0.02, 0.1, 0.25, 0.5, 1.0)
BAND_MARGIN = 10.0
STEP_MARGIN = 2.0
_MIDDLE = 50.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled position on a scale; `anchor` keeps its label inside the figure."""

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
    # The width up to which a probability is accepted: to the threshold, unless a band lies before it.
    accept_width: float

    @property
    def band_width(self) -> float:
        return self.threshold.x - self.accept_width

    @property
    def refuse_width(self) -> float:
        """The width from the threshold on."""
        return 100 - self.threshold.x


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the middle: to the right when it pushes towards refusal, to the left otherwise."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch between two positions, in either order."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Spans:
    """Successive positions: the first, the last, and the span between each two."""

    start: float
    end: float
    between: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Force:
    """A force plot: amounts towards refusal lie left of `boundary`, those towards acceptance right of it."""

    boundary: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Five quantiles of a group (5, 25, 50, 75, 95 %) and the position of the client among them."""

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
    """Return the position on a square-root axis, which spreads out the small probabilities of credit."""
    return 100 * math.sqrt(min(max(probability, 0.0), 1.0))


def probability_scale(probability: float, threshold: float, accept_below: float | None = None) -> Scale:
    at_threshold = on_scale(threshold)
    ticks = (Mark(on_scale(tick), tick) for tick in SCALE_TICKS)
    return Scale(
        probability=Mark(on_scale(probability), probability),
        threshold=Mark(at_threshold, threshold),
        ticks=tuple(tick for tick in ticks if abs(tick.x - at_threshold) > TICK_DISTANCE),
        accept_width=at_threshold if accept_below is None else on_scale(accept_below),
    )


def bar(contribution: float, largest: float) -> Bar:
    """Return a bar of half the width for the largest contribution."""
    width = _MIDDLE * min(abs(contribution) / largest, 1.0) if largest > 0 else 0.0
    return Bar(x=_MIDDLE if contribution > 0 else _MIDDLE - width, width=width)


def centered_bar(size: float, largest: float) -> Bar:
    """Return the bar of a size without a direction, to both sides of the middle."""
    width = 2 * _MIDDLE * min(size / largest, 1.0) if largest > 0 else 0.0
    return Bar(x=_MIDDLE - width / 2, width=width)


def spans(values: Sequence[float]) -> Spans:
    """Return the span from each value to the next, on an axis that holds them all."""
    low, high = min(values), max(values)

    def position(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return STEP_MARGIN + share * (100 - 2 * STEP_MARGIN)

    positions = list(map(position, values))
    between = (Span(min(a, b), abs(b - a)) for a, b in pairwise(positions))
    return Spans(positions[0], positions[-1], tuple(between))


def force(amounts: Sequence[float]) -> Force:
    """Return a line of all amounts, positive before negative ones, the largest next to the boundary."""
    total = sum(map(abs, amounts)) or 1.0
    boundary = 100 * sum(amount for amount in amounts if amount > 0) / total
    left = right = boundary
    segments = []
    for amount in amounts:
        width = 100 * abs(amount) / total
        if amount > 0:
            left -= width
            segments.append(Span(left, width))
        else:
            segments.append(Span(right, width))
            right += width
    return Force(boundary, tuple(segments))


def band(quantiles: Sequence[float], client: float | None) -> Band:
    """Return a band that is linear between the outer quantiles; a client beyond them stands in the margin."""
    low, *_, high = quantiles

    def position(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return min(max(BAND_MARGIN + share * (100 - 2 * BAND_MARGIN), 1.5), 98.5)

    p5, p25, p50, p75, p95 = map(position, quantiles)
    return Band(p5, p25, p50, p75, p95, None if client is None else position(client))
