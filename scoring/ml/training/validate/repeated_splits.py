"""Figures over repeated splits, so that no single easy or hard draw of clients speaks for a model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification
from scoring.ml.metrics.classification import METRICS
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.manifest_choices import RepeatedSplits, Spread
from scoring.ml.model.manifest_sections import ByPart
from scoring.ml.training.data.splits import Split

Values = NDArray[np.float64]
Figures = ByPart[dict[str, float]]

SPLITS = 3


def figures(target: Values, probability: Values, split: Split, threshold: float, costs: Costs) -> Figures:
    """Return every metric of out-of-sample probabilities, (n,), of one split at its own threshold."""

    def part(rows: NDArray[np.int64]) -> dict[str, float]:
        ranked = classification.rank(target[rows], probability[rows], threshold, costs)
        return {name: metric(ranked) for name, metric in METRICS.items()}

    return ByPart(out_of_fold=part(split.train), holdout=part(split.hold_out))


def repeated_splits(seeds: Sequence[int], measured: Sequence[Figures]) -> RepeatedSplits:
    """Return mean and spread of the figures of the splits with these seeds."""
    return RepeatedSplits(
        seeds=tuple(seeds),
        metrics=ByPart(
            out_of_fold=_spreads([figures.out_of_fold for figures in measured]),
            holdout=_spreads([figures.holdout for figures in measured]),
        ),
    )


def _spreads(measured: Sequence[dict[str, float]]) -> dict[str, Spread]:
    columns = {name: [figures[name] for figures in measured] for name in measured[0]}
    return {
        name: Spread(
            mean=float(np.mean(values)), deviation=float(np.std(values, ddof=1)), values=tuple(values)
        )
        for name, values in columns.items()
    }
