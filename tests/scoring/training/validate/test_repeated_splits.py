import numpy as np
import pytest

from scoring.ml.metrics import classification
from scoring.ml.training.data import splits
from scoring.ml.training.report.model_card import card
from tests.scoring.training.quick_training import SEED, Finished


def test_the_figures_of_a_card_are_means_over_three_splits(finished: Finished) -> None:
    repeated = finished.manifest.repeated_splits
    assert repeated
    assert repeated.seeds == (SEED, SEED + 1, SEED + 2)
    for part in (repeated.metrics.out_of_fold, repeated.metrics.holdout):
        assert set(part) == set(classification.METRICS)
        assert len(set(part["auc"].values)) == 3
        assert part["auc"].mean == pytest.approx(np.mean(part["auc"].values))
        assert part["auc"].deviation == pytest.approx(np.std(part["auc"].values, ddof=1))
    auc = repeated.metrics.holdout["auc"]
    assert f"{auc.mean:.4f} ± {auc.deviation:.4f}" in card(finished.manifest)


def test_the_first_split_is_that_of_the_model(finished: Finished) -> None:
    repeated, metrics = finished.manifest.repeated_splits, finished.manifest.metrics
    assert repeated
    assert repeated.metrics.holdout["auc"].values[0] == pytest.approx(metrics.holdout.auc.value)
    assert repeated.metrics.out_of_fold["cost"].values[0] == pytest.approx(metrics.out_of_fold.cost.value)


def test_each_split_leaves_out_other_clients(finished: Finished) -> None:
    target = finished.clients.target
    held_out = [set(splits.split(target, SEED + number).hold_out.tolist()) for number in range(3)]
    assert held_out[0] != held_out[1] != held_out[2]
