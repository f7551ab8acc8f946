"""The reasons of an assessment, worded in both languages on the day they are shown."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils import translation
from numpy.typing import NDArray

from creditdesk import wording
from creditdesk.models import Profile
from scoring.ml.features import catalogue
from scoring.ml.features.feature import Feature

SHOWN = 10


def reasons_for(
    names: Sequence[str],
    values: NDArray[np.float64],
    contributions: NDArray[np.float64],
    profile: Profile,
) -> list[dict[str, Any]]:
    """The largest contributions, in log-odds, most important first; ties keep the model's order."""
    order = np.argsort(-np.abs(contributions), kind="stable")[:SHOWN].tolist()
    return [
        _reason(catalogue.BY_NAME[names[i]], float(values[i]), float(contributions[i]), profile)
        for i in order
    ]


def _reason(feature: Feature, value: float, contribution: float, profile: Profile) -> dict[str, Any]:
    texts = {}
    for language in ("en", "fr"):
        with translation.override(language):
            label = wording.told(feature.label)
            texts[f"text_{language}"] = f"{label}: {_value(feature, value, profile)}"
    return {"code": feature.group, "feature": feature.name, "contribution": contribution, **texts}


def _value(feature: Feature, value: float, profile: Profile) -> str:
    if np.isnan(value):
        return wording.missing_in_words(feature.table, profile.history_rows)
    return wording.feature_in_words(feature, value)
