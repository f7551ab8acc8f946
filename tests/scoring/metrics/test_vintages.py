"""Vintages: cumulative defaults as counted by hand, a bad vintage found, and no alarm without one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from scoring.ml.metrics.vintages import (
    DEFAULT_BUCKET,
    NEVER,
    Loans,
    bucket,
    cumulative_default_rates,
    roll_counts,
    roll_rates,
    vintage_tests,
)

VINTAGES, SIZE, MONTHS = 12, 1_000, 24


def simulated(seed: int) -> Loans:
    """Twelve vintages a month apart; each client defaults with its own probability, within a year."""
    rng = np.random.default_rng(seed)
    n = VINTAGES * SIZE
    probability = rng.beta(1.2, 12, n)
    age = rng.integers(1, 13, n)
    return Loans(
        vintage=np.repeat(np.arange(VINTAGES), SIZE),
        probability=probability,
        default_age=np.where(rng.random(n) < probability, age, NEVER),
        last_ages=MONTHS - np.arange(VINTAGES),
    )


def with_bad_vintage(loans: Loans, vintage: int, seed: int) -> Loans:
    """The same loans, but twice the clients of one vintage default."""
    rng = np.random.default_rng(seed)
    drawn = (loans.vintage == vintage) & (rng.random(len(loans.vintage)) < loans.probability)
    age = rng.integers(1, 13, len(loans.vintage))
    return replace(loans, default_age=np.where(drawn, np.minimum(loans.default_age, age), loans.default_age))


@pytest.mark.parametrize("vintage", [0, 5, VINTAGES - 1])
def test_a_vintage_that_defaults_twice_as_often_is_unusual_and_no_other(vintage):
    for seed in range(5):
        tests = vintage_tests(with_bad_vintage(simulated(seed), vintage, seed + 100))
        assert [test.vintage for test in tests if test.is_unusual] == [vintage]


def test_twenty_clean_portfolios_raise_no_alarm():
    tests = [test for seed in range(20) for test in vintage_tests(simulated(seed))]
    assert len(tests) == 20 * VINTAGES
    assert not [test for test in tests if test.is_unusual]


def test_few_defaults_are_named_by_their_exact_chance_and_not_by_standard_errors():
    """Forty-one where twenty are expected of young loans: beyond four standard errors, and 1 in 6,000."""
    sizes, defaults = (1_400, 7_000), (41, 104)
    loans = Loans(
        vintage=np.repeat([0, 1], sizes),
        probability=np.full(sum(sizes), 0.1),
        default_age=np.concatenate(
            [np.r_[np.full(bad, 3), np.full(n - bad, NEVER)] for n, bad in zip(sizes, defaults, strict=True)]
        ),
        last_ages=np.array([4, 12]),
    )
    test = vintage_tests(loans)[0]
    assert (test.defaults, round(test.expected, 1)) == (41, 20.8)
    exact = binom.sf(40, 145, 1_400 / 8_400)
    assert test.chance == pytest.approx(exact, rel=1e-9)
    assert 1 / 30_000 < exact < 1 / 2_000
    assert not test.is_unusual


def test_riskier_clients_who_default_as_promised_are_not_unusual():
    loans = simulated(1)
    riskier = loans.vintage == 3
    probability = np.where(riskier, np.minimum(3 * loans.probability, 0.9), loans.probability)
    drawn = np.random.default_rng(7).random(len(probability)) < probability
    age = np.random.default_rng(8).integers(1, 13, len(probability))
    default_age = np.where(riskier, np.where(drawn, age, NEVER), loans.default_age)
    tests = vintage_tests(replace(loans, probability=probability, default_age=default_age))
    assert not [test for test in tests if test.is_unusual]
    assert tests[3].defaults > 2 * tests[2].defaults


def test_a_vintage_without_enough_expected_defaults_is_not_compared():
    loans = simulated(2)
    few = np.flatnonzero((loans.vintage != 4) | (np.arange(len(loans.vintage)) % 50 == 0))
    thinned = Loans(loans.vintage[few], loans.probability[few], loans.default_age[few], loans.last_ages)
    assert 4 not in [test.vintage for test in vintage_tests(thinned)]


loan = st.tuples(st.integers(0, 3), st.integers(0, 9) | st.just(int(NEVER)))


@given(st.lists(loan, min_size=1, max_size=60), st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_cumulative_rates_are_those_counted_by_hand(rows, last_ages):
    vintage, default_age = np.array(rows, dtype=np.int64).T
    loans = Loans(vintage, np.full(len(rows), 0.1), default_age, np.array(last_ages))
    rates = cumulative_default_rates(loans, 9)
    for v in range(4):
        ages = [age for row, age in rows if row == v]
        for age in range(10):
            if not ages or age > last_ages[v]:
                assert np.isnan(rates[v, age])
            else:
                assert rates[v, age] == pytest.approx(sum(a <= age for a in ages) / len(ages))


@pytest.mark.parametrize(
    ("days", "defaulted", "expected"),
    [(0, False, 0), (1, False, 1), (30, False, 1), (31, False, 2), (60, False, 2), (61, False, 3),
     (90, False, 3), (91, False, DEFAULT_BUCKET), (0, True, DEFAULT_BUCKET)],
)  # fmt: skip
def test_a_bucket_follows_the_days_past_due_and_a_default_is_one_whatever_they_say(days, defaulted, expected):
    assert bucket(np.array([days]), np.array([defaulted])) == [expected]


def test_roll_rates_are_shares_of_the_bucket_that_they_leave():
    rates = roll_rates(roll_counts(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 0, 2])))
    assert rates[0].tolist() == pytest.approx([2 / 3, 1 / 3, 0, 0, 0])
    assert rates[1].tolist() == pytest.approx([0.5, 0, 0.5, 0, 0])
    assert np.isnan(rates[2:]).all()
