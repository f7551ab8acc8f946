from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scoring.ml.training.compare import hyperparameter_search
from scoring.ml.training.compare.hyperparameter_search import SearchResult
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.progress import silent
from tests.scoring.training.quick_training import quick


def search(clients: Clients, store: Path, trials: int, fingerprint: str = "f" * 64) -> SearchResult:
    return hyperparameter_search.search(
        clients,
        replace(quick(), max_rounds=40),
        seed=1,
        trials=trials,
        store=store,
        fingerprint=fingerprint,
        progress=silent,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tuning") / "tuning.sqlite3"


@pytest.fixture(scope="module")
def first_call(clients: Clients, store: Path) -> SearchResult:
    return search(clients, store, trials=2)


def test_the_given_hyperparameters_are_the_first_trial_and_the_best_is_never_worse(
    first_call: SearchResult,
) -> None:
    first, record = first_call.runs[0], first_call.record
    assert first.params["num_leaves"] == quick().params["num_leaves"]
    assert record.log_loss_before is not None
    assert record.log_loss_before == pytest.approx(first.metrics["log_loss"])
    assert record.log_loss <= record.log_loss_before


def test_the_best_params_are_those_that_are_trained_with(first_call: SearchResult) -> None:
    assert first_call.record.params.items() <= first_call.hyperparameters.params.items()
    assert first_call.hyperparameters.params["learning_rate"] == quick().params["learning_rate"]


def test_a_second_call_goes_on_where_the_first_one_stopped(
    clients: Clients, store: Path, first_call: SearchResult
) -> None:
    second_call = search(clients, store, trials=3)
    assert len(second_call.runs) == 3
    assert [run.params for run in second_call.runs[:2]] == [run.params for run in first_call.runs]
    assert second_call.runs[2].params not in [run.params for run in first_call.runs]


def test_a_complete_search_runs_no_more_trials(
    clients: Clients, store: Path, first_call: SearchResult
) -> None:
    complete = search(clients, store, trials=2)
    assert len(search(clients, store, trials=2).runs) == len(complete.runs)


def test_trials_of_other_clients_are_not_mixed_in(
    clients: Clients, store: Path, first_call: SearchResult
) -> None:
    assert len(search(clients, store, trials=1, fingerprint="0" * 64).runs) == 1


def test_defaults_that_do_not_fill_the_folds_are_reported_before_any_trial(
    clients: Clients, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    few = replace(clients, target=(np.arange(len(clients)) < 3).astype(float))
    with pytest.raises(TrainingError, match="3 clients of the rarer outcome"):
        search(few, tmp_path / "tuning.sqlite3", trials=1)
    assert "Traceback" not in capfd.readouterr().err + caplog.text
    assert not (tmp_path / "tuning.sqlite3").exists()


def test_a_store_that_cannot_be_made_is_reported(clients: Clients, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(TrainingError, match="taken"):
        search(clients, tmp_path / "taken" / "tuning.sqlite3", trials=1)
