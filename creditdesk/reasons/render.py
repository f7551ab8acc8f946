"""Sentences about one feature of one client, compared with the clients that the model accepts."""

from collections.abc import Mapping

import numpy as np

from creditdesk.reasons import phrases
from creditdesk.reasons.bilingual import BilingualText, in_both_languages
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.model.explainer_data import ReferenceRange
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting


def is_presentable(feature: Feature) -> bool:
    """Whether a person can picture the value; indices, products, spreads and slopes they cannot."""
    return feature.name in phrases.PHRASES or (
        feature.unit is not Unit.NUMBER and not feature.name.endswith(("_std", "_slope", "_trend"))
    )


def sentences(
    feature: Feature,
    value: float,
    reference_range: ReferenceRange | None,
    *,
    refused: bool,
    history_rows: Mapping[str, int],
) -> BilingualText:
    """Compare the client's value with the reference range.

    `refused`: the feature pushes towards refusal, so that a value inside the range needs a remark;
    `history_rows`: the number of rows of each provided history table, which explains a missing value.
    """
    return in_both_languages(lambda: _sentence(feature, value, reference_range, refused, history_rows))


def required_input(label: Text) -> BilingualText:
    """Name an input without which there is no verdict."""
    return in_both_languages(lambda: _fill(phrases.REQUIRED_INPUT, label=formatting.capitalized(label)))


def _fill(phrase: Text, **values: str) -> str:
    return formatting.localize(phrase).format(**values)


def _sentence(
    feature: Feature,
    value: float,
    reference_range: ReferenceRange | None,
    refused: bool,
    history_rows: Mapping[str, int],
) -> str:
    if np.isnan(value):
        return _missing(feature, reference_range, history_rows)
    fact = _fact(feature, value)
    if reference_range is None:
        return _fill(phrases.FACT_ALONE, fact=fact)
    if not np.isnan(reference_range.low):
        return _against_range(feature, value, reference_range, refused, fact)
    share = reference_range.share_of(value)
    if np.isnan(share):
        return _fill(phrases.RARE_CATEGORY, fact=fact)
    return _fill(phrases.CATEGORY_SHARE, fact=fact, share=formatting.percent(share, 0))


def _missing(
    feature: Feature, reference_range: ReferenceRange | None, history_rows: Mapping[str, int]
) -> str:
    why = formatting.missing_in_words(feature.table, history_rows)
    fact = _fill(phrases.MISSING_VALUE, label=formatting.capitalized(feature.label), why=why)
    if reference_range is None:
        return _fill(phrases.FACT_ALONE, fact=fact)
    return _fill(phrases.COVERAGE, fact=fact, share=formatting.percent(reference_range.coverage, 0))


def _fact(feature: Feature, value: float) -> str:
    shown = formatting.feature_in_words(feature, value)
    if phrase := phrases.PHRASES.get(feature.name):
        return formatting.localize(phrase).format(shown)
    return _fill(phrases.LABEL_AND_VALUE, label=formatting.capitalized(feature.label), value=shown)


def _against_range(
    feature: Feature, value: float, reference_range: ReferenceRange, refused: bool, fact: str
) -> str:
    low, high = formatting.range_in_words(feature, reference_range.low, reference_range.high)
    if low == high:
        return _fill(phrases.SINGLE_VALUE_RANGE, fact=fact, low=low)
    within = refused and reference_range.low <= value <= reference_range.high
    return _fill(phrases.WITHIN_RANGE if within else phrases.OUTSIDE_RANGE, fact=fact, low=low, high=high)
