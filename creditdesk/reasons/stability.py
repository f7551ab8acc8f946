"""Vote of the bootstrap ensemble: whether a reason survives another draw of the training clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Reason
from scoring.ml.model.model import Model

# A group that pushes the other way in more than half of the bootstrap models is no ground to give.
MIN_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class EnsembleVote:
    """Contributions by group, (m, n, g), of m bootstrap models for n clients; none without an ensemble."""

    groups: Sequence[str]
    contributions: NDArray[np.float64] | None

    def is_shared(self, row: int, reason: Reason) -> bool:
        """Whether at least half of the bootstrap models push the same way; True where there are none."""
        if self.contributions is None or reason.code not in self.groups:
            return True
        votes = self.contributions[:, row, self.groups.index(reason.code)]
        return bool(np.mean(np.sign(votes) == np.sign(reason.contribution)) >= MIN_SHARE)


def ensemble_vote(model: Model, matrix: NDArray[np.float64]) -> EnsembleVote:
    """Let the ensemble of the model vote on n clients, (n, k)."""
    if model.explainer is None:
        return EnsembleVote((), None)
    return EnsembleVote(
        model.explainer.groups,
        model.explainer.ensemble_contributions(np.where(np.isnan(matrix), model.fill, matrix)),
    )
