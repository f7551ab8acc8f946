"""Samples from a folder of tables, and from the reference sample in a model folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from scoring.ml.features import catalogue, frames
from scoring.ml.model.folder import REFERENCE
from scoring.ml.model.model import Model
from scoring.ml.monitoring.sample import Column, Sample
from scoring.ml.tables.folder import Folder

# Of a larger folder so many clients are drawn: distributions do not get better by more.
MAX_ROWS = 50_000


def reference_of(model: Model, path: Path) -> Sample:
    """Return the reference sample in a model folder: features and out-of-sample probabilities."""
    table = pq.read_table(path / REFERENCE)
    matrix = np.stack([np.asarray(table[name], dtype=np.float64) for name in model.features], axis=1)
    probability = np.asarray(table["probability"], dtype=np.float64)
    return Sample(feature_columns(model, matrix), probability)


def of_folder(folder: Folder, model: Model | None, *, raw: bool) -> Sample:
    """Return the applications of a folder, at most MAX_ROWS of them, scored by `model`.

    With `raw` the application's own columns are added, to compare two folders; otherwise only the model's
    inputs.
    """
    share = min(1.0, MAX_ROWS / max(folder.clients(), 1))
    parts = [_of_batch(batch, model, raw, share) for batch in frames.profiles(folder)]
    names = [name for name in parts[0].columns if all(name in part.columns for part in parts)]
    return Sample(
        {name: np.concatenate([part.columns[name] for part in parts]) for name in names},
        np.concatenate([part.probability for part in parts]),
        np.concatenate([part.target for part in parts]),
    )


def feature_columns(model: Model, matrix: NDArray[np.float64]) -> dict[str, Column]:
    """Return the model's input rows, (n, k), by feature name, with categories by name."""
    columns = dict(zip(model.features, matrix.T, strict=True))
    return {name: _category_names(name, values) for name, values in columns.items()}


def _of_batch(batch: frames.ProfileBatch, model: Model | None, raw: bool, share: float) -> Sample:
    drawn = np.random.default_rng(int(batch.reference[0])).random(len(batch.reference)) < share
    profile = {name: values[drawn] for name, values in batch.columns.items()}
    columns: dict[str, Column] = {
        name: profile[name] for name in frames.APPLICATION if name in profile and raw
    }
    probability = np.empty(0)
    if model:
        matrix = model.matrix(profile)
        columns = {**feature_columns(model, matrix), **columns}
        probability = model.score(matrix).probability
    return Sample(columns, probability, batch.target[drawn])


def _category_names(name: str, values: NDArray[np.float64]) -> NDArray[Any]:
    categories = list(catalogue.BY_NAME[name].categories)
    if not categories:
        return values
    names = np.array([*categories, None], dtype=object)
    return names[np.where(np.isfinite(values), values, len(categories)).astype(np.int64)]
