"""A new version on new data, held against the one in use on clients that neither has learned from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import frames
from scoring.ml.metrics.classification import rank
from scoring.ml.metrics.paired import differences
from scoring.ml.model.model import Model
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.training.data import splits
from scoring.ml.training.pipeline import Trained
from scoring.models import ModelVersion
from scoring.services.trained_clients import unseen_by

# Fewer clients, or fewer defaults among them, cannot tell two models apart.
FEWEST_CLIENTS: Final = 500
FEWEST_DEFAULTS: Final = 30
RESAMPLES: Final = 500


@dataclass(frozen=True, slots=True)
class Comparison:
    """`figures` as a ChallengerAppointment keeps them; empty where `why` says what stood in the way."""

    figures: Mapping[str, Any]
    why: str = ""

    @property
    def is_better(self) -> bool:
        """Beyond noise, in rank or in cost, and worse in neither."""
        if not self.figures:
            return False
        auc, cost = self.figures["auc"], self.figures["cost"]
        better = auc["low"] > 0 or cost["high"] < 0
        return bool(better and auc["high"] > 0 and cost["low"] < 0)


def compare(
    trained: Trained, seed: int, data: Path, *, champion: Model | None, version: ModelVersion | None
) -> Comparison:
    """The hold-out of this training, as far as the champion has not learned from it, scored by both."""
    if champion is None or version is None:
        return Comparison({}, "no version is in use")
    clients = trained.clients
    _, judge = splits.hold_out(clients.target, seed)
    fresh = unseen_by(version, clients.reference[judge].tolist())
    if fresh is None:
        return Comparison({}, f"nobody knows which clients {version.name} has learned from")
    rows = judge[fresh]
    if len(rows) < FEWEST_CLIENTS or clients.target[rows].sum() < FEWEST_DEFAULTS:
        return Comparison(
            {}, f"only {len(rows)} clients of the hold-out are new to {version.name}: too few to compare on"
        )
    theirs = _scores(champion, data, clients.reference[rows])
    target, costs = clients.target[rows], champion.manifest.costs
    found = differences(
        rank(target, theirs, champion.threshold, costs),
        rank(target, trained.unseen[rows], float(trained.verdicts.threshold), costs),
        ("auc", "cost"),
        resamples=RESAMPLES,
        seed=0,
    )
    figures = {name: asdict(difference) for name, difference in found.items()}
    return Comparison({**figures, "champion": champion.digest})


def _scores(model: Model, data: Path, references: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
    """The champion's probabilities in the order of `references`, by the door that batches go through."""
    found: dict[int, float] = {}
    wanted = np.asarray(references)
    for batch in frames.profiles(check(open_folder(data)).folder):
        inside = np.isin(batch.reference, wanted)
        if inside.any():
            columns = {name: values[inside] for name, values in batch.columns.items()}
            scores = model.score(model.matrix(columns)).probability
            found.update(zip(batch.reference[inside].tolist(), scores.tolist(), strict=True))
    return np.array([found[reference] for reference in wanted.tolist()], dtype=np.float64)
