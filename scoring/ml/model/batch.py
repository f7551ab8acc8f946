"""Batch scoring: probability, verdict and contributions of many profiles, on whichever engine."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoring.ml.features.frames import ProfileBatch
from scoring.ml.model.completeness import recommend_columns
from scoring.ml.model.model import Contributions, Model
from scoring.ml.model.verdict import Thresholds, Verdict


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """`reference` and `probability`, (n,), n verdicts and n times the missing inputs that one waits for.

    `contributions` where they were asked for.
    """

    version: str
    features: tuple[str, ...]
    reference: NDArray[np.int64]
    probability: NDArray[np.float64]
    verdicts: list[Verdict]
    missing: list[tuple[str, ...]]
    contributions: Contributions | None

    def table(self) -> pa.Table:
        """Return the batch in Arrow's columns.

        They are SK_ID_CURR, probability, verdict, model_version and, with contributions, base_value and the
        struct `contributions`, which has the log-odds of each feature under its name.
        """
        columns = {
            "SK_ID_CURR": pa.array(self.reference, pa.int64()),
            "probability": pa.array(self.probability, pa.float64()),
            "verdict": pa.array([verdict.value for verdict in self.verdicts], pa.string()),
            "model_version": pa.array([self.version] * len(self.reference), pa.string()),
        }
        if self.contributions is not None:
            values = [pa.array(column, pa.float64()) for column in self.contributions.values.T]
            columns["base_value"] = pa.array(self.contributions.base, pa.float64())
            columns["contributions"] = pa.StructArray.from_arrays(values, names=list(self.features))
        return pa.table(columns)


def score_batch(
    model: Model, thresholds: Thresholds, batch: ProfileBatch, *, explained: bool = False
) -> ScoredBatch:
    """Score profiles as the pages and the API score one."""
    matrix = model.matrix(batch.columns)
    probability = model.score(matrix).probability
    recommended = list(recommend_columns(model, thresholds, probability, batch.columns))
    return ScoredBatch(
        version=model.version,
        features=model.features,
        reference=batch.reference,
        probability=probability,
        verdicts=[answer.verdict for answer in recommended],
        missing=[answer.missing for answer in recommended],
        contributions=model.contributions(matrix) if explained else None,
    )
