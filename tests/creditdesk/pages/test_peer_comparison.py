"""Shares of a histogram below a client's value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.pages.case.peer_comparison import share_below


@given(
    value=st.floats(min_value=-5, max_value=15),
    counts=st.lists(st.integers(0, 100), min_size=10, max_size=10),
)
def test_the_share_below_is_a_share(value, counts):
    assert 0 <= share_below(value, list(range(11)), counts) <= 1


def test_the_share_below_counts_the_histogram():
    counts = [10, 10, 20, 0, 0]
    assert share_below(2.0, [0, 1, 2, 3, 4, 5], counts) == pytest.approx(0.5)
    assert share_below(2.5, [0, 1, 2, 3, 4, 5], counts) == pytest.approx(0.75)
    assert share_below(-1, [0, 1, 2, 3, 4, 5], counts) == 0
    assert share_below(9, [0, 1, 2, 3, 4, 5], counts) == 1
