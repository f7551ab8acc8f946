"""Predict profiles with one model: the same path for the page, the form, the API and a replay."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Reason
from creditdesk.reasons import reasons_for
from scoring.ml.features.frames import Record
from scoring.ml.model.completeness import Completion, recommend, recommend_many
from scoring.ml.model.model import Contributions, Model
from scoring.models import Policy
from scoring.policies import thresholds_of

# Contributions take most of the time and leave Python free: two cores share them.
THREADS: Final = 2
ROWS_AT_ONCE: Final = 50


class Prediction(NamedTuple):
    """One model's answer about one profile: the numbers of an assessment, before they are stored.

    `features` and `contributions`, (k,), in the model's order; contributions in log-odds, and empty, with no
    base value, where they were not computed.
    """

    probability: float
    base_value: float | None
    features: NDArray[np.float64]
    contributions: NDArray[np.float64]
    verdict: str
    missing: tuple[str, ...]
    completion: Completion | None = None


def predict(model: Model, record: Record, policy: Policy | None) -> Prediction:
    """Probability, contributions and the verdict under this policy for one record."""
    matrix = model.rows([record])
    scores = model.score(matrix)
    contributions = model.contributions(matrix)
    probability = float(scores.probability[0])
    recommended = recommend(model, thresholds_of(model, policy), probability, record)
    return Prediction(
        probability,
        float(contributions.base[0]),
        matrix[0],
        contributions.values[0],
        recommended.verdict,
        recommended.missing,
        recommended.completion,
    )


def predict_many(
    model: Model, records: Sequence[Record], policy: Policy | None, *, contributions: bool
) -> list[Prediction]:
    """The same numbers as `predict`, in the order of the records, in one pass through the model."""
    matrix = model.rows(records)
    probabilities = model.score(matrix).probability
    recommended = recommend_many(model, thresholds_of(model, policy), probabilities, records)
    computed = contributions_in_blocks(model, matrix) if contributions else None
    return [
        Prediction(
            float(probabilities[row]),
            None if computed is None else float(computed.base[row]),
            matrix[row],
            np.empty(0) if computed is None else computed.values[row],
            recommended[row].verdict,
            recommended[row].missing,
            recommended[row].completion,
        )
        for row in range(len(matrix))
    ]


def reasons_of(model: Model, prediction: Prediction, history_rows: Mapping[str, int]) -> list[Reason]:
    """The reasons of a prediction; none without contributions."""
    if not prediction.contributions.size:
        return []
    return reasons_for(
        model,
        values=prediction.features,
        contributions=prediction.contributions,
        verdict=prediction.verdict,
        missing=prediction.missing,
        history_rows=history_rows,
    )


def contributions_in_blocks(model: Model, matrix: NDArray[np.float64]) -> Contributions:
    """The same numbers as in one pass, block by block, on two cores."""
    blocks = [matrix[start : start + ROWS_AT_ONCE] for start in range(0, len(matrix), ROWS_AT_ONCE)]
    with ThreadPoolExecutor(THREADS) as threads:
        computed = list(threads.map(model.contributions, blocks))
    return Contributions(
        values=np.concatenate([block.values for block in computed]),
        base=np.concatenate([block.base for block in computed]),
    )
