"""Waterfall from the base value of the model to one client's score, in steps that add up as displayed."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from creditdesk.pages import svg_geometry
from creditdesk.pages.case import reasons
from scoring.ml.model.calibration import Calibration
from scoring.presentation import formatting

# Groups with a step of their own; the others share one step towards refusal and one towards acceptance.
MAX_GROUP_STEPS = 7
POINTS_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `change` in the unit of the waterfall, `amount` the same as displayed."""

    label: str
    amount: str
    change: float
    bar: svg_geometry.Span

    @property
    def direction(self) -> str:
        return reasons.direction(self.change)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """start + the changes of the steps = end, exactly and also as displayed.

    `up` and `down` are the displayed sums of the steps towards refusal and towards acceptance; `start_x` and
    `end_x` positions in percent of the width.
    """

    start: float
    end: float
    start_text: str
    end_text: str
    up: str
    down: str
    steps: tuple[Step, ...]
    start_x: float
    end_x: float


@dataclass(frozen=True, slots=True)
class _Unit:
    """How a waterfall is displayed, in probability or in log-odds: `level` a value, `change` a signed step,
    `size` an unsigned amount; a change is displayed `scale` times as large."""

    level: Callable[[float], str]
    change: Callable[[float], str]
    size: Callable[[float], str]
    scale: float
    decimals: int


def waterfall(
    group_sums: Mapping[str, float], base: float, total: float, calibration: Calibration | None
) -> Waterfall:
    """Return the steps of the groups, in the order given, from `base` to `total`, both in log-odds.

    With a calibration the steps are changes of the probability, without one they are log-odds.
    """
    amounts, labels = _steps(group_sums)
    log_odds = [base]
    for amount in amounts:
        log_odds.append(log_odds[-1] + amount)
    # The last level is the model's own, not the sum of roundings on the way.
    log_odds[-1] = total
    levels, unit = _in_unit(log_odds, calibration)
    changes = [after - before for before, after in pairwise(levels)]
    displayed = _displayed_changes(changes, levels[0], levels[-1], unit)
    spans = svg_geometry.spans(levels)
    return Waterfall(
        start=levels[0],
        end=levels[-1],
        start_text=unit.level(levels[0]),
        end_text=unit.level(levels[-1]),
        up=unit.size(math.fsum(change for change in displayed if change > 0)),
        down=unit.size(-math.fsum(change for change in displayed if change < 0)),
        steps=tuple(
            Step(label, unit.change(amount), change, span)
            for label, amount, change, span in zip(labels, displayed, changes, spans.between, strict=True)
        ),
        start_x=spans.start,
        end_x=spans.end,
    )


def _steps(group_sums: Mapping[str, float]) -> tuple[list[float], list[str]]:
    """Return the amount and the label of each step."""
    amounts = list(group_sums.values())
    labels = [reasons.group_title(code) for code in list(group_sums)[:MAX_GROUP_STEPS]]
    remaining = amounts[MAX_GROUP_STEPS:]
    # Together they would hide one another: "nothing speaks for accepting" beside a bar that shows what does.
    sides = [amount for amount in remaining if amount > 0], [amount for amount in remaining if amount <= 0]
    shared = sorted(filter(None, sides), key=math.fsum, reverse=math.fsum(remaining) > 0)
    return (
        [*amounts[:MAX_GROUP_STEPS], *map(math.fsum, shared)],
        [*labels, *(formatting.other_groups(len(side)) for side in shared)],
    )


def _in_unit(log_odds: Sequence[float], calibration: Calibration | None) -> tuple[list[float], _Unit]:
    if calibration is None:
        return list(log_odds), _Unit(_log_odds, _log_odds, _size, 1.0, reasons.DECIMALS)
    probabilities = calibration.probability(np.array(log_odds)).tolist()
    return probabilities, _Unit(
        lambda probability: formatting.percent(probability, POINTS_DECIMALS),
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
    return formatting.points(abs(value), POINTS_DECIMALS)


def _points(value: float) -> str:
    return formatting.points(value, POINTS_DECIMALS, has_sign=True)


def _displayed_changes(changes: Sequence[float], start: float, end: float, unit: _Unit) -> list[float]:
    """Round the changes so that the displayed column adds up to the displayed end.

    The last step takes what rounding leaves over.
    """
    displayed = [round(unit.scale * change, unit.decimals) for change in changes]
    if displayed:
        span = round(unit.scale * end, unit.decimals) - round(unit.scale * start, unit.decimals)
        displayed[-1] = round(displayed[-1] + span - math.fsum(displayed), unit.decimals)
    return displayed
