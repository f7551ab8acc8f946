"""The comparison with the public kernel: the same clients and folds, like against like."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from sklearn.metrics import roc_auc_score

from bench import comparison_figures, kept_scores, kernel_features, model_comparison
from scoring.ml.model.calibration import sigmoid
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import gather
from scoring.ml.training.fit.hyperparameters import Hyperparameters, hyperparameters_for
from scoring.ml.training.progress import silent

CLIENTS = 1_400
TABLES = ("application_train", "application_test", "bureau")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Applications with a history, so that both sides have one to read."""
    drawn, path = (tmp_path_factory.mktemp("portfolio") / name for name in ("seven", "two"))
    call_command("make_portfolio", str(drawn), clients=CLIENTS, seed=7, verbosity=0)
    path.mkdir()
    for file in drawn.iterdir():
        if file.name.partition(".")[0] in TABLES:
            file.rename(path / file.name)
    return path


def without_selection(clients: int, *, quick: bool) -> Hyperparameters:
    """The selection has tests of its own and takes most of the time."""
    return replace(hyperparameters_for(clients, quick=quick), shuffles=0, max_rounds=40)


@pytest.fixture(scope="module")
def compared(folder, tmp_path_factory):
    """What one run of the command printed, wrote and kept."""
    where = tmp_path_factory.mktemp("comparison")
    arguments = [str(folder), "--repeats", "1", "--kernel-boosters", "2", "--quick"]
    arguments += ["--out", str(where / "results.json"), "--keep", str(where / "kept")]
    with pytest.MonkeyPatch.context() as patch, (where / "out.txt").open("w") as out:
        patch.setattr(model_comparison, "KERNEL_ROUNDS", 40)
        patch.setitem(kernel_features.KERNEL_PARAMS, "min_sum_hessian_in_leaf", 5.0)
        patch.setattr(model_comparison, "hyperparameters_for", without_selection)
        patch.setattr(sys, "argv", ["model_comparison", *arguments])
        patch.setattr(sys, "stdout", out)
        model_comparison.main()
    return where


def test_each_figure_of_both_sides_is_printed_and_written(compared):
    written = json.loads((compared / "results.json").read_text())
    assert {(line["boosters"], line["figure"]) for line in written["lines"]} == {
        (boosters, figure)
        for boosters in ("single", "averaged")
        for figure in ("AUC", "cost at the own threshold", "cost at 1/(1+ratio)")
    }
    printed = (compared / "out.txt").read_text()
    for line in written["lines"]:
        difference = line["difference"]
        assert difference["value"] == pytest.approx(line["ours"] - line["theirs"])
        assert difference["low"] <= difference["value"] <= difference["high"]
        assert f"{line['ours']:9.4f}{line['theirs']:13.4f}" in printed
    assert written["about"]["boosters"] == {"ours": 1, "kernel": 2}


def test_the_figures_are_those_of_the_kept_scores(compared, folder):
    written = json.loads((compared / "results.json").read_text())
    clients = gather(check(open_folder(folder)).folder, progress=silent)
    fold = splits.folds(clients.target, 1)
    probability = np.full(len(clients), np.nan)
    for path in (compared / "kept").glob("kernel-quick-2-*.npy"):
        scores = np.load(path)
        (number,) = {
            number for number in range(splits.FOLDS) if kept_scores.mask_digest(fold != number) in path.name
        }
        assert scores.shape == (2, (fold == number).sum())
        probability[fold == number] = sigmoid(scores.mean(axis=0))
    auc = next(line for line in written["lines"] if (line["boosters"], line["figure"]) == ("averaged", "AUC"))
    assert auc["theirs"] == pytest.approx(roc_auc_score(clients.target, probability))
    assert min(auc["ours"], auc["theirs"]) > 0.55


def test_a_stopped_comparison_goes_on_from_what_it_kept(tmp_path):
    train = np.array([True, True, False])
    fitted: list[int] = []

    def fit(mask, seed):
        fitted.append(seed)
        return np.full((2, (~mask).sum()), float(seed))

    for _ in range(2):
        resumed = kept_scores.kept_scores(fit, tmp_path, "side")
        assert resumed(train, 4).tolist() == [[4.0], [4.0]]
    assert fitted == [4]
    assert resumed(~train, 4).shape == (2, 2)
    assert fitted == [4, 4]


def test_a_training_on_three_quarters_scores_the_same_clients_as_one_on_all():
    train = np.arange(2_000) % 5 != 0
    drawn: list[np.ndarray] = []

    def numbers_of_the_others(mask, seed):
        drawn.append(mask)
        return np.flatnonzero(~mask)[np.newaxis].astype(float)

    fewer = model_comparison.fit_three_quarters(numbers_of_the_others)
    assert fewer(train, 3)[0].tolist() == np.flatnonzero(~train).tolist()
    assert not drawn[0][~train].any()
    assert 0.72 < drawn[0].sum() / train.sum() < 0.78


def test_both_sides_see_the_same_clients_and_the_kernel_sees_every_history(folder):
    tables = check(open_folder(folder)).folder
    clients, kernel = gather(tables, progress=silent), kernel_features.kernel_clients(tables)
    assert clients.reference.tolist() == kernel.reference.tolist()
    assert clients.target.tolist() == kernel.target.tolist()
    # The application alone gives about 240 columns.
    assert kernel.matrix.shape[1] > 300


def test_a_better_side_differs_from_an_equal_one():
    rng = np.random.default_rng(2)
    target = (rng.random(4_000) < 0.2).astype(float)
    folds = [rng.integers(0, 5, len(target)) for _ in range(2)]
    good = [1 / (1 + np.exp(1.4 - 1.5 * target - rng.normal(size=len(target)))) for _ in folds]
    poor = [1 / (1 + np.exp(1.4 - 0.3 * target - rng.normal(size=len(target)))) for _ in folds]
    better = comparison_figures.lines("single", target, folds, good, poor)
    assert better[0].difference.low > 0 > better[1].difference.high
    assert better[2].difference.high < 0
    for line in comparison_figures.lines("single", target, folds, good, good):
        assert line.difference.low == line.difference.value == line.difference.high == 0
