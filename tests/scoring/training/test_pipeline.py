import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from scoring.ml.features import catalogue
from scoring.ml.metrics.costs import best_threshold
from scoring.ml.model import folder
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.report.model_card import EmptySection, card
from tests.scoring.training.conftest import SEED, Finished, train_into


def test_the_trained_folder_loads_and_tells_risks_apart(finished: Finished) -> None:
    model = folder.load(finished.path)
    assert model.features == finished.clients.names
    scores = model.score(finished.clients.matrix)
    assert roc_auc_score(finished.clients.target, scores.probability) > 0.7
    assert finished.facts["metrics"]["holdout"]["auc"]["value"] > 0.6


def test_the_same_seed_writes_the_same_bytes(finished: Finished, tmp_path: Path) -> None:
    again = train_into(tmp_path / "v1", finished.gathered)
    files = {file.name: file.read_bytes() for file in finished.path.iterdir()}
    assert files == {file.name: file.read_bytes() for file in again.path.iterdir()}


def test_the_hold_out_is_never_learned_from_before_it_is_judged(finished: Finished, tmp_path: Path) -> None:
    _, judge = splits.hold_out(finished.clients.target, SEED)
    spoiled = finished.gathered.matrix.copy()
    spoiled[judge] = np.nan
    other = train_into(tmp_path / "v1", replace(finished.gathered, matrix=spoiled))
    assert other.facts["metrics"]["oof"] == finished.facts["metrics"]["oof"]
    assert other.facts["threshold"] == finished.facts["threshold"]


def test_the_threshold_is_the_mean_of_the_five_fold_minima(finished: Finished) -> None:
    learn, _ = splits.hold_out(finished.clients.target, SEED)
    target, probability = finished.clients.target[learn], finished.trained.unseen[learn]
    fold = splits.folds(target, SEED)
    minima = [best_threshold(target[fold == k], probability[fold == k]) for k in range(5)]
    assert finished.facts["fold_thresholds"] == minima
    assert finished.facts["threshold"] == pytest.approx(np.mean(minima))
    assert finished.facts["threshold_theory"] == pytest.approx(1 / 11)


def test_the_reference_holds_features_and_probability_and_no_client(finished: Finished) -> None:
    table = pq.read_table(finished.path / "reference.parquet")
    assert table.column_names == [*finished.clients.names, "probability"]
    assert len(table) == len(finished.clients)


def test_the_population_describes_every_client_and_hides_small_cells(finished: Finished) -> None:
    population = json.loads((finished.path / "model.json").read_text())["population"]
    everybody = population["segments"]["all"]
    assert everybody["AMT_CREDIT"]["n"] == len(finished.clients)
    values = finished.clients.main[:, catalogue.MAIN.index("AMT_CREDIT")]
    assert everybody["AMT_CREDIT"]["quantiles"] == pytest.approx(np.percentile(values, [5, 25, 50, 75, 95]))
    assert len(population["edges"]["AMT_CREDIT"]) == len(everybody["AMT_CREDIT"]["histogram"]) + 1
    cells = [cell for segment in population["segments"].values() for cell in segment.values()]
    assert min(cell["n"] for cell in cells) >= 20
    assert not [count for cell in cells for count in cell["histogram"] if 0 < count < 20]
    bands = [population["segments"][f"income_band:{band}"]["AMT_INCOME_TOTAL"]["n"] for band in range(1, 6)]
    assert sum(bands) == len(finished.clients)
    assert max(bands) - min(bands) < 30


def test_the_card_says_what_it_must(finished: Finished) -> None:
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
    assert f"{finished.facts['metrics']['holdout']['auc']['value']:.4f}" in text
    assert "demo model" not in text
    assert "demo model" in card({**finished.facts, "is_demo": True})


@pytest.mark.parametrize(
    ("emptied", "title"), [({"fairness": {}}, "Fairness"), ({"features": []}, "Features")]
)
def test_a_card_with_an_empty_section_is_refused(
    finished: Finished, emptied: dict[str, object], title: str
) -> None:
    with pytest.raises(EmptySection, match=title):
        card({**finished.facts, **emptied})


def test_small_data_average_several_boosters(clients: Clients) -> None:
    from scoring.ml.training.fit.hyperparameters import recipe_for

    assert recipe_for(len(clients), quick=False).seeds > recipe_for(300_000, quick=False).seeds
