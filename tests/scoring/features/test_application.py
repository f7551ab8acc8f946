from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.features.matrix import feature_matrix
from scoring.ml.features.spec.formula import nanmedian
from tests.scoring.features.profiles import one_client


def feature(name, **answers) -> float:
    return float(feature_matrix(one_client(**answers), [name])[0, 0])


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("DAYS_EMPLOYED", 365243),
        ("DAYS_LAST_PHONE_CHANGE", 0),
        ("ORGANIZATION_TYPE", "XNA"),
        ("REGION_RATING_CLIENT_W_CITY", -1),
    ],
)
def test_values_that_stand_for_unknown_are_missing(name, answer):
    assert np.isnan(feature(name, **{name: answer}))


@pytest.mark.parametrize(("days", "flag"), [(365243, 1), (-1000, 0)])
def test_no_employment_differs_from_a_missing_answer(days, flag):
    assert feature("NO_EMPLOYMENT", DAYS_EMPLOYED=days) == flag
    assert np.isnan(feature("NO_EMPLOYMENT"))


def test_an_implausible_income_is_clipped():
    assert feature("AMT_INCOME_TOTAL", AMT_INCOME_TOTAL=117_000_000) == 20_000_000
    assert feature("AMT_INCOME_TOTAL", AMT_INCOME_TOTAL=135_000) == 135_000


@pytest.mark.parametrize(
    ("name", "two", "three"),
    [
        ("EXT_MIN", 0.2, 0.2),
        ("EXT_MAX", 0.6, 0.7),
        ("EXT_MEAN", 0.4, 0.5),
        ("EXT_MEDIAN", 0.4, 0.6),
        ("EXT_VARIANCE", 0.04, 0.14 / 3),
        ("EXT_COUNT", 2, 3),
        ("EXT_WEIGHTED", (2.1 * 0.6 + 2.6 * 0.2) / 4.7, (1.9 * 0.7 + 2.1 * 0.6 + 2.6 * 0.2) / 6.6),
    ],
)
def test_ratings_are_combined_over_those_that_are_present(name, two, three):
    ratings = {"EXT_SOURCE_2": 0.6, "EXT_SOURCE_3": 0.2}
    assert feature(name, **ratings) == pytest.approx(two)
    assert feature(name, EXT_SOURCE_1=0.7, **ratings) == pytest.approx(three)


def test_the_term_is_the_shortest_that_repays_the_loan_with_interest():
    loan = {"AMT_CREDIT": 240_000, "AMT_ANNUITY": 12_000}
    assert feature("TERM_OF_CREDIT", **loan) == 24
    assert feature("INTEREST_OF_CREDIT", **loan) == pytest.approx(0.2)
    assert feature("RATE_OF_CREDIT", **loan) == pytest.approx(24 * 48_000 / (240_000 * 25))


def test_a_loan_that_is_never_repaid_has_no_term():
    assert np.isnan(feature("TERM_OF_CREDIT", AMT_CREDIT=1_000_000, AMT_ANNUITY=10_000))


