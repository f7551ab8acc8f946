"""Comparison of a retrained version with the champion on clients that neither was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import frames
from scoring.ml.metrics.classification import rank
from scoring.ml.metrics.paired import Difference, differences
from scoring.ml.model.model import Model
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.training.data import splits
from scoring.ml.training.pipeline import TrainedModel
from scoring.models import ModelVersion
from scoring.models.challenger import StoredDifference, StoredPairedComparison
from scoring.services.trained_clients import outside_training_data

# Fewer clients, or fewer defaults among them, cannot tell two models apart.
MIN_CLIENTS: Final = 500
MIN_DEFAULTS: Final = 30
RESAMPLES: Final = 500


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """`figures` as a ChallengerAppointment stores them; empty where an `obstacle` prevented a comparison."""

    figures: StoredPairedComparison
    obstacle: str = ""

    @property
    def is_better(self) -> bool:
        """Whether it is better beyond noise in AUC or in cost, and worse in neither."""
        if not self.figures:
            return False
        auc, cost = self.figures["auc"], self.figures["cost"]
        better = auc["low"] > 0 or cost["high"] < 0
        return bool(better and auc["high"] > 0 and cost["low"] < 0)


def compare(
    trained: TrainedModel, seed: int, data: Path, *, champion: Model | None, version: ModelVersion | None
) -> PairedComparison:
    """Compare both on the clients of the hold-out that the champion was not trained on."""
    if champion is None or version is None:
        return PairedComparison({}, "no version is in use")
    clients = trained.clients
    _, holdout = splits.hold_out_split(clients.target, seed)
    is_new = outside_training_data(version, clients.reference[holdout].tolist())
    if is_new is None:
        return PairedComparison({}, f"nobody knows which clients {version.name} has learned from")
    rows = holdout[is_new]
    if len(rows) < MIN_CLIENTS or clients.target[rows].sum() < MIN_DEFAULTS:
        return PairedComparison(
            {}, f"only {len(rows)} clients of the hold-out are new to {version.name}: too few to compare on"
        )
    champion_scores = _scores(champion, data, clients.reference[rows])
    target, costs = clients.target[rows], champion.manifest.costs
    differences_of = differences(
        rank(target, champion_scores, champion.threshold, costs),
        rank(target, trained.out_of_sample[rows], trained.rule.threshold, costs),
        ("auc", "cost"),
        resamples=RESAMPLES,
        seed=0,
    )
    return PairedComparison(
        {
            "auc": _stored(differences_of["auc"]),
            "cost": _stored(differences_of["cost"]),
            "champion": champion.digest,
        }
    )


def _stored(difference: Difference) -> StoredDifference:
    return {
        "value": difference.value,
        "low": difference.low,
        "high": difference.high,
        "champion": difference.champion,
        "challenger": difference.challenger,
        "clients": difference.clients,
    }


def _scores(model: Model, data: Path, references: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the champion's probabilities in the order of `references`, scored as a batch is."""
    probabilities: dict[int, float] = {}
    wanted = np.asarray(references)
    for batch in frames.profiles(check(open_folder(data)).folder):
        inside = np.isin(batch.reference, wanted)
        if inside.any():
            columns = {name: values[inside] for name, values in batch.columns.items()}
            scores = model.score(model.matrix(columns)).probability
            probabilities.update(zip(batch.reference[inside].tolist(), scores.tolist(), strict=True))
    return np.array([probabilities[reference] for reference in wanted.tolist()], dtype=np.float64)
