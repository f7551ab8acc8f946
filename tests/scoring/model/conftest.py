import shutil
from pathlib import Path

import numpy as np
import pytest

from scoring.ml.features import catalogue
from scoring.ml.model import folder
from scoring.ml.model.model import Model
from tests.scoring.modelfolder import tiny_model


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models"))


@pytest.fixture
def model_path(trained_once: Path, tmp_path: Path) -> Path:
    """A folder that a test may damage."""
    return shutil.copytree(trained_once, tmp_path / trained_once.name)


@pytest.fixture(scope="session")
def model(trained_once: Path) -> Model:
    return folder.load(trained_once)


@pytest.fixture(scope="session")
def rows(model: Model) -> np.ndarray:
    """200 random input rows, categories as codes, one value in ten missing."""
    rng = np.random.default_rng(11)
    matrix = rng.normal(size=(200, len(model.features)))
    for name in model.manifest.categories:
        codes = len(catalogue.BY_NAME[name].categories)
        matrix[:, model.features.index(name)] = rng.integers(0, codes, len(matrix))
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    return matrix
