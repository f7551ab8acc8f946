"""Pooled folders: clients of whom fewer tables are known still teach what those tables say.

A table that was not provided is not the same as no history, so the clients form stages. The lowest stage has
the fewest tables and the most clients; each stage above learns only what its further tables add, and the top
one has every table of the folder that is trained on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue, frames
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.tables.folder import Folder
from scoring.ml.training.data.clients import Clients, TrainingError, informative
from scoring.ml.training.progress import Progress

Values = NDArray[np.float64]
References = NDArray[np.int64]
Tables = frozenset[str]

_ALL = tuple(feature.name for feature in catalogue.FEATURES)


@dataclass(frozen=True, slots=True)
class StageData:
    """m clients of whom `tables` are known: `matrix` (m, k) of the features `names`, and the outcome, (m,).

    Every feature of a stage has the same value whether or not the tables of higher stages are provided.
    """

    tables: Tables
    names: tuple[str, ...]
    reference: References
    target: Values
    matrix: Values


@dataclass(frozen=True, slots=True)
class _LabelledFolder:
    """The labelled clients of a folder with all features (m, k) by stage; who has no label: `unlabelled`."""

    reference: References
    target: Values
    matrices: Mapping[Tables, Values]
    unlabelled: References


def pooled_stages(
    own: Clients, folder: Folder, pool: Sequence[Folder], *, progress: Progress
) -> tuple[StageData, ...]:
    """Return the stages, lowest first; the top has the features of `own`, the clients of `folder`.

    A client of several folders counts once. Who has no label in one of the folders teaches nothing: those
    are the test sides. Raises TrainingError when two folders disagree on an outcome.
    """
    levels = _levels(folder, pool)
    folders = [_labelled_folder(source, levels) for source in (folder, *pool)]
    _check_agreement(folders)
    stages = []
    for tables in levels:
        stage = _stage_data(tables, own, folders, levels[-1])
        listed = " and ".join(["the application", *sorted(tables)])
        progress(f"{len(stage.target):,} clients know {listed}; {len(stage.names)} features of it count")
        stages.append(stage)
    return tuple(stages)


def _levels(folder: Folder, pool: Sequence[Folder]) -> tuple[Tables, ...]:
    """Return nested sets of tables, from what every pooled folder shares up to the tables of the folder."""
    levels = [_tables(folder)]
    shared = {_tables(folder) & _tables(pooled) for pooled in pool}
    for tables in sorted(shared, key=len, reverse=True):
        if (lower := tables & levels[-1]) < levels[-1]:
            levels.append(lower)
    return tuple(reversed(levels))


def _tables(folder: Folder) -> Tables:
    return frozenset(folder.history)


def _labelled_folder(folder: Folder, levels: Sequence[Tables]) -> _LabelledFolder:
    matrices = {tables: _matrix(folder, tables) for tables in levels if tables <= _tables(folder)}
    reference, target = _outcomes(folder)
    labelled = ~np.isnan(target)
    return _LabelledFolder(
        reference[labelled],
        target[labelled],
        {tables: matrix[labelled] for tables, matrix in matrices.items()},
        reference[~labelled],
    )


def _matrix(folder: Folder, tables: Tables) -> Values:
    """Return all features (n, k) of every client as if only these tables had been provided."""
    history = {name: table for name, table in folder.history.items() if name in tables}
    batches = frames.profiles(replace(folder, history=history))
    return np.concatenate([feature_matrix(batch.columns) for batch in batches])


def _outcomes(folder: Folder) -> tuple[References, Values]:
    batches = list(frames.profiles(replace(folder, history={})))
    return (
        np.concatenate([batch.reference for batch in batches]),
        np.concatenate([batch.target for batch in batches]),
    )


def _check_agreement(folders: Sequence[_LabelledFolder]) -> None:
    trained = folders[0]
    for pooled in folders[1:]:
        _, here, there = np.intersect1d(trained.reference, pooled.reference, return_indices=True)
        if differing := int((trained.target[here] != pooled.target[there]).sum()):
            raise TrainingError(
                f"{differing:,} clients have another outcome in a pooled folder: are the ids the same?"
            )


def _stage_data(tables: Tables, own: Clients, folders: Sequence[_LabelledFolder], top: Tables) -> StageData:
    sources = [folder for folder in folders if tables in folder.matrices]
    unlabelled = np.concatenate([folder.unlabelled for folder in folders])
    reference = np.concatenate([folder.reference for folder in sources])
    # Of a client's several rows the first counts: that of the folder that is trained on.
    _, first = np.unique(reference, return_index=True)
    own_rows = len(folders[0].reference)
    rows = np.sort(first[(first < own_rows) | ~np.isin(reference[first], unlabelled)])
    matrix = np.concatenate([folder.matrices[tables] for folder in sources])[rows]
    usable = set(_ALL) if tables == top else _stable_features(folders[0], tables, top, matrix)
    names = tuple(name for name in own.names if name in usable)
    columns = [_ALL.index(name) for name in names]
    target = np.concatenate([folder.target for folder in sources])[rows]
    return StageData(tables, names, reference[rows], target, np.ascontiguousarray(matrix[:, columns]))


def _stable_features(own: _LabelledFolder, tables: Tables, top: Tables, matrix: Values) -> set[str]:
    """Return the features that are informative at this stage and that no table of a higher one changes."""
    here, there = own.matrices[tables], own.matrices[top]
    same = ((here == there) | (np.isnan(here) & np.isnan(there))).all(axis=0)
    return {name for name, usable in zip(_ALL, same & informative(matrix), strict=True) if usable}
