"""Expected loss against another library, and the reverse stress against its own definition."""

import numpy as np
import pytest
from creditriskengine.ecl.ifrs9.ecl_calc import ecl_12_month
from creditriskengine.ecl.ifrs9.scenarios import Scenario as LibraryScenario
from creditriskengine.ecl.ifrs9.scenarios import weighted_ecl

from scoring.ml.metrics.expected_loss import Exposures, Scenario, losses, reverse_stress, weighted

SCENARIOS = (
    Scenario(code="favourable", shift=-0.3, weight=0.2),
    Scenario(code="as_assessed", weight=0.5),
    Scenario(code="adverse", shift=0.8, lgd_factor=1.5, weight=0.3),
)


@pytest.fixture
def exposures() -> Exposures:
    rng = np.random.default_rng(3)
    return Exposures(rng.beta(1, 11, 500), rng.choice([0.45, 0.8], 500), rng.lognormal(9, 1, 500))


def by_library(exposures: Exposures, scenario: Scenario) -> float:
    """The same sum by the other library, loan by loan; odds are moved by their definition."""
    total = 0.0
    for pd, lgd, ead in zip(exposures.probability, exposures.lgd, exposures.ead, strict=True):
        log_odds = np.log(pd / (1 - pd)) + scenario.shift
        moved = 1 / (1 + np.exp(-log_odds))
        total += ecl_12_month(float(moved), min(float(lgd) * scenario.lgd_factor, 1.0), float(ead))
    return total


def test_each_loss_is_that_of_another_library(exposures):
    expected = [
        ecl_12_month(*map(float, loan))
        for loan in zip(exposures.probability, exposures.lgd, exposures.ead, strict=True)
    ]
    assert losses(exposures) == pytest.approx(expected, rel=1e-12)


def test_scenarios_and_their_mean_are_those_of_another_library(exposures):
    sums = [float(losses(exposures, scenario).sum()) for scenario in SCENARIOS]
    theirs = [by_library(exposures, scenario) for scenario in SCENARIOS]
    assert sums == pytest.approx(theirs, rel=1e-12)
    assert sums[0] < sums[1] < sums[2]
    named = [
        LibraryScenario(item.code, item.weight, loss) for item, loss in zip(SCENARIOS, theirs, strict=True)
    ]
    assert weighted(exposures, SCENARIOS) == pytest.approx(weighted_ecl(named), rel=1e-12)


def test_the_reverse_stress_is_the_rise_at_which_the_limit_is_lost(exposures):
    stress = reverse_stress(exposures, 0.2)
    assert stress
    lost = by_library(exposures, Scenario(code="", shift=stress.shift))
    assert lost == pytest.approx(0.2 * exposures.ead.sum(), rel=1e-9)
    assert by_library(exposures, Scenario(code="", shift=stress.shift - 0.01)) < 0.2 * exposures.ead.sum()
    assert stress.default_rate > exposures.probability.mean()


@pytest.mark.parametrize("limit", [0.001, 0.99])
def test_a_limit_that_is_passed_already_or_never_has_no_reverse_stress(exposures, limit):
    assert reverse_stress(exposures, limit) is None
