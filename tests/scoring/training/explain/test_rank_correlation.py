import numpy as np
import pytest
from scipy.stats import spearmanr

from scoring.ml.training.explain.rank_correlation import rank_correlation


def test_the_rank_correlation_is_that_of_scipy_with_ties() -> None:
    rng = np.random.default_rng(1)
    first = rng.integers(0, 20, 500).astype(float)
    second = first + rng.normal(0, 10, 500).round()
    assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second).statistic)
