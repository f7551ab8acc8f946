"""The reasons of the first dictionary: single features by size, either way. Kept for replays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.utils import translation
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Feature
from scoring.ml.model.model import Model
from scoring.presentation import formatting

SHOWN = 10


def reasons_for(
    model: Model,
    values: NDArray[np.float64],
    contributions: NDArray[np.float64],
    history_rows: Mapping[str, int],
) -> list[dict[str, Any]]:
    """The largest contributions, in log-odds, most important first; ties keep the model's order."""
    order = np.argsort(-np.abs(contributions), kind="stable")[:SHOWN].tolist()
    return [
        _reason(catalogue.BY_NAME[model.features[i]], float(values[i]), float(contributions[i]), history_rows)
        for i in order
    ]


def _reason(
    feature: Feature, value: float, contribution: float, history_rows: Mapping[str, int]
) -> dict[str, Any]:
    texts = {}
    for language in ("en", "fr"):
        with translation.override(language):
            words = formatting.feature_in_words(feature, value)
            if np.isnan(value):
                words = formatting.missing_in_words(feature.table, history_rows)
            texts[f"text_{language}"] = f"{formatting.told(feature.label)}: {words}"
    return {"code": feature.group, "feature": feature.name, "contribution": contribution, **texts}
