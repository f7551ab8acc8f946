import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from scoring.ml.features import catalogue
from scoring.ml.metrics.costs import best_threshold
from scoring.ml.model import folder
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit.hyperparameters import SMALL, hyperparameters_for
from scoring.ml.training.report.model_card import EmptySection, card
from tests.scoring.training.quick_training import SEED, Finished, train_into


def test_the_trained_folder_loads_and_ranks_risks(finished: Finished) -> None:
    model = folder.load(finished.path)
    assert model.features == finished.clients.names
    scores = model.score(finished.clients.matrix)
    assert roc_auc_score(finished.clients.target, scores.probability) > 0.7
    assert finished.manifest.metrics.holdout.auc.value > 0.6


def test_the_same_seed_writes_the_same_bytes(finished: Finished, tmp_path: Path) -> None:
    again = train_into(tmp_path / "v1", finished.gathered)
    files = {file.name: file.read_bytes() for file in finished.path.iterdir()}
    assert files == {file.name: file.read_bytes() for file in again.path.iterdir()}


def test_no_booster_is_trained_on_the_hold_out_before_it_is_evaluated(
    finished: Finished, tmp_path: Path
) -> None:
    _, hold_out = splits.hold_out_split(finished.clients.target, SEED)
    spoiled = finished.gathered.matrix.copy()
    spoiled[hold_out] = np.nan
    again = train_into(tmp_path / "v1", replace(finished.gathered, matrix=spoiled))
    assert again.manifest.metrics.out_of_fold == finished.manifest.metrics.out_of_fold
    assert again.manifest.threshold == finished.manifest.threshold


def test_the_threshold_is_the_mean_of_the_five_fold_minima(finished: Finished) -> None:
    split = splits.split(finished.clients.target, SEED)
    target, probability = finished.clients.target[split.train], finished.trained.out_of_sample[split.train]
    minima = [best_threshold(target[split.fold == k], probability[split.fold == k]) for k in range(5)]
    assert list(finished.manifest.fold_thresholds) == minima
    assert finished.manifest.threshold == pytest.approx(np.mean(minima))
    assert finished.manifest.theoretical_threshold == pytest.approx(1 / 11)


def test_the_reference_holds_features_and_probability_and_no_client(finished: Finished) -> None:
    table = pq.read_table(finished.path / "reference.parquet")
    assert table.column_names == [*finished.clients.names, "probability"]
    assert len(table) == len(finished.clients)


def test_the_population_describes_every_client_and_hides_small_cells(finished: Finished) -> None:
    population = json.loads((finished.path / "model.json").read_text())["population"]
    all_clients = population["segments"]["all"]
    assert all_clients["AMT_CREDIT"]["n"] == len(finished.clients)
    values = finished.clients.main[:, catalogue.MAIN.index("AMT_CREDIT")]
    assert all_clients["AMT_CREDIT"]["quantiles"] == pytest.approx(np.percentile(values, [5, 25, 50, 75, 95]))
    assert len(population["edges"]["AMT_CREDIT"]) == len(all_clients["AMT_CREDIT"]["histogram"]) + 1
    cells = [cell for segment in population["segments"].values() for cell in segment.values()]
    assert min(cell["n"] for cell in cells) >= 20
    assert not [count for cell in cells for count in cell["histogram"] if 0 < count < 20]
    bands = [population["segments"][f"income_band:{band}"]["AMT_INCOME_TOTAL"]["n"] for band in range(1, 6)]
    assert sum(bands) == len(finished.clients)
    assert max(bands) - min(bands) < 30


def test_the_card_has_every_section_and_the_figures(finished: Finished) -> None:
    text = (finished.path / "CARD.md").read_text()
    for title in (
        "Intended use",
        "Data",
        "Features",
        "Metrics",
        "Calibration",
        "Threshold",
        "Fairness",
        "Limits",
    ):
        assert f"\n## {title}\n" in text
    assert f"{finished.manifest.metrics.holdout.auc.value:.4f}" in text
    assert "demo model" not in text
    assert "demo model" in card(replace(finished.manifest, is_demo=True))


@pytest.mark.parametrize(
    ("emptied", "title"), [({"fairness": {}}, "Fairness"), ({"features": ()}, "Features")]
)
def test_a_card_with_an_empty_section_is_refused(
    finished: Finished, emptied: dict[str, Any], title: str
) -> None:
    with pytest.raises(EmptySection, match=title):
        card(replace(finished.manifest, **emptied))


def test_small_data_average_several_boosters(clients: Clients) -> None:
    few, many = (hyperparameters_for(size, quick=False) for size in (len(clients), 300_000))
    assert few.seeds > many.seeds


def test_a_quick_training_of_few_clients_is_shrunk_as_a_thorough_one() -> None:
    """Settings that were found on many clients overfit few, whoever is in a hurry."""
    quick, thorough = (hyperparameters_for(SMALL - 1, quick=is_quick).params for is_quick in (True, False))
    assert {**quick, "learning_rate": thorough["learning_rate"]} == thorough
    assert float(quick["learning_rate"]) > float(thorough["learning_rate"])
    assert float(hyperparameters_for(SMALL, quick=True).params["lambda_l2"]) < float(quick["lambda_l2"])
