"""Samples out of a folder of tables, and out of the reference that a model was shipped with."""

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
ROWS = 50_000


def reference_of(model: Model, path: Path) -> Sample:
    """The sample in the folder `path` of a model: its features and the probabilities of unseen clients."""
    table = pq.read_table(path / REFERENCE)
    matrix = np.stack([np.asarray(table[name], dtype=np.float64) for name in model.features], axis=1)
    probability = np.asarray(table["probability"], dtype=np.float64)
    return Sample(feature_columns(model, matrix), probability)


def of_folder(folder: Folder, model: Model | None, *, raw: bool) -> Sample:
    """The applications of a folder, at most ROWS of them, scored by `model`.

    `raw`: the application's own columns too, for two folders are held against each other; without them only
    what the model reads.
    """
    share = min(1.0, ROWS / max(folder.clients(), 1))
    parts = [_of_batch(batch, model, raw, share) for batch in frames.profiles(folder)]
    names = [name for name in parts[0].columns if all(name in part.columns for part in parts)]
    return Sample(
        {name: np.concatenate([part.columns[name] for part in parts]) for name in names},
        np.concatenate([part.probability for part in parts]),
        np.concatenate([part.target for part in parts]),
    )


def feature_columns(model: Model, matrix: NDArray[np.float64]) -> dict[str, Column]:
    """The model's input rows, (n, k), by feature name, with categories in words."""
    columns = dict(zip(model.features, matrix.T, strict=True))
    return {name: _in_words(name, values) for name, values in columns.items()}


def _of_batch(batch: frames.ProfileBatch, model: Model | None, raw: bool, share: float) -> Sample:
    drawn = np.random.default_rng(int(batch.reference[0])).random(len(batch.reference)) < share
    kept = {name: values[drawn] for name, values in batch.columns.items()}
    columns: dict[str, Column] = {name: kept[name] for name in frames.APPLICATION if name in kept and raw}
    probability = np.empty(0)
    if model:
        matrix = model.matrix(kept)
        columns = {**feature_columns(model, matrix), **columns}
        probability = model.score(matrix).probability
    return Sample(columns, probability, batch.target[drawn])


def _in_words(name: str, values: NDArray[np.float64]) -> NDArray[Any]:
    categories = list(catalogue.BY_NAME[name].categories)
    if not categories:
        return values
    words = np.array([*categories, None], dtype=object)
    known = np.isfinite(values)
    return words[np.where(known, values, len(categories)).astype(np.int64)]
