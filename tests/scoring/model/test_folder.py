import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable

WEB_MODULES = (
    "scoring.ml.lightgbm",
    "scoring.ml.model.calibration",
    "scoring.ml.model.explainer_data",
    "scoring.ml.model.folder",
    "scoring.ml.model.manifest",
    "scoring.ml.model.model",
    "scoring.ml.model.population",
    "scoring.ml.model.verdict",
)
KEPT_OUT = (
    "sklearn",
    "pandas",
    "matplotlib",
    "mlflow",
    "shap",
    "scipy.stats",
    "pyarrow",
    "joblib",
    "evidently",
)


def test_a_folder_comes_back_as_it_was_written(model_path: Path) -> None:
    model = folder.load(model_path, digest=folder.digest_of(model_path))
    assert (model.version, model.threshold, model.is_demo) == ("tiny-1", 0.1, False)
    assert model.digest == sha256((model_path / "model.json").read_bytes()).hexdigest()
    assert list(model.features) == model.trees.feature_name()


@pytest.mark.parametrize("name", ["model.txt", "reference.parquet", "CARD.md"])
def test_an_altered_file_is_refused_by_name(model_path: Path, name: str) -> None:
    with (model_path / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ModelUnavailable, match=f"{name} was altered"):
        folder.load(model_path)


@pytest.mark.parametrize("name", ["model.json", "model.txt", "reference.parquet", "CARD.md"])
def test_a_missing_file_is_refused_by_name(model_path: Path, name: str) -> None:
    (model_path / name).unlink()
    with pytest.raises(ModelUnavailable, match=f"{name} cannot be read"):
        folder.load(model_path)


@pytest.mark.parametrize("name", ["hook.py", "model.pkl", ".hidden"])
def test_a_file_that_does_not_belong_is_refused_by_name(model_path: Path, name: str) -> None:
    (model_path / name).write_text("import os")
    with pytest.raises(ModelUnavailable, match=f"{name} does not belong"):
        folder.load(model_path)


def test_a_listed_pickle_is_still_refused(model_path: Path) -> None:
    (model_path / "model.pkl").write_bytes(b"\x80\x04.")
    rewrite(
        model_path, lambda stored: stored["files"].update({"model.pkl": digest(model_path / "model.pkl")})
    )
    with pytest.raises(ModelUnavailable, match=r"model\.pkl does not belong"):
        folder.load(model_path)


def test_a_manifest_other_than_the_registered_one_is_refused(model_path: Path) -> None:
    registered = folder.digest_of(model_path)
    rewrite(model_path, lambda stored: stored.update(threshold=0.99))
    with pytest.raises(ModelUnavailable, match=r"model\.json is not the one that was registered"):
        folder.load(model_path, digest=registered)


def test_a_feature_that_the_desk_does_not_know_is_named(model_path: Path) -> None:
    rewrite(model_path, lambda stored: stored["features"].__setitem__(3, "SHOE_SIZE"))
    with pytest.raises(ModelUnavailable, match="SHOE_SIZE is unknown"):
        folder.load(model_path)


def test_features_in_another_order_than_the_booster_are_refused(model_path: Path) -> None:
    rewrite(model_path, lambda stored: stored["features"].reverse())
    with pytest.raises(ModelUnavailable, match="list different features"):
        folder.load(model_path)


def test_categories_that_changed_since_training_are_refused(model_path: Path) -> None:
    rewrite(model_path, lambda stored: stored["categorical"]["NAME_CONTRACT_TYPE"].reverse())
    with pytest.raises(ModelUnavailable, match="categories of NAME_CONTRACT_TYPE have changed"):
        folder.load(model_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "x"}'])
def test_a_broken_manifest_is_refused(model_path: Path, text: str) -> None:
    (model_path / "model.json").write_text(text)
    with pytest.raises(ModelUnavailable, match=r"model\.json"):
        folder.load(model_path)


def test_a_booster_that_is_not_lightgbm_is_refused(model_path: Path) -> None:
    (model_path / "model.txt").write_text("tree\nversion=v4\n")
    rewrite(
        model_path, lambda stored: stored["files"].update({"model.txt": digest(model_path / "model.txt")})
    )
    with pytest.raises(ModelUnavailable, match=r"model\.txt is not a LightGBM model"):
        folder.load(model_path)


def test_serving_a_model_loads_nothing_of_the_training_stack() -> None:
    modules = ", ".join(WEB_MODULES)
    script = f"import sys, {modules}; print([name for name in {KEPT_OUT} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def rewrite(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    manifest = json.loads((path / "model.json").read_text())
    change(manifest)
    (path / "model.json").write_text(json.dumps(manifest))


def digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()
