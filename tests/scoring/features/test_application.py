import numpy as np
import pytest

from scoring.ml.features.derive import feature_matrix
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
def test_no_employment_is_told_apart_from_a_missing_answer(days, flag):
    assert feature("NO_EMPLOYMENT", DAYS_EMPLOYED=days) == flag
    assert np.isnan(feature("NO_EMPLOYMENT"))


def test_an_income_beyond_belief_is_cut():
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
def test_ratings_are_summed_up_over_those_that_are_known(name, two, three):
    known = {"EXT_SOURCE_2": 0.6, "EXT_SOURCE_3": 0.2}
    assert feature(name, **known) == pytest.approx(two)
    assert feature(name, EXT_SOURCE_1=0.7, **known) == pytest.approx(three)


def test_a_loan_that_pays_itself_back_in_two_years_is_read_as_one_of_two_years():
    loan = {"AMT_CREDIT": 240_000, "AMT_ANNUITY": 12_000}
    assert feature("TERM_OF_CREDIT", **loan) == 24
    assert feature("INTEREST_OF_CREDIT", **loan) == pytest.approx(0.2)
    assert feature("RATE_OF_CREDIT", **loan) == pytest.approx(24 * 48_000 / (240_000 * 25))


def test_a_loan_that_never_pays_itself_back_has_no_term():
    assert np.isnan(feature("TERM_OF_CREDIT", AMT_CREDIT=1_000_000, AMT_ANNUITY=10_000))


@pytest.mark.parametrize(
    ("name", "answers", "expected"),
    [
        ("ANNUITY_TO_INCOME", {"AMT_ANNUITY": 27_000, "AMT_INCOME_TOTAL": 90_000}, 0.3),
        ("INCOME_PER_PERSON", {"AMT_INCOME_TOTAL": 90_000, "CNT_CHILDREN": 2}, 30_000),
        ("DAYS_BIRTH_TO_EMPLOYED", {"DAYS_BIRTH": -12_000, "DAYS_EMPLOYED": -3_000}, 9_000),
        ("SHARE_BIRTH_TO_EMPLOYED", {"DAYS_BIRTH": -12_000, "DAYS_EMPLOYED": -3_000}, 0.25),
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
def test_what_a_derived_feature_says_is_what_it_computes(name, answers, expected):
    assert feature(name, **answers) == pytest.approx(expected)


def test_nothing_is_divided_by_zero():
    assert np.isnan(feature("CREDIT_TO_INCOME", AMT_CREDIT=1_000, AMT_INCOME_TOTAL=0))
