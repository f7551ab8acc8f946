"""A small, valid model folder for tests: a few trees over random rows of the catalogue's features."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.model import explainer_data, folder, json_codec
from scoring.ml.model.manifest import Manifest

ROWS = 400
QUANTILES = [0.1, 0.3, 0.5, 0.7, 0.9]
METRICS = [
    "auc",
    "gini",
    "ks",
    "pr_auc",
    "accuracy",
    "recall",
    "precision",
    "f1",
    "brier",
    "log_loss",
    "calibration_slope",
    "ece",
    "cost",
]


def tiny_model(
    path: Path,
    *,
    name: str = "tiny-1",
    features: Sequence[str] | None = None,
    explain: bool = False,
    **entries: Any,
) -> Path:
    """A trained folder `path / name`; `entries` replace those of its model.json."""
    names = tuple(features or [feature.name for feature in catalogue.FEATURES])
    where = path / name
    where.mkdir(parents=True)
    trees, matrix = _trees(names)
    (where / folder.BOOSTER).write_text(trees.model_to_string(), encoding="utf-8")
    columns: dict[str, Any] = dict(zip(names, matrix.T, strict=True))
    pyarrow.parquet.write_table(
        pyarrow.table({**columns, "probability": trees.predict(matrix)}), where / folder.REFERENCE
    )
    (where / folder.CARD).write_text(f"# {name}\n\nA model for tests.\n", encoding="utf-8")
    if explain:
        (where / folder.EXPLAIN).write_bytes(explainer_file(names, trees))
    folder.seal(where, json_codec.decode(Manifest, {**_manifest(name, names), **entries}))
    return where


def explainer_file(names: tuple[str, ...], trees: lightgbm.Booster | None = None) -> bytes:
    """Most accepted clients lie between 1 and 3; a quarter of them share any category; an ensemble of three
    that are the model itself; 200 similar clients of whom every tenth defaulted."""
    groups = explainer_data.groups_of(names)
    rng = np.random.default_rng(5)
    plain = np.array([bool(catalogue.BY_NAME[name].categories) for name in names])
    text = (trees or _trees(names)[0]).model_to_string()
    return explainer_data.serialize(
        explainer_data.ExplainerData(
            features=names,
            groups=groups,
            accepted=ROWS,
            low=np.where(plain, np.nan, 1.0),
            high=np.where(plain, np.nan, 3.0),
            coverage=np.full(len(names), 0.9),
            shares=np.where(plain[:, None], np.full((len(names), 60), 0.25), np.nan),
            importance=np.linspace(1, 0, len(names)),
            group_importance=np.linspace(1, 0, len(groups)),
            sample=rng.normal(0, 0.1, (200, len(groups))).astype(np.float32),
            defaulted=np.arange(200) % 10 == 0,
            refused=np.arange(200) % 5 == 0,
            scale=np.ones(len(groups)),
            radius=1e6,
            neighbours=100,
            ensemble=(text, text, text),
        )
    )


@cache
def _trees(names: tuple[str, ...]) -> tuple[lightgbm.Booster, np.ndarray]:
    """The same trees for the same features: trained once in a process, and never changed."""
    rng = np.random.default_rng(7)
    matrix = rng.normal(size=(ROWS, len(names)))
    categorical = list(folder.vocabulary(names))
    for feature in categorical:
        codes = len(catalogue.BY_NAME[feature].categories)
        matrix[:, names.index(feature)] = rng.integers(0, codes, ROWS)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    signal = np.nan_to_num(matrix[:, : min(8, len(names))]).sum(axis=1)
    target = (rng.random(ROWS) < 1 / (1 + np.exp(2.5 - signal))).astype(float)
    rows = lightgbm.Dataset(
        matrix, target, feature_name=list(names), categorical_feature=categorical, params={"verbose": -1}
    )
    settings = {
        "objective": "binary",
        "num_leaves": 7,
        "learning_rate": 0.2,
        "min_data_in_leaf": 10,
        "num_threads": 1,
    }
    return lightgbm.train({**settings, "seed": 1, "verbose": -1}, rows, num_boost_round=20), matrix


def _manifest(name: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "created_at": "2026-01-01T00:00:00+00:00",
        "is_demo": False,
        "seed": 1,
        "features": list(names),
        "categorical": folder.vocabulary(names),
        "medians": {},
        "threshold": 0.1,
        "threshold_theory": 1 / 11,
        "fold_thresholds": [0.09, 0.1, 0.1, 0.1, 0.11],
        "costs": {"fn": 10, "fp": 1},
        "calibration": {"method": "identity", "a": 1.0, "b": 0.0},
        "metrics": {"oof": _metrics(), "holdout": _metrics()},
        "fairness": {},
        "population": _population(),
        "data": {"fingerprint": "0" * 64, "clients": ROWS, "default_rate": 0.08, "tables": ["application"]},
        "libraries": {"lightgbm": lightgbm.version},
        "files": {},
    }


def _metrics() -> dict[str, Any]:
    values: dict[str, Any] = {metric: {"value": 0.75, "low": 0.74, "high": 0.76} for metric in METRICS}
    return {**values, "confusion": {"tp": 20, "fp": 80, "fn": 10, "tn": 290}}


def _population() -> Mapping[str, Any]:
    edges = {feature: [float(edge) for edge in range(11)] for feature in catalogue.MAIN}
    cell = {"n": ROWS, "quantiles": [10 * q for q in QUANTILES], "histogram": [ROWS // 10] * 10}
    keys = ("all", "contract:Cash loans", "income_band:2", "age_band:30-39")
    segments = {key: dict.fromkeys(catalogue.MAIN, cell) for key in keys}
    return {
        "income_edges": [100_000.0, 135_000.0, 180_000.0, 225_000.0],
        "edges": edges,
        "segments": segments,
    }
