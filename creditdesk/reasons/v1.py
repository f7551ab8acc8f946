"""First edition of the dictionary: single features by size of contribution, either way. Kept for replays."""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from django.utils.translation import gettext
from numpy.typing import NDArray

from creditdesk.models import Reason
from creditdesk.reasons.bilingual import in_both_languages
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.model.model import Model
from scoring.presentation import formatting

MAX_REASONS: Final = 10


def reasons_for(
    model: Model,
    values: NDArray[np.float64],
    contributions: NDArray[np.float64],
    history_rows: Mapping[str, int],
) -> list[Reason]:
    """Return the largest contributions, in log-odds, the largest first; ties keep the model's order."""
    order = np.argsort(-np.abs(contributions), kind="stable")[:MAX_REASONS].tolist()
    return [
        _reason(catalogue.BY_NAME[model.features[i]], float(values[i]), float(contributions[i]), history_rows)
        for i in order
    ]


def _reason(feature: Feature, value: float, contribution: float, history_rows: Mapping[str, int]) -> Reason:
    return Reason(
        code=feature.group,
        contribution=contribution,
        feature=feature.name,
        worded_feature=feature.name,
        **in_both_languages(lambda: _label_and_value(feature, value, history_rows)),
    )


def _label_and_value(feature: Feature, value: float, history_rows: Mapping[str, int]) -> str:
    if np.isnan(value):
        shown = formatting.missing_in_words(feature.table, history_rows)
    else:
        shown = _value(feature, value)
    return f"{formatting.localize(feature.label)}: {shown}"


def _value(feature: Feature, value: float) -> str:
    """Write a value as this edition did: ratings between 0 and 1, a time in the job with these words."""
    words = formatting.feature_in_words(feature, value)
    if feature.unit is Unit.SCORE:
        return formatting.number(value, 3)
    if feature.name == "DAYS_EMPLOYED" and -math.inf < value < 0:
        return gettext("%(duration)s in the job") % {"duration": words}
    return words
