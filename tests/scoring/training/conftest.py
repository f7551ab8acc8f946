from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.training import pipeline
from scoring.ml.training.data.clients import Clients, gather
from scoring.ml.training.fit.hyperparameters import Recipe, recipe_for
from tests.scoring.applications import application_folder

SEED = 3
ABOUT = {
    "name": "v1",
    "created_at": "2026-01-01T00:00:00+00:00",
    "is_demo": False,
    "seed": SEED,
    "data": {"fingerprint": "f" * 64, "tables": ["application"], "rejected": 0},
}


@dataclass(frozen=True)
class Finished:
    path: Path
    facts: dict[str, Any]
    trained: pipeline.Trained
    gathered: Clients

    @property
    def clients(self) -> Clients:
        """With the features of the finished model."""
        return self.trained.clients


def silent(stage: str) -> None:
    """Nobody watches a test."""


def quick() -> Recipe:
    """Without the test by chance: on so few clients it would leave no category to look at."""
    return replace(recipe_for(1_500, quick=True), shuffles=0)


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    path = application_folder(tmp_path_factory.mktemp("applications"))
    return gather(check(open_folder(path)).folder, say=silent)


@pytest.fixture(scope="session")
def finished(clients: Clients, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A version trained once on 1,500 made-up clients."""
    return train_into(tmp_path_factory.mktemp("versions") / "v1", clients)


def train_into(path: Path, clients: Clients) -> Finished:
    path.mkdir(parents=True)
    trained = pipeline.train(clients, recipe=quick(), seed=SEED, say=silent)
    facts = pipeline.write(path, trained, recipe=quick(), about=ABOUT)
    return Finished(path, facts, trained, clients)
