"""The contributions of an explanation as JSON.

Labels and categories are encoded once per model version and language; that and building no dict per
feature saves a quarter of the time of an explanation.
"""

from functools import lru_cache
from typing import Final, NamedTuple, Self

import numpy as np
import orjson
from django.utils.text import capfirst
from django.utils.translation import get_language
from numpy.typing import NDArray

from creditdesk.models import Assessment
from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Feature
from scoring.presentation import formatting

CLOSING: Final = b"},"
CONTRIBUTION: Final = b',"contribution":'


def labelled_contributions(assessment: Assessment) -> orjson.Fragment:
    """Encode every feature with label, value and contribution, the largest first, in the active language."""
    features = _encoded_features(assessment.model_digest, get_language() or "")
    order, contributions = _largest_first(assessment)
    values = features.values_of(assessment)
    # Four parts a feature: opening, value, CONTRIBUTION, number.
    parts = [CONTRIBUTION] * (4 * len(order))
    parts[0::4] = [features.openings[i] for i in order]
    parts[1::4] = [values[i] for i in order]
    parts[3::4] = _numbers(contributions)
    return orjson.Fragment(b"[" + b"".join(parts)[len(CLOSING) :] + b"}]")


def contributions_by_feature(assessment: Assessment) -> dict[str, float]:
    """Return the contributions by the name of their feature, the largest first."""
    names = engine.features_of(assessment.model_digest)
    order, contributions = _largest_first(assessment)
    return dict(zip((names[i] for i in order), contributions.tolist(), strict=True))


def _largest_first(assessment: Assessment) -> tuple[list[int], NDArray[np.float64]]:
    """The position of every feature in the model, and its contribution."""
    contributions = np.frombuffer(assessment.contributions, dtype="<f8")
    order = np.argsort(-np.abs(contributions), kind="stable")
    return order.tolist(), contributions[order]


class _EncodedFeatures(NamedTuple):
    """The features of a model version, in its order, in one language, as parts of JSON."""

    openings: list[bytes]
    # Encoded categories by the position of their feature.
    categories: dict[int, list[bytes]]

    @classmethod
    def of(cls, features: list[Feature]) -> Self:
        categories = {
            position: [orjson.dumps(category) for category in feature.categories]
            for position, feature in enumerate(features)
            if feature.categories
        }
        return cls([_opening(feature) for feature in features], categories)

    def values_of(self, assessment: Assessment) -> list[bytes]:
        """Encode the stored values: categories as they were sent, a missing value as null."""
        features = np.frombuffer(assessment.features, dtype="<f8")
        values = _numbers(features)
        for position, categories in self.categories.items():
            if not np.isnan(features[position]):
                values[position] = categories[int(features[position])]
        return values


@lru_cache(maxsize=16)
def _encoded_features(digest: str, _language: str) -> _EncodedFeatures:
    return _EncodedFeatures.of([catalogue.BY_NAME[name] for name in engine.features_of(digest)])


def _opening(feature: Feature) -> bytes:
    head = orjson.dumps({"feature": feature.name, "label": capfirst(formatting.localize(feature.label))})
    return CLOSING + head[:-1] + b',"value":'


def _numbers(values: NDArray[np.float64]) -> list[bytes]:
    return orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
