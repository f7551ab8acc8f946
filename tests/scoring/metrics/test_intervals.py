from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.metrics.intervals import Z95, Estimate, bootstrap_weights, normal, percentile_bounds, wilson


def test_z_is_the_two_sided_95_percent_quantile() -> None:
    assert pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-6) == Z95


def test_the_normal_interval_is_symmetric() -> None:
    assert normal(0.5, 0.1) == pytest.approx((0.5 - 0.1 * Z95, 0.5 + 0.1 * Z95))
    assert Estimate(0.5, *normal(0.5, 0.1)).standard_error == pytest.approx(0.1)


def test_the_wilson_interval_of_the_textbook() -> None:
    assert wilson(0, 20)[0] == 0
    assert wilson(20, 20)[1] == 1
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_the_wilson_bounds_are_where_the_score_test_rejects(drawn: tuple[int, int]) -> None:
    """At each bound p inside (0, 1) the share lies Z95 standard errors of p away."""
    successes, size = drawn
    for bound in wilson(successes, size):
        if 1e-9 < bound < 1 - 1e-9:
            distance = abs(successes / size - bound) / np.sqrt(bound * (1 - bound) / size)
            assert distance == pytest.approx(Z95, rel=1e-6)


def test_a_bootstrap_draws_as_many_clients_as_there_are() -> None:
    weights = list(bootstrap_weights(50, 3, seed=1))
    assert [draw.sum() for draw in weights] == [50, 50, 50]
    assert np.array_equal(weights, list(bootstrap_weights(50, 3, seed=1)))


def test_an_undefined_draw_does_not_count() -> None:
    draws = np.arange(101.0)
    low, high = percentile_bounds(np.column_stack([draws, np.where(draws > 100, np.nan, draws)]))
    assert low.tolist() == [2.5, 2.5]
    assert high.tolist() == [97.5, 97.5]
    low, high = percentile_bounds(np.append(draws, np.nan)[:, None])
    assert (low.tolist(), high.tolist()) == ([2.5], [97.5])
