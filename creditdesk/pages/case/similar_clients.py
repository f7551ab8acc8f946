"""The training clients for whom the model reasons alike: what became of them, and what it says of them."""

import math
from dataclasses import dataclass

import numpy as np

from creditdesk.models import Assessment
from scoring.ml.metrics.intervals import wilson
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.model.model import Model

# Fewer could point at one of them, and say nothing certain.
SMALLEST = 20


@dataclass(frozen=True, slots=True)
class Similar:
    """`clients` out of `sample`; `rate`, `low`, `high`: how many of them defaulted, with its 95 % interval;
    `refused`: the share that the model refuses, out of fold. `enough` says whether any of it is shown."""

    clients: int
    sample: int
    groups: int
    defaulted: int
    rate: float
    low: float
    high: float
    refused: int
    accepted: int
    everybody: float

    @property
    def enough(self) -> bool:
        return self.clients >= SMALLEST


def similar(model: Model, assessment: Assessment) -> Similar | None:
    """None when the model that assessed has not been trained with similar clients, or is another one."""
    known = model.explainer
    if known is None or model.digest != assessment.model_digest:
        return None
    told = known.ensemble_contributions(filled(model, assessment))[:, 0].mean(axis=0)
    near = known.similar_clients(told)
    low, high = wilson(near.defaulted, near.clients)
    return Similar(
        clients=near.clients,
        sample=len(known.sample),
        groups=len(known.groups),
        defaulted=near.defaulted,
        rate=near.defaulted / near.clients if near.clients else math.nan,
        low=low,
        high=high,
        refused=near.refused,
        accepted=near.clients - near.refused,
        everybody=_rate(known),
    )


def filled(model: Model, assessment: Assessment) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The stored input row, (1, k), as the trees read it: see Model.fill."""
    row = np.frombuffer(assessment.features, dtype="<f8")
    found: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.where(np.isnan(row), model.fill, row)[None]
    return found


def _rate(known: ExplainerData) -> float:
    return float(known.defaulted.mean())