@pytest.mark.parametrize(
    ("name", "answers", "expected"),
    [
        ("ANNUITY_TO_INCOME", {"AMT_ANNUITY": 27_000, "AMT_INCOME_TOTAL": 90_000}, 0.3),
        ("INCOME_PER_PERSON", {"AMT_INCOME_TOTAL": 90_000, "CNT_CHILDREN": 2}, 30_000),
        ("DAYS_BIRTH_TO_EMPLOYED", {"DAYS_BIRTH": -12_000, "DAYS_EMPLOYED": -3_000}, 9_000),
        ("SHARE_BIRTH_TO_EMPLOYED", {"DAYS_BIRTH": -12_000, "DAYS_EMPLOYED": -3_000}, 0.25),
        ("CREDITS_6M_OF_24M", {"BURO_6M_LOANS_count": 1, "BURO_24M_LOANS_count": 4}, 0.25),
        ("LATEST_EVENT", {"INST_PAID_max": -30, "BB_LAST_MONTH_max": 0, "BURO_DAYS_CREDIT_max": -400}, 0),
        ("HISTORIES", {"BURO_LOANS_count": 3, "CARD_MONTHS_count": 9}, 2),
        ("ANNUITY_TO_PEAK_PAID", {"AMT_ANNUITY": 10_000, "INST_MONTH_PAID_max": 4_000}, 2.5),
        (
            "INST_FIRST_LATE_LESS_LENGTH",
            {"INST_LATE_NUMBER_min": 4, "AMT_CREDIT": 12_000, "AMT_ANNUITY": 1_000},
            -8,
        ),
        ("EXT_ROOT_1_3", {"EXT_SOURCE_1": 0.25, "EXT_SOURCE_3": 0.64}, 0.4),
        ("ENQUIRIES", {"AMT_REQ_CREDIT_BUREAU_MON": 2, "AMT_REQ_CREDIT_BUREAU_YEAR": 3}, 5),
        ("DEBT_ELSEWHERE", {"BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_sum": 5_000}, 5_000),
        (
            "TOTAL_ANNUITY_TO_INCOME",
            {"AMT_ANNUITY": 20_000, "PREV_RUNNING_AMT_ANNUITY_sum": 7_000, "AMT_INCOME_TOTAL": 90_000},
            0.3,
        ),
        (
            "FIRST_CREDIT_TO_AGE",
            {
                "BURO_DAYS_CREDIT_min": -2_000,
                "PREV_APPROVED_DAYS_DECISION_min": -3_000,
                "DAYS_BIRTH": -12_000,
            },
            0.25,
        ),
    ],
)
def test_a_derived_feature_is_computed_by_its_formula(name, answers, expected):
    assert feature(name, **answers) == pytest.approx(expected)


def test_division_by_zero_is_missing():
    assert np.isnan(feature("CREDIT_TO_INCOME", AMT_CREDIT=1_000, AMT_INCOME_TOTAL=0))


def test_the_yearly_rate_is_computed_for_every_loan_term():
    loan = {"AMT_CREDIT": 240_000, "AMT_ANNUITY": 12_000}
    rates = {months: (12_000 * months / 240_000) ** (12 / months) - 1 for months in range(6, 61, 6)}
    plausible = [rate for rate in rates.values() if rate > 0.085]

    for months, rate in rates.items():
        assert feature(f"RATE_OVER_{months}M", **loan) == pytest.approx(rate)
    assert feature("RATE_MEDIAN", **loan) == pytest.approx(median(plausible))
    assert feature("RATE_SPREAD", **loan) == pytest.approx(max(plausible) - min(plausible))
    assert feature("RATE_TERMS", **loan) == len(plausible)
    assert feature("RATE_OF_SHORTEST", **loan) == pytest.approx(rates[24])


def test_instalments_due_later_include_this_loan_while_it_runs():
    answers = {
        "AMT_CREDIT": 100_000,
        "AMT_ANNUITY": 10_000,
        "AMT_INCOME_TOTAL": 50_000,
        "PREV_APPLICATIONS_count": 2,
        "PREV_DUE_IN_6M_AMT_ANNUITY_sum": 2_500,
    }
    assert feature("DUE_IN_6M", **answers) == 12_500
    assert feature("DUE_IN_6M_TO_INCOME", **answers) == 0.25
    assert feature("DUE_IN_12M", **answers) == 0
    assert np.isnan(feature("DUE_IN_6M", AMT_CREDIT=100_000, AMT_ANNUITY=10_000))


@pytest.mark.parametrize(("last", "same"), [(0, 1), (1, 0), (2, 0)])
def test_the_type_of_contract_is_compared_with_the_latest_application(last, same):
    """Codes of the previous contract types: cash, consumer, revolving."""
    current = {"NAME_CONTRACT_TYPE": "Cash loans"}
    assert feature("SAME_CONTRACT_AS_LAST", PREV_LAST_NAME_CONTRACT_TYPE_value=last, **current) == same
    assert np.isnan(feature("SAME_CONTRACT_AS_LAST", **current))


@given(st.lists(st.floats(-1e9, 1e9) | st.just(np.nan), min_size=1, max_size=12))
def test_the_median_is_that_of_the_values_present(values):
    present = [value for value in values if not np.isnan(value)]
    expected = median(present) if present else np.nan
    assert nanmedian([np.array([value]) for value in values])[0] == pytest.approx(expected, nan_ok=True)
