"""Values in words: the unit is right, the sign is kept, and no number breaks a page."""

import math
from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.tables.catalogue import TABLES, column
from scoring.ml.tables.columns import NO_DATE
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])
NUMBERS = [unit for unit in Unit if unit is not Unit.CATEGORY]
FEATURE_OF_UNIT = {feature.unit: feature for feature in catalogue.FEATURES}
any_float = st.floats(allow_nan=True, allow_infinity=True)
visible = st.floats(min_value=0.5, max_value=1e14)


def in_words(value, unit, language="en"):
    with override(language):
        return formatting.in_words(value, unit)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (12.0, Unit.DELAY_DAYS, "paid 12 days late"),
        (-3.0, Unit.DELAY_DAYS, "paid 3 days early"),
        (-1.0, Unit.DELAY_DAYS, "paid 1 day early"),
        (0.0, Unit.DELAY_DAYS, "paid on time"),
        (-16425.0, Unit.AGE_DAYS, "44 years"),
        (-245.0, Unit.DAYS_AGO, "8 months ago"),
        (150.0, Unit.DAYS_AGO, "in 5 months"),
        (-1157.0, Unit.DAYS_AGO, "3 years 2 months ago"),
        (-1.0, Unit.MONTHS_AGO, "1 month ago"),
        (-26.0, Unit.MONTHS_AGO, "2 years 2 months ago"),
        (365.0, Unit.DURATION_DAYS, "1 year"),
        (36.0, Unit.DURATION_MONTHS, "3 years"),
        (406597.5, Unit.MONEY, "€406,598"),
        (-12.5, Unit.MONEY, "−€12.50"),
        (0.35, Unit.PERCENT, "35%"),
        (0.0931515, Unit.PERCENT, "9.3%"),
        (0.0, Unit.PERCENT, "0%"),
        (0.158, Unit.SCORE, "16 out of 100"),
        (1.0, Unit.FLAG, "Yes"),
        (0.0, Unit.FLAG, "No"),
        (2.0, Unit.COUNT, "2"),
        (2.4, Unit.COUNT, "2.4"),
        (math.nan, Unit.MONEY, "missing"),
        (None, Unit.COUNT, "missing"),
    ],
)
def test_a_value_has_its_unit(value, unit, words):
    assert in_words(value, unit) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1234567.0, Unit.MONEY, "1\u202f234\u202f567\xa0€"),
        (0.125, Unit.PERCENT, "12\u202f%"),
        (0.158, Unit.SCORE, "16 sur 100"),
        (1234.5, Unit.RATIO, "1\u202f234"),
        (-26.0, Unit.MONTHS_AGO, "il y a 2 ans et 2 mois"),
    ],
)
def test_numbers_and_durations_take_the_french_form(value, unit, words):
    assert in_words(value, unit, "fr") == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.01234, "0,012"),
        (0.00349, "0,0035"),
        (-0.00049, "−0,0005"),
        (0.0001, "0,0001"),
        (0.00005, "0,0001"),
        (0.0000349, "3,5e−05"),
        (0.0, "0"),
    ],
)
def test_a_small_number_has_at_most_four_decimals(value, words):
    assert in_words(value, Unit.RATIO, "fr") == words


def test_time_in_the_job_is_named():
    with override("en"):
        employed = column("application", "DAYS_EMPLOYED")
        assert formatting.column_in_words(employed, -1157.0) == "3 years 2 months"
        assert formatting.column_in_words(employed, 365243.0) == "no employment"
        assert formatting.feature_in_words(catalogue.BY_NAME["DAYS_EMPLOYED"], -1157.0) == "3 years 2 months"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("X_DELAY_mean", "paid 12 days late on average"),
        ("X_DELAY_max", "paid 12 days late"),
        ("X_DELAY_sum", "paid 12 days late in all"),
        ("X_DELAY_std", "12 days"),
    ],
)
def test_an_aggregated_delay_names_its_statistic(name, words):
    feature = Feature(
        name, "instalment_delays", Unit.DELAY_DAYS, Text("Delay", "Retard"), "installments_payments"
    )
    with override("en"):
        assert formatting.feature_in_words(feature, 12.0) == words


