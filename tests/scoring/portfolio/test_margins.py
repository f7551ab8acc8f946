import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.portfolio.cells import number_margin
from scoring.ml.portfolio.margins import Margin

seeds = st.integers(0, 1000)


def margin_of(values):
    margin = number_margin(values, np.arange(len(values)), 40)
    assert margin is not None
    return margin


@given(seed=seeds, sign=st.sampled_from([-1, 1]))
def test_a_drawn_amount_keeps_the_sign_of_the_measured_ones(seed, sign):
    rng = np.random.default_rng(seed)
    drawn = margin_of(sign * rng.exponential(1.0, 500)).draw(rng.standard_normal(5_000))
    assert (sign * drawn >= 0).all()


@given(seed=seeds)
def test_draws_have_the_measured_median_spikes_and_gaps(seed):
    rng = np.random.default_rng(seed)
    values = np.where(rng.random(4_000) < 0.3, 0.0, rng.lognormal(10, 0.5, 4_000))
    values[rng.random(4_000) < 0.2] = np.nan
    drawn = margin_of(values).draw(rng.standard_normal(20_000))
    assert abs(np.isnan(drawn).mean() - np.isnan(values).mean()) < 0.02
    assert abs((drawn == 0).mean() - (values == 0).mean()) < 0.02
    assert abs(np.nanmedian(drawn) / np.nanmedian(values) - 1) < 0.1


@given(seed=seeds)
def test_a_margin_survives_its_file(seed):
    rng = np.random.default_rng(seed)
    margin = margin_of(np.round(rng.lognormal(3, 1, 600)))
    again = Margin.from_json(margin.as_json(), category=False)
    normals = rng.standard_normal(100)
    assert np.array_equal(again.draw(normals), margin.draw(normals))
