"""Translation of entered values to raw columns, and the rules that they must meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.features.frames import columns_of
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.whatif.editable import BY_NAME, CHANGEABLE_COLUMNS, EDITABLE, MAX_MONTHS, MIN_MONTHS
from scoring.ml.whatif.instalments import annuity_over, likely_months, monthly_rate
from scoring.ml.whatif.request import derived_values, translate
from scoring.ml.whatif.rules import problems
from tests.factories import APPLICATION

CREDITS = st.floats(45_000, 4_000_000)
INSTALMENTS = st.floats(8.1, 45)  # credit / annuity among the real cash loans


def changes(entered, **record):
    return dict(translate({**APPLICATION, **record}, entered).changes)


def loan(credit, annuity):
    """A record of a loan that buys nothing: no price follows its credit."""
    return {**APPLICATION, "AMT_CREDIT": credit, "AMT_ANNUITY": annuity, "AMT_GOODS_PRICE": None}


def fields_refused(entered, **record):
    return [problem.field for problem in problems(translate({**APPLICATION, **record}, entered))]


def test_a_raw_column_takes_the_entered_value():
    assert changes({"AMT_INCOME_TOTAL": 250_000.0}) == {"AMT_INCOME_TOTAL": 250_000.0}


def test_a_down_payment_lowers_the_credit_and_the_price_by_as_much():
    assert changes({"DOWN_PAYMENT": 51_000.0}) == {
        "AMT_CREDIT": 355_597.5,
        "AMT_GOODS_PRICE": 300_000.0,
        "AMT_ANNUITY": 21_602.29,
    }


def test_the_price_financed_follows_a_credit_below_it():
    on_file = {"AMT_ANNUITY": APPLICATION["AMT_ANNUITY"]}
    lowered = {"AMT_CREDIT": 300_000.0, "AMT_GOODS_PRICE": 300_000.0}
    assert changes({"AMT_CREDIT": 300_000.0, **on_file}) == lowered
    assert changes({"AMT_CREDIT": 380_000.0, **on_file}) == {"AMT_CREDIT": 380_000.0}


@given(CREDITS, INSTALMENTS, st.floats(0.2, 2))
def test_with_neither_instalment_nor_duration_the_instalment_follows_the_credit(credit, instalments, ratio):
    record = loan(credit, credit / instalments)
    request = translate(record, {"AMT_CREDIT": credit * ratio})
    assert request["AMT_ANNUITY"] == pytest.approx(credit * ratio / instalments, abs=0.01)
    assert problems(request) == []
    expected = {} if request.on_file("AMT_ANNUITY") == request["AMT_ANNUITY"] else {"AMT_ANNUITY"}
    assert set(derived_values(request)) == set(expected)


@given(CREDITS, INSTALMENTS, st.floats(0.2, 2), st.integers(6, 60))
def test_with_a_duration_the_instalment_follows_it(credit, instalments, ratio, months):
    record = loan(credit, credit / instalments)
    request = translate(record, {"AMT_CREDIT": credit * ratio, "DURATION": float(months)})
    rate = monthly_rate(credit, credit / instalments)
    assert request["AMT_ANNUITY"] == round(float(annuity_over(credit * ratio, months, rate)), 2)
    assert derived_values(request) == {"AMT_ANNUITY": request["AMT_ANNUITY"]}


@given(CREDITS, INSTALMENTS, st.floats(0.2, 2))
def test_with_an_instalment_the_duration_follows_it(credit, instalments, ratio):
    record = loan(credit, credit / instalments)
    annuity = credit / 20
    request = translate(record, {"AMT_CREDIT": credit * ratio, "AMT_ANNUITY": annuity})
    assert request["AMT_ANNUITY"] == annuity
    if request.changes:
        assert derived_values(request) == {"DURATION": likely_months(request["AMT_CREDIT"], annuity)}


def test_a_lower_credit_lowers_the_instalment_whatever_lowered_it():
    for entered in ({"AMT_CREDIT": 203_298.75}, {"DOWN_PAYMENT": 203_298.75}):
        request = translate({**APPLICATION, "AMT_GOODS_PRICE": None}, entered)
        assert request["AMT_ANNUITY"] == 12_350.25
        assert problems(request) == []


def test_a_credit_that_covers_a_part_of_the_price_keeps_that_part():
    half = {"AMT_CREDIT": 200_000.0, "AMT_GOODS_PRICE": 400_000.0, "AMT_ANNUITY": 10_000.0}
    assert changes({"AMT_CREDIT": 150_000.0}, **half) == {
        "AMT_CREDIT": 150_000.0,
        "AMT_GOODS_PRICE": 300_000.0,
        "AMT_ANNUITY": 7_500.0,
    }


def test_time_in_the_job_becomes_days_before_the_application():
    assert changes({"MONTHS_EMPLOYED": 24.0}) == {"DAYS_EMPLOYED": -730.0}
    assert changes({"MONTHS_EMPLOYED": None}) == {"DAYS_EMPLOYED": None}


@given(CREDITS, INSTALMENTS)
def test_the_likely_duration_gives_the_instalment_on_file(credit, instalments):
    annuity = credit / instalments
    months = likely_months(credit, annuity)
    repaid = annuity_over(credit, months, monthly_rate(credit, annuity))
    if months < MAX_MONTHS:
        assert float(repaid) == pytest.approx(annuity, rel=1e-6)


@given(CREDITS, INSTALMENTS)
def test_a_longer_duration_never_raises_the_instalment(credit, instalments):
    rate = monthly_rate(credit, credit / instalments)
    paid = [float(annuity_over(credit, months, rate)) for months in range(6, 61, 6)]
    assert paid == sorted(paid, reverse=True)
    assert all(annuity * months > credit for annuity, months in zip(paid, range(6, 61, 6), strict=True))


def test_the_likely_length_is_the_models_own_feature():
    matrix = feature_matrix(columns_of([APPLICATION]), ["TERM_OF_CREDIT"])
    assert likely_months(APPLICATION["AMT_CREDIT"], APPLICATION["AMT_ANNUITY"]) == matrix[0, 0]


@given(st.dictionaries(st.sampled_from(sorted(BY_NAME)), st.floats(0, 5e6), max_size=4))
def test_no_column_changes_but_the_declared_ones(entered):
    assert set(changes(entered)) <= CHANGEABLE_COLUMNS


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"AMT_ANNUITY": 410_000.0}, "AMT_ANNUITY"),
        ({"AMT_ANNUITY": 70_000.0}, "AMT_ANNUITY"),
        ({"AMT_ANNUITY": 6_000.0}, "AMT_ANNUITY"),
        ({"AMT_CREDIT": 2_000_000.0}, "AMT_CREDIT"),
        ({"DOWN_PAYMENT": 351_000.0}, "DOWN_PAYMENT"),
        ({"AMT_GOODS_PRICE": 450_000.0}, "AMT_GOODS_PRICE"),
        ({"AMT_GOODS_PRICE": 200_000.0}, "AMT_GOODS_PRICE"),
        ({"DURATION": 24.0, "AMT_ANNUITY": 20_000.0}, "DURATION"),
        ({"MONTHS_EMPLOYED": 200.0}, "MONTHS_EMPLOYED"),
    ],
)
def test_a_contradiction_is_reported_at_the_changed_field(entered, field):
    assert fields_refused(entered) == [field]


def test_what_is_on_file_is_never_refused():
    odd = {"AMT_ANNUITY": 5_000.0, "AMT_GOODS_PRICE": 50_000.0, "DAYS_EMPLOYED": -9_000.0}
    assert fields_refused({}, **odd) == []
    assert fields_refused({"AMT_INCOME_TOTAL": 90_000.0}, **odd) == []


def test_a_revolving_credit_has_no_duration():
    assert fields_refused({"DURATION": 24.0}, NAME_CONTRACT_TYPE="Revolving loans") == ["DURATION"]


def test_every_field_has_bounds_a_step_and_labels_in_both_languages():
    for field in EDITABLE:
        assert field.low < field.high
        assert 0 < field.step < field.high - field.low
        assert field.label.en
        assert field.label.fr
    assert (BY_NAME["DURATION"].low, BY_NAME["DURATION"].high) == (MIN_MONTHS, MAX_MONTHS)