def test_a_missing_table_a_missing_history_and_a_missing_value_differ():
    rows = {"bureau": 0, "previous_application": 4}
    with override("en"):
        texts = [
            formatting.missing_in_words(table, rows)
            for table in ("bureau", "installments_payments", "previous_application", "application")
        ]
    assert texts == ["no history", "not provided", "none recorded", "missing"]


def test_a_category_is_named_by_its_code_and_by_its_raw_value():
    feature = catalogue.BY_NAME["NAME_CONTRACT_TYPE"]
    with override("fr"):
        assert formatting.in_words(1.0, feature.unit, feature.categories) == "Crédit renouvelable"
        assert formatting.in_words("Cash loans", feature.unit, feature.categories) == "Prêt personnel"
    with override("en"):
        assert formatting.in_words(99.0, feature.unit, feature.categories) == "unknown category"


def test_a_probability_beside_its_threshold_is_never_shown_as_equal():
    with override("en"):
        assert formatting.distinct_percents(0.09293, 0.0931515) == ("9.29%", "9.32%")
        assert formatting.distinct_percents(0.5, 0.0931515) == ("50.0%", "9.3%")
        assert formatting.distinct_percents(0.5, 0.0931515, 0) == ("50%", "9%")


def test_an_amount_beside_its_limit_is_never_shown_as_equal():
    with override("en"):
        assert formatting.distinct_money(399.6, 400.0) == ("€399.60", "€400.00")
        assert formatting.distinct_money(250.4, 400.0) == ("€250", "€400")


@pytest.mark.parametrize(
    ("unit", "ends", "words"),
    [
        (Unit.PERCENT, (0.0996, 0.102), ("10.0%", "10.2%")),
        (Unit.PERCENT, (0.0, 0.0501), ("0.0%", "5.0%")),
        (Unit.PERCENT, (0.5, 0.504), ("50.0%", "50.4%")),
        (Unit.PERCENT, (0.2, 0.35), ("20%", "35%")),
        (Unit.RATIO, (0.5, 0.53), ("0.50", "0.53")),
        (Unit.RATIO, (9.991, 9.994), ("9.991", "9.994")),
        (Unit.COUNT, (1.0, 3.0), ("1", "3")),
        (Unit.NUMBER, (99.53, 101.2), ("99.5", "101.2")),
        (Unit.SCORE, (0.134, 0.749), ("13", "75 out of 100")),
        (Unit.SCORE, (0.501, 0.5049), ("50.1", "50.5 out of 100")),
        (Unit.MONEY, (1000.2, 1000.4), ("€1,000.20", "€1,000.40")),
        (Unit.MONEY, (1000.2, 1000.2), ("€1,000", "€1,000")),
    ],
)
def test_the_ends_of_a_range_are_equally_precise_and_different(unit, ends, words):
    feature = FEATURE_OF_UNIT[unit]
    with override("en"):
        assert formatting.ends_in_words(feature, *ends) == words
        # Negative days alone are turned round.
        assert formatting.range_in_words(feature, *ends) == words


@LANGUAGES
@given(low=any_float, high=any_float)
def test_no_range_breaks_a_page(language, low, high):
    with override(language):
        assert all(all(formatting.ends_in_words(feature, low, high)) for feature in FEATURE_OF_UNIT.values())


@LANGUAGES
@given(value=any_float, unit=st.sampled_from(list(Unit)))
def test_no_number_breaks_a_page(language, value, unit):
    assert in_words(value, unit, language)


