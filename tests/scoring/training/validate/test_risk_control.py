"""Guarantee of the refer band, on a hundred fresh splits of made clients whose probabilities are known."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from scoring.ml.model.manifest_choices import AcceptLimit, ReferBand
from scoring.ml.training.validate import risk_control
from scoring.ml.training.validate.risk_control import CONFIDENCE, STEP, refer_band

Values = NDArray[np.float64]

LIMIT = AcceptLimit(default_rate=0.05, refer_share=0.15)
SPLITS, CLIENTS = 100, 5_000
# Above every threshold that can be accepted below: the limit alone decides.
THRESHOLD = 0.16


class Drawn(NamedTuple):
    """Clients with the model's probability, their true one, and whether they defaulted."""

    probability: Values
    true: Values
    target: Values

    def rate(self, accept_below: float, of: Values) -> float:
        return float(of[self.probability < accept_below].mean())


def drawn(seed: int, size: int = CLIENTS) -> Drawn:
    """The model is off: it errs on each client, and is too sure of itself."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-3.0, 1.2, size)
    true = 1 / (1 + np.exp(-log_odds))
    probability = 1 / (1 + np.exp(-(1.1 * log_odds + rng.normal(0, 0.5, size))))
    return Drawn(probability, true, (rng.random(size) < true).astype(np.float64))


@pytest.fixture(scope="module")
def population() -> Drawn:
    return drawn(10_000, 200_000)


def bands() -> list[ReferBand]:
    splits = [drawn(seed) for seed in range(SPLITS)]
    return [refer_band(it.probability, it.target, threshold=THRESHOLD, limit=LIMIT) for it in splits]


def bands_within_limit(chosen: list[ReferBand], population: Drawn) -> tuple[int, int]:
    """How many bands keep the limit: in truth, and as observed on another split of the same size."""
    fresh = [drawn(20_000 + number) for number in range(SPLITS)]
    accept_below = [band.accept_below or 0.0 for band in chosen]
    true = [population.rate(below, population.true) <= LIMIT.default_rate for below in accept_below]
    seen = [
        split.rate(below, split.target) <= LIMIT.default_rate
        for split, below in zip(fresh, accept_below, strict=True)
    ]
    return sum(true), sum(seen)


def plain(probability: Values, target: Values, threshold: float, limit: AcceptLimit) -> float:
    """The highest threshold below which no more defaulted than the limit, without any bound."""
    tested = np.arange(1, round(threshold / STEP)) * STEP
    return float(max(it for it in tested if target[probability < it].mean() <= limit.default_rate))


def test_the_limit_is_kept_in_at_least_95_of_100_fresh_splits(population):
    chosen = bands()
    assert all(band.accept_below and band.accepted and band.accepted > 0.3 for band in chosen)
    true, seen = bands_within_limit(chosen, population)
    assert true >= 95
    assert seen >= 95


def test_the_plain_rate_in_place_of_the_bound_does_not_keep_it(population, monkeypatch):
    monkeypatch.setattr(risk_control, "_accept_below", plain)
    true, seen = bands_within_limit(bands(), population)
    assert true < 80
    assert seen < 80


def test_the_band_ends_where_a_binomial_test_no_longer_rejects_the_limit():
    split = drawn(1)
    band = refer_band(split.probability, split.target, threshold=THRESHOLD, limit=LIMIT)
    assert band.accept_below

    def chance(below: float) -> float:
        accepted = split.target[split.probability < below]
        return float(binom.cdf(accepted.sum(), len(accepted), LIMIT.default_rate))

    assert chance(band.accept_below) <= 1 - CONFIDENCE < chance(round(band.accept_below + STEP, 3))


def test_no_more_are_referred_than_stated_and_the_figures_are_those_of_the_clients():
    split, other = drawn(1), drawn(2)
    band = refer_band(
        split.probability,
        split.target,
        threshold=THRESHOLD,
        limit=LIMIT,
        hold_out=(other.probability, other.target),
    )
    assert band.accept_below
    assert band.refuse_from
    assert band.default_rate
    assert band.hold_out
    is_referred = (split.probability >= band.accept_below) & (split.probability < band.refuse_from)
    assert band.referred == is_referred.mean() <= LIMIT.refer_share
    assert is_referred.mean() > LIMIT.refer_share - 0.01
    assert band.accepted == (split.probability < band.accept_below).mean()
    assert band.default_rate.value == split.rate(band.accept_below, split.target)
    assert band.hold_out.value == other.rate(band.accept_below, other.target)


def test_nobody_is_accepted_above_the_threshold_of_the_model():
    split = drawn(1)
    loose = AcceptLimit(default_rate=0.9, refer_share=0.15)
    band = refer_band(split.probability, split.target, threshold=0.0909, limit=loose)
    assert band.accept_below == 0.09


def test_a_limit_that_cannot_be_shown_to_be_kept_has_no_band():
    split = drawn(1)
    always = np.ones_like(split.target)
    band = refer_band(split.probability, always, threshold=THRESHOLD, limit=LIMIT)
    assert (band.accept_below, band.refuse_from, band.accepted) == (None, None, None)
