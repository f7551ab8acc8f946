"""The reasons of the first dictionary: single features by size, either way. Kept for replays."""

from collections.abc import Mapping

import numpy as np
from django.utils import translation
from numpy.typing import NDArray

from creditdesk.models import Reason
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
) -> list[Reason]:
    """The largest contributions, in log-odds, most important first; ties keep the model's order."""
    order = np.argsort(-np.abs(contributions), kind="stable")[:SHOWN].tolist()
    return [
        _reason(catalogue.BY_NAME[model.features[i]], float(values[i]), float(contributions[i]), history_rows)
        for i in order
    ]


def _reason(feature: Feature, value: float, contribution: float, history_rows: Mapping[str, int]) -> Reason:
    texts = {}
    for language in ("en", "fr"):
        with translation.override(language):
            words = formatting.feature_in_words(feature, value)
            if np.isnan(value):
                words = formatting.missing_in_words(feature.table, history_rows)
            texts[f"text_{language}"] = f"{formatting.localize(feature.label)}: {words}"
    return Reason(
        code=feature.group,
        contribution=contribution,
        feature=feature.name,
        text_en=texts["text_en"],
        text_fr=texts["text_fr"],
        worded_feature=feature.name,
    )