@LANGUAGES
@given(value=any_float)
def test_every_feature_and_every_column_takes_any_number(language, value):
    with override(language):
        for name in catalogue.MAIN:
            assert formatting.feature_in_words(catalogue.BY_NAME[name], value)
        for described in TABLES["application"].columns:
            assert formatting.column_in_words(described, value)


@given(days=visible)
def test_late_and_early_are_never_swapped(days):
    assert "late" in in_words(days, Unit.DELAY_DAYS)
    assert "early" not in in_words(days, Unit.DELAY_DAYS)
    assert "early" in in_words(-days, Unit.DELAY_DAYS)
    assert "late" not in in_words(-days, Unit.DELAY_DAYS)


@pytest.mark.parametrize("unit", [Unit.DAYS_AGO, Unit.MONTHS_AGO])
@given(time=visible)
def test_before_and_after_the_application_are_never_swapped(unit, time):
    assert in_words(-time, unit).endswith(" ago") or in_words(-time, unit).startswith("on the day")
    assert " ago" not in in_words(time, unit)


@pytest.mark.parametrize(
    "unit", [Unit.MONEY, Unit.RATIO, Unit.PERCENT, Unit.COUNT, Unit.NUMBER, Unit.DURATION_DAYS]
)
@LANGUAGES
@given(value=st.floats(allow_nan=False))
def test_a_minus_is_there_exactly_when_the_value_is_negative(unit, language, value):
    assert in_words(value, unit, language).startswith(formatting.MINUS) == (value < 0)


@given(days=st.integers(min_value=18 * 366, max_value=100 * 365))
def test_an_age_is_the_number_of_birthdays(days):
    assert in_words(float(-days), Unit.AGE_DAYS) == f"{int(days / 365.25)} years"


def test_the_first_of_a_month_is_an_ordinal_in_french():
    first, eleventh = date(2026, 9, 1), date(2026, 9, 11)
    with override("fr"):
        assert formatting.written_day(first) == "1er septembre 2026"
        assert formatting.written_day(eleventh) == "11 septembre 2026"
    with override("en"):
        assert formatting.written_day(first) == "1 September 2026"


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        (1.0, 0, "1 point", "1 point"),
        (1.4, 1, "1.4 points", "1,4 point"),
        (0.8, 1, "0.8 points", "0,8 point"),
        (3.0, 0, "3 points", "3 points"),
        (-2.0, 2, "−2.00 points", "−2,00 points"),
    ],
)
def test_points_have_the_singular_of_the_language(value, decimals, english, french):
    for language, words in (("en", english), ("fr", french)):
        with override(language):
            assert formatting.points(value, decimals) == words


@pytest.mark.parametrize(
    ("name", "value", "is_unknown"),
    [
        ("ORGANIZATION_TYPE", "XNA", True),
        ("OCCUPATION_TYPE", None, True),
        ("DAYS_EMPLOYED", NO_DATE, False),
        ("CNT_CHILDREN", 0, False),
    ],
)
def test_what_is_worded_as_missing_is_marked_so_and_no_employment_is_an_answer(name, value, is_unknown):
    with override("en"):
        words = formatting.column_in_words(column("application", name), value)
    assert formatting.is_unknown(column("application", name), value) is is_unknown is (words == "missing")


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("EXT_SOURCE_2", (0.158, 0.7), ("16 out of 100", "70 out of 100")),
        ("EXT_SOURCE_2", (0.158, 0.162), ("15.8 out of 100", "16.2 out of 100")),
        ("EXT_SOURCE_2", (None, 0.162), ("missing", "16 out of 100")),
        ("AMT_INCOME_TOTAL", (1000.2, 1000.4), ("€1,000.20", "€1,000.40")),
        ("NAME_CONTRACT_TYPE", ("Cash loans", "Cash loans"), ("Cash loan", "Cash loan")),
    ],
)
def test_a_change_of_a_column_is_seen_in_its_words(name, values, words):
    with override("en"):
        shown = formatting.change_in_words(column("application", name), *values)
    assert tuple(shown) == words
