"""Threshold rules side by side: as a training measured them, and at other costs off its curve."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scoring.ml.metrics.costs import Costs
from scoring.ml.model import folder
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_choices import ThresholdRule, ThresholdRules
from scoring.ml.model.manifest_sections import ByPart, KsCurve
from scoring.ml.model.threshold_options import NORMAL_95, RULES, threshold_options
from scoring.ml.training.validate.curves import curves


@pytest.fixture
def manifest(artifacts: Path) -> Manifest:
    """A version whose four rules were measured, on drawn clients with calibrated probabilities."""
    rng = np.random.default_rng(0)
    probability = rng.beta(1, 9, 4000)
    target = (rng.random(4000) < probability).astype(float)
    section = curves(target, probability)
    rules = tuple(
        ThresholdRule(code=code, threshold=0.07 + 0.01 * i, cost=0.5 + i / 100, cost_deviation=0.01)
        for i, code in enumerate(RULES)
    )
    read = folder.read_manifest(artifacts / "tiny-1")
    return replace(
        read,
        data=replace(read.data, default_rate=float(target.mean())),
        curves=ByPart(out_of_fold=section, holdout=section),
        threshold_rules=ThresholdRules(in_force="fold_mean", resamples=100, rules=rules),
    )


def test_at_the_costs_of_the_training_the_rules_are_as_measured(manifest: Manifest) -> None:
    options = threshold_options(manifest, Costs(fn=20, fp=2))
    assert [option.code for option in options] == list(RULES)
    assert [option.threshold for option in options] == pytest.approx([0.07, 0.08, 0.09, 0.10])
    first = options[0]
    assert first.interval
    assert (first.cost, first.bar) == (0.5, "")
    assert first.interval.low == pytest.approx(0.5 - NORMAL_95 * 0.01)
    assert first.interval.high == pytest.approx(0.5 + NORMAL_95 * 0.01)


def test_at_other_costs_the_curve_gives_optimum_theory_and_their_costs(manifest: Manifest) -> None:
    costs = Costs(fn=25, fp=1)
    fold_mean, pooled, half_way, theory = threshold_options(manifest, costs)
    assert (fold_mean.threshold, fold_mean.bar) == (None, "other_costs")
    assert theory.threshold == pytest.approx(1 / 26)
    assert pooled.threshold == pytest.approx(1 / 26, abs=0.02)
    assert pooled.threshold is not None
    assert half_way.threshold == pytest.approx((pooled.threshold + 1 / 26) / 2)
    assert pooled.cost is not None
    assert theory.cost is not None
    assert pooled.cost <= theory.cost < costs.fn * manifest.data.default_rate
    assert all(option.interval is None for option in (pooled, half_way, theory))


def test_the_cost_off_the_curve_is_that_of_its_verdicts(manifest: Manifest) -> None:
    """Four clients of whom the curve keeps every point."""
    probability = np.array([0.1, 0.2, 0.3, 0.4])
    target = np.array([0.0, 0.0, 1.0, 1.0])
    section = curves(target, probability)
    small = replace(
        manifest,
        data=replace(manifest.data, default_rate=0.5),
        curves=ByPart(out_of_fold=section, holdout=section),
    )
    _, pooled, _, _ = threshold_options(small, Costs(fn=3, fp=1))
    assert (pooled.threshold, pooled.cost) == (0.3, 0.0)
    assert isinstance(section.ks, KsCurve)


def test_uncalibrated_probabilities_bar_the_theory_at_any_costs(manifest: Manifest) -> None:
    assert manifest.threshold_rules
    barred = tuple(
        replace(rule, threshold=None, cost=None) if rule.code in {"half_way", "theoretical"} else rule
        for rule in manifest.threshold_rules.rules
    )
    rules = replace(manifest.threshold_rules, rules=barred)
    for costs in (Costs(), Costs(fn=5)):
        options = {
            option.code: option
            for option in threshold_options(replace(manifest, threshold_rules=rules), costs)
        }
        assert options["half_way"].bar == options["theoretical"].bar == "not_calibrated"
        assert options["pooled"].threshold is not None


def test_a_version_that_did_not_measure_the_rules_says_so(manifest: Manifest) -> None:
    old = replace(manifest, threshold_rules=None)
    own, *remaining = threshold_options(old, old.costs)
    assert (own.threshold, own.cost) == (old.threshold, None)
    assert {option.bar for option in remaining} == {"not_measured"}
    assert all(option.threshold is None for option in threshold_options(old, Costs(fn=3)))
