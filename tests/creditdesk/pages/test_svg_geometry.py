"""SVG geometry of the case page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.pages import svg_geometry

probabilities = st.floats(min_value=0, max_value=1)
effects = st.floats(min_value=-50, max_value=50).filter(lambda value: abs(value) > 1e-9)


@given(first=probabilities, second=probabilities)
def test_the_scale_keeps_the_order_of_probabilities(first, second):
    low, high = sorted((first, second))
    assert 0 <= svg_geometry.on_scale(low) <= svg_geometry.on_scale(high) <= 100


def test_the_scale_gives_small_probabilities_room():
    scale = svg_geometry.probability_scale(0.04, 0.0931515)
    assert scale.probability.x == pytest.approx(20)
    assert 25 < scale.threshold.x < 35
    assert scale.threshold.x + scale.refuse_width == pytest.approx(100)


@given(threshold=probabilities)
def test_no_tick_is_written_over_the_threshold(threshold):
    scale = svg_geometry.probability_scale(0.5, threshold)
    assert all(abs(tick.x - scale.threshold.x) > svg_geometry.TICK_DISTANCE for tick in scale.ticks)
    assert {0.0, 1.0} & {tick.value for tick in scale.ticks}


@given(effect=effects, largest=st.floats(min_value=1e-6, max_value=50))
def test_a_bar_lies_on_the_side_it_pushes_to(effect, largest):
    bar = svg_geometry.bar(effect, largest)
    assert 0 <= bar.width <= 50
    assert bar.x == 50 if effect > 0 else bar.x + bar.width == pytest.approx(50)


def test_bars_are_as_long_as_their_effects():
    assert svg_geometry.bar(0.2, 0.8).width == pytest.approx(svg_geometry.bar(-0.8, 0.8).width / 4)
    assert svg_geometry.bar(0.0, 0.0).width == 0


def test_a_client_beyond_the_outer_quantiles_stays_in_the_figure():
    band = svg_geometry.band([10, 20, 30, 40, 50], 1e9)
    assert band.client is not None
    assert band.low < band.quarter < band.median < band.three_quarters < band.high < band.client < 100
    assert svg_geometry.band([10, 20, 30, 40, 50], None).client is None
    assert svg_geometry.band([7, 7, 7, 7, 7], 7).client == pytest.approx(50)
