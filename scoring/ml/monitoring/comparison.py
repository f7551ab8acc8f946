"""Comparison of two samples: every number of a drift report."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import performance
from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.performance import StoredPerformance
from scoring.ml.monitoring.drift_numbers import DriftNumbers, Shares, StoredColumn, StoredMonth, StoredScore
from scoring.ml.monitoring.sample import Sample, missing
from scoring.ml.monitoring.stability import Stability, stability

# So many columns, those that moved most, are stored with their distributions; all with their numbers.
MAX_DRAWN = 12
MIN_MONTH = 30
# Fewer outcomes do not measure a model.
MIN_OUTCOMES = 50


def compare(
    reference: Sample, current: Sample, *, threshold: float | None = None, costs: Costs
) -> DriftNumbers:
    """Compare columns, score, missing values, outcomes, months and performance of two samples.

    Without a `threshold` performance is left out.
    """
    names = [name for name in reference.columns if name in current.columns]
    moves = {
        name: stability(reference.columns[name], current.columns[name], columns=len(names)) for name in names
    }
    by_psi = sorted(names, key=lambda name: -moves[name].psi)
    numbers: DriftNumbers = {
        "columns": [
            _column(name, moves[name], reference, current, drawn=position < MAX_DRAWN)
            for position, name in enumerate(by_psi)
        ],
        "score": _stored_score(reference, current),
        "target": _target(reference, current),
        "months": _months(reference, current, by_psi[:MAX_DRAWN]),
    }
    if threshold is not None:
        _add_performance(numbers, reference, current, threshold, costs)
    return numbers


def _score(reference: Sample, current: Sample) -> Stability | None:
    if not (len(reference.probability) and len(current.probability)):
        return None
    return stability(reference.probability, current.probability)


def _stored_score(reference: Sample, current: Sample) -> StoredScore | None:
    score = _score(reference, current)
    if score is None:
        return None
    return {
        "psi": score.psi,
        "chance": score.chance,
        "labels": list(score.labels),
        "reference": score.reference.tolist(),
        "current": score.current.tolist(),
    }


def _column(name: str, move: Stability, reference: Sample, current: Sample, *, drawn: bool) -> StoredColumn:
    column: StoredColumn = {
        "name": name,
        "psi": move.psi,
        "chance": move.chance,
        "missing": _shares(missing(reference.columns[name]), missing(current.columns[name])),
    }
    if drawn:
        column["labels"] = list(move.labels)
        column["reference"] = move.reference.tolist()
        column["current"] = move.current.tolist()
    return column


def _target(reference: Sample, current: Sample) -> Shares | None:
    before, after = (side.target[~np.isnan(side.target)] for side in (reference, current))
    return _shares(before, after) if min(len(before), len(after)) >= MIN_OUTCOMES else None


def _shares(before: NDArray[Any], after: NDArray[Any]) -> Shares:
    """Return two shares and how many standard errors lie between them."""
    r, c = float(before.mean()), float(after.mean())
    pooled = (before.sum() + after.sum()) / (len(before) + len(after))
    error = sqrt(pooled * (1 - pooled) * (1 / len(before) + 1 / len(after)))
    return {"reference": r, "current": c, "errors": abs(c - r) / error if error else 0.0}


def _months(reference: Sample, current: Sample, followed: Sequence[str]) -> list[StoredMonth]:
    """Return the PSI of the score and the CSI of the columns `followed`, month by month."""
    months: Sequence[str] = sorted(set(current.months.tolist()))
    return [_month(month, reference, current.at(current.months == month), followed) for month in months]


def _month(month: str, reference: Sample, current: Sample, followed: Sequence[str]) -> StoredMonth:
    if len(current) < MIN_MONTH:
        return {"month": month, "clients": len(current), "score": None, "columns": {}}
    score = _score(reference, current)
    return {
        "month": month,
        "clients": len(current),
        "score": score.psi if score else None,
        "columns": {name: stability(reference.columns[name], current.columns[name]).psi for name in followed},
    }


def _add_performance(
    numbers: DriftNumbers, reference: Sample, current: Sample, threshold: float, costs: Costs
) -> None:
    before, now = (_performance(side, threshold, costs) for side in (reference, current))
    for kind, figures in before.items():
        numbers[f"{kind}_reference"] = figures  # type: ignore[literal-required]
    for kind, figures in now.items():
        numbers[f"{kind}_current"] = figures  # type: ignore[literal-required]


def _performance(side: Sample, threshold: float, costs: Costs) -> Mapping[str, StoredPerformance]:
    """Return the performance of one side by kind, as far as probabilities and outcomes are known."""
    if not len(side.probability):
        return {}
    figures = {"estimated": performance.evaluate(None, side.probability, threshold, costs)}
    labelled = ~np.isnan(side.target) if len(side.target) else np.zeros(0, dtype=bool)
    if labelled.sum() >= MIN_OUTCOMES:
        target, probability = side.target[labelled], side.probability[labelled]
        figures["realised"] = performance.evaluate(target, probability, threshold, costs)
        figures["expected"] = performance.evaluate(None, probability, threshold, costs)
    return figures
