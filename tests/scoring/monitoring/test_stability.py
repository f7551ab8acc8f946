import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.ml.monitoring.stability import MISSING, chance, stability


def test_the_index_is_that_of_the_textbook():
    """10 % and 90 % that become 40 % and 60 %: (0.3)ln(4) + (-0.3)ln(2/3), but for half a client a bin."""
    before = np.repeat([0.0, 1.0], [1_000, 9_000])
    after = np.repeat([0.0, 1.0], [4_000, 6_000])
    expected = 0.3 * np.log(4) - 0.3 * np.log(6 / 9)
    assert stability(before, after).psi == pytest.approx(expected, abs=1e-3)


def test_missing_values_are_a_bin_of_their_own():
    before = np.where(np.arange(1_000) % 2, np.nan, 1.0)
    moved = stability(before, np.ones(1_000))
    assert moved.labels[-1] == MISSING
    assert (moved.reference[-1], moved.current[-1]) == (0.5, 0.0)
    assert moved.beyond(0.25)


def test_a_new_category_is_counted_among_the_others():
    before = np.array(["Cash loans"] * 500, dtype=object)
    after = np.array(["Cash loans"] * 250 + ["Leasing"] * 250, dtype=object)
    moved = stability(before, after)
    assert moved.labels == ("Cash loans", "other")
    assert moved.current.tolist() == [0.5, 0.5]
    assert moved.beyond(0.25)


@pytest.mark.parametrize("values", [np.full(40, np.nan), np.zeros(40), np.full(40, None, dtype=object)])
def test_a_column_without_variety_does_not_move(values):
    assert stability(values, values[:30]).psi == pytest.approx(0, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), clients=st.sampled_from([60, 200, 1_000]))
def test_chance_alone_passes_no_limit(seed, clients):
    rng = np.random.default_rng(seed)
    assert not stability(rng.normal(size=3_000), rng.normal(size=clients), columns=100).beyond(0.1)


def test_the_bound_of_chance_is_the_chi_squared_quantile():
    """chi-squared of 9 degrees of freedom, 99.9 %: 27.877."""
    assert chance(10, 1_000, 1_000) == pytest.approx(27.877 * 2 / 1_000, rel=0.01)


def test_seven_tenths_of_every_income_is_a_shift():
    incomes = np.round(np.random.default_rng(3).lognormal(11.9, 0.5, 3_000), -2)
    assert stability(incomes[:2_000], 0.7 * incomes[2_000:]).psi > 0.25
