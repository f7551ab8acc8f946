"""One feature of one client in a sentence, beside what is usual among the clients that the model accepts."""

from collections.abc import Mapping

import numpy as np
from django.utils import translation

from creditdesk.reasons import phrases
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.model.explainer_data import ReferenceRange
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

LANGUAGES = ("en", "fr")


def can_be_said(feature: Feature) -> bool:
    """Whether a person can picture the value; indices, products, spreads and slopes they cannot."""
    return feature.name in phrases.PHRASES or (
        feature.unit is not Unit.NUMBER and not feature.name.endswith(("_std", "_slope", "_trend"))
    )


def told(
    feature: Feature,
    value: float,
    usual: ReferenceRange | None,
    refused: bool,
    history_rows: Mapping[str, int],
) -> dict[str, str]:
    """The sentence in each language."""
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[f"text_{language}"] = _sentence(feature, value, usual, refused, history_rows)
    return found


def needed(label: Text) -> dict[str, str]:
    """What is said of an input without which there is no verdict."""
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[f"text_{language}"] = _say(phrases.NEEDED, label=formatting.capitalized(label))
    return found


def _say(text: Text, **holes: str) -> str:
    return formatting.localize(text).format(**holes)


def _sentence(
    feature: Feature,
    value: float,
    usual: ReferenceRange | None,
    refused: bool,
    history_rows: Mapping[str, int],
) -> str:
    if np.isnan(value):
        return _missing(feature, usual, history_rows)
    said = _said(feature, value)
    if usual is None:
        return _say(phrases.ALONE, said=said)
    if not np.isnan(usual.low):
        return _against_range(feature, value, usual, refused, said)
    share = usual.share_of(value)
    if np.isnan(share):
        return _say(phrases.RARE, said=said)
    return _say(phrases.SHARED, said=said, share=formatting.percent(share, 0))


def _missing(feature: Feature, usual: ReferenceRange | None, history_rows: Mapping[str, int]) -> str:
    why = formatting.missing_in_words(feature.table, history_rows)
    said = _say(phrases.UNKNOWN, label=formatting.capitalized(feature.label), why=why)
    if usual is None:
        return _say(phrases.ALONE, said=said)
    return _say(phrases.KNOWN_FOR, said=said, share=formatting.percent(usual.coverage, 0))


def _said(feature: Feature, value: float) -> str:
    words = formatting.feature_in_words(feature, value)
    if phrase := phrases.PHRASES.get(feature.name):
        return formatting.localize(phrase).format(words)
    return _say(phrases.LABELLED, label=formatting.capitalized(feature.label), value=words)


def _against_range(feature: Feature, value: float, usual: ReferenceRange, refused: bool, said: str) -> str:
    low, high = formatting.range_in_words(feature, usual.low, usual.high)
    if low == high:
        return _say(phrases.ALL_ALIKE, said=said, low=low)
    within = refused and usual.low <= value <= usual.high
    return _say(phrases.WITHIN if within else phrases.BEYOND, said=said, low=low, high=high)
