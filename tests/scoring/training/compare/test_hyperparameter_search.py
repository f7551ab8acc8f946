from dataclasses import replace
from pathlib import Path

import pytest

from scoring.ml.training.compare import hyperparameter_search
from scoring.ml.training.compare.hyperparameter_search import Tuned
from scoring.ml.training.data.clients import Clients, TrainingError
from tests.scoring.training.conftest import quick, silent


def tune(clients: Clients, store: Path, trials: int) -> Tuned:
    recipe = replace(quick(), max_rounds=40)
    return hyperparameter_search.tune(
        clients, recipe, seed=1, trials=trials, store=store, fingerprint="f" * 64, say=silent
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tuning") / "tuning.sqlite3"


@pytest.fixture(scope="module")
def begun(clients: Clients, store: Path) -> Tuned:
    return tune(clients, store, trials=2)


def test_the_recipe_itself_is_the_first_trial_and_the_best_is_never_worse(begun: Tuned) -> None:
    first = begun.runs[0]
    assert first.params["num_leaves"] == quick().params["num_leaves"]
    assert begun.record["log_loss_of_the_recipe"] == pytest.approx(first.metrics["log_loss"])
    assert begun.record["log_loss"] <= begun.record["log_loss_of_the_recipe"]


def test_the_best_settings_are_those_of_the_recipe_that_is_trained(begun: Tuned) -> None:
    assert begun.record["params"].items() <= begun.recipe.params.items()
    assert begun.recipe.params["learning_rate"] == quick().params["learning_rate"]


def test_a_second_call_goes_on_where_the_first_one_stopped(
    clients: Clients, store: Path, begun: Tuned
) -> None:
    gone_on = tune(clients, store, trials=3)
    assert len(gone_on.runs) == 3
    assert [run.params for run in gone_on.runs[:2]] == [run.params for run in begun.runs]
    assert gone_on.runs[2].params not in [run.params for run in begun.runs]


def test_a_search_that_is_complete_asks_no_more(clients: Clients, store: Path, begun: Tuned) -> None:
    known = tune(clients, store, trials=2)
    assert len(tune(clients, store, trials=2).runs) == len(known.runs)


def test_trials_of_other_clients_are_not_mixed_in(clients: Clients, store: Path, begun: Tuned) -> None:
    other = hyperparameter_search.tune(
        clients,
        replace(quick(), max_rounds=40),
        seed=1,
        trials=1,
        store=store,
        fingerprint="0" * 64,
        say=silent,
    )
    assert len(other.runs) == 1


def test_a_store_that_cannot_be_made_is_said(clients: Clients, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(TrainingError, match="taken"):
        tune(clients, tmp_path / "taken" / "tuning.sqlite3", trials=1)
