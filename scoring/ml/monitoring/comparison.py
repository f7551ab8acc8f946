"""Every number of a drift report, from two samples."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np

from scoring.ml.metrics import performance
from scoring.ml.metrics.costs import Costs
from scoring.ml.monitoring.sample import Sample, missing
from scoring.ml.monitoring.stability import Stability, stability

# So many columns, those that moved most, are kept with their distributions; all are kept with their numbers.
DRAWN = 12
SMALLEST_MONTH = 30
# Outcomes of fewer clients say nothing about a model.
SMALLEST_OUTCOMES = 50

Numbers = dict[str, Any]


def compare(reference: Sample, current: Sample, *, threshold: float | None = None, costs: Costs) -> Numbers:
    """How `current` differs from `reference`: columns, score, missing values, outcomes, performance, months.

    JSON through and through. Without a `threshold` nothing is said about performance.
    """
    names = [name for name in reference.columns if name in current.columns]
    moved = {
        name: stability(reference.columns[name], current.columns[name], columns=len(names)) for name in names
    }
    score = _score(reference, current)
    return {
        "columns": _columns(reference, current, moved),
        "score": None if score is None else _told(score, drawn=True),
        "target": _target(reference, current),
        "months": _months(reference, current, moved),
        **(_performance(reference, current, threshold, costs) if threshold is not None else {}),
    }


def _score(reference: Sample, current: Sample) -> Stability | None:
    if not (len(reference.probability) and len(current.probability)):
        return None
    return stability(reference.probability, current.probability)


def _columns(reference: Sample, current: Sample, moved: Mapping[str, Stability]) -> list[Numbers]:
    order = sorted(moved, key=lambda name: -moved[name].psi)
    return [
        {
            "name": name,
            **_told(moved[name], drawn=position < DRAWN),
            "missing": _missing(reference.columns[name], current.columns[name]),
        }
        for position, name in enumerate(order)
    ]


def _told(one: Stability, *, drawn: bool) -> Numbers:
    numbers: Numbers = {"psi": one.psi, "chance": one.chance}
    if drawn:
        numbers |= {
            "labels": list(one.labels),
            "reference": one.reference.tolist(),
            "current": one.current.tolist(),
        }
    return numbers


def _missing(reference: Any, current: Any) -> Numbers:
    return _difference(missing(reference), missing(current))


def _target(reference: Sample, current: Sample) -> Numbers | None:
    known = [side.target[~np.isnan(side.target)] for side in (reference, current)]
    if min(len(outcomes) for outcomes in known) < SMALLEST_OUTCOMES:
        return None
    return _difference(*known)


def _difference(before: Any, after: Any) -> Numbers:
    """Two shares and how many standard errors lie between them."""
    r, c = float(before.mean()), float(after.mean())
    pooled = (before.sum() + after.sum()) / (len(before) + len(after))
    error = sqrt(pooled * (1 - pooled) * (1 / len(before) + 1 / len(after)))
    return {"reference": r, "current": c, "errors": abs(c - r) / error if error else 0.0}


def _months(reference: Sample, current: Sample, moved: Mapping[str, Stability]) -> list[Numbers]:
    """PSI of the score and CSI of the columns that moved most, month by month."""
    followed = sorted(moved, key=lambda name: -moved[name].psi)[:DRAWN]
    found: Sequence[str] = sorted(set(current.months.tolist()))
    return [_month(month, reference, current.at(current.months == month), followed) for month in found]


def _month(month: str, reference: Sample, current: Sample, followed: Sequence[str]) -> Numbers:
    if len(current) < SMALLEST_MONTH:
        return {"month": month, "clients": len(current), "score": None, "columns": {}}
    score = _score(reference, current)
    return {
        "month": month,
        "clients": len(current),
        "score": score.psi if score else None,
        "columns": {name: stability(reference.columns[name], current.columns[name]).psi for name in followed},
    }


def _performance(reference: Sample, current: Sample, threshold: float, costs: Costs) -> Numbers:
    numbers: Numbers = {}
    for name, side in (("reference", reference), ("current", current)):
        if not len(side.probability):
            continue
        numbers[f"estimated_{name}"] = performance.evaluate(None, side.probability, threshold, costs)
        known = ~np.isnan(side.target) if len(side.target) else np.zeros(0, dtype=bool)
        if known.sum() >= SMALLEST_OUTCOMES:
            numbers[f"realised_{name}"] = performance.evaluate(
                side.target[known], side.probability[known], threshold, costs
            )
            numbers[f"expected_{name}"] = performance.evaluate(
                None, side.probability[known], threshold, costs
            )
    return numbers
