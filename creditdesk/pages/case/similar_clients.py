"""Training clients with similar contributions: their default rate, and the verdicts of the model on them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Assessment
from scoring.ml.metrics.intervals import wilson
from scoring.ml.model.model import Model

# Fewer could point at a single client, and say nothing certain.
MIN_CLIENTS = 20


@dataclass(frozen=True, slots=True)
class SimilarClientsSummary:
    """`clients` out of `sample`, of whom `defaulted`: their `rate` with its 95 % interval `low` to `high`.

    `refused` and `accepted` count the out-of-fold verdicts; `sample_rate` is the default rate of the sample.
    """

    clients: int
    sample: int
    groups: int
    defaulted: int
    rate: float
    low: float
    high: float
    refused: int
    accepted: int
    sample_rate: float

    @property
    def is_shown(self) -> bool:
        return self.clients >= MIN_CLIENTS


def similar_clients(model: Model, assessment: Assessment) -> SimilarClientsSummary | None:
    """Summarize the clients nearest to the assessed one by group contributions.

    None when another model assessed, or the model was trained without explainer data.
    """
    explainer = model.explainer
    if explainer is None or model.digest != assessment.model_digest:
        return None
    contributions = explainer.ensemble_contributions_of_one(filled_row(model, assessment)).mean(axis=0)
    nearest = explainer.similar_clients(contributions)
    low, high = wilson(nearest.defaulted, nearest.clients)
    return SimilarClientsSummary(
        clients=nearest.clients,
        sample=len(explainer.sample),
        groups=len(explainer.groups),
        defaulted=nearest.defaulted,
        rate=nearest.defaulted / nearest.clients if nearest.clients else math.nan,
        low=low,
        high=high,
        refused=nearest.refused,
        accepted=nearest.clients - nearest.refused,
        sample_rate=float(explainer.defaulted.mean()),
    )


def filled_row(model: Model, assessment: Assessment) -> NDArray[np.float64]:
    """Return the stored input row, (k,), as the trees read it: see Model.fill."""
    row = np.frombuffer(assessment.features, dtype="<f8")
    filled: NDArray[np.float64] = np.where(np.isnan(row), model.fill, row)
    return filled
