"""The way from the starting point of a model to one client's answer, in steps that visibly add up."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from creditdesk.pages import svg_geometry
from creditdesk.pages.case import reasons
from scoring.ml.model.calibration import Calibration
from scoring.presentation import formatting

# So many groups have a step of their own; the rest are one step.
STEPS = 8
POINTS_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the way; `amount` is what it adds, as it reads, `bar` from where to where."""

    label: str
    amount: str
    part: float
    bar: svg_geometry.Span

    @property
    def towards(self) -> str:
        return reasons.towards(self.part)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """start + the parts of the steps = end, exactly and also in the rounded numbers."""

    start: float
    end: float
    start_words: str
    end_words: str
    up: str
    down: str
    steps: tuple[Step, ...]
    start_at: float
    end_at: float


def waterfall(
    sums: Mapping[str, float], base: float, total: float, calibration: Calibration | None
) -> Waterfall:
    rest = list(sums.values())[STEPS:]
    amounts = [*list(sums.values())[:STEPS], *([math.fsum(rest)] if rest else [])]
    labels = [reasons.group_titled(code) for code in list(sums)[:STEPS]]
    if rest:
        labels.append(formatting.other_groups(len(rest)))
    reached = [base]
    for amount in amounts:
        reached.append(reached[-1] + amount)
    # The last place is the model's own, not the sum of roundings on the way.
    reached[-1] = total
    places, write = _in_unit(reached, calibration)
    parts = [after - before for before, after in pairwise(places)]
    shown = _adding_up(parts, places[0], places[-1], write)
    spans = svg_geometry.spans(places)
    return Waterfall(
        start=places[0],
        end=places[-1],
        start_words=write.place(places[0]),
        end_words=write.place(places[-1]),
        up=write.size(math.fsum(part for part in shown if part > 0)),
        down=write.size(-math.fsum(part for part in shown if part < 0)),
        steps=tuple(
            Step(label, write.part(amount), part, span)
            for label, amount, part, span in zip(labels, shown, parts, spans.between, strict=True)
        ),
        start_at=spans.start,
        end_at=spans.end,
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """How a waterfall is written, in percentages and points or in log-odds: `place` where it stands, `part`
    what a step adds, with its sign, `size` how much without it; a part is shown `scale` times as large."""

    place: Callable[[float], str]
    part: Callable[[float], str]
    size: Callable[[float], str]
    scale: float
    decimals: int


def _in_unit(reached: Sequence[float], calibration: Calibration | None) -> tuple[list[float], _Written]:
    if calibration is None:
        return list(reached), _Written(_log_odds, _log_odds, _size, 1.0, reasons.DECIMALS)
    places = calibration.probability(np.array(reached)).tolist()
    return places, _Written(
        lambda place: formatting.percent(place, POINTS_DECIMALS),
        _points,
        _points_size,
        100.0,
        POINTS_DECIMALS,
    )


def _log_odds(value: float) -> str:
    return formatting.signed(value, reasons.DECIMALS)


def _size(value: float) -> str:
    return formatting.number(abs(value), reasons.DECIMALS)


def _points_size(value: float) -> str:
    return formatting.points(formatting.number(abs(value), POINTS_DECIMALS))


def _points(value: float) -> str:
    return formatting.points(formatting.signed(value, POINTS_DECIMALS))


def _adding_up(parts: Sequence[float], start: float, end: float, written: _Written) -> list[float]:
    """The parts as they have to read, so that whoever adds up the rounded column gets the rounded end: the
    last one, all other groups together, takes what rounding leaves over."""
    shown = [round(written.scale * part, written.decimals) for part in parts]
    if shown:
        ends = round(written.scale * end, written.decimals) - round(written.scale * start, written.decimals)
        shown[-1] = round(shown[-1] + ends - math.fsum(shown), written.decimals)
    return shown
