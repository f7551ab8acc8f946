"""What other folders add: clients of whom fewer tables are known still teach what those tables say.

A table that was not provided is not the same as no history, so the clients stand on steps. The lowest step
knows the fewest tables and has the most clients; each step above learns only what its further tables add,
and the top knows every table of the folder that is trained on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue, frames
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.tables.folder import Folder
from scoring.ml.training.data.clients import Clients, Say, TrainingError, informative

Values = NDArray[np.float64]
References = NDArray[np.int64]
Tables = frozenset[str]

_ALL = tuple(feature.name for feature in catalogue.FEATURES)


@dataclass(frozen=True, slots=True)
class Step:
    """m clients of whom `tables` are known: `matrix` (m, k) of the features `names`, and the outcome, (m,).

    Every feature of a step has the same value whether or not the tables of higher steps are provided.
    """

    tables: Tables
    names: tuple[str, ...]
    reference: References
    target: Values
    matrix: Values


@dataclass(frozen=True, slots=True)
class _Known:
    """One folder: its labelled clients, with all features (m, k) at each step, and those without a label."""

    reference: References
    target: Values
    matrices: Mapping[Tables, Values]
    tested: References


def steps(own: Clients, folder: Folder, pool: Sequence[Folder], *, say: Say) -> tuple[Step, ...]:
    """The steps, lowest first; the last is the top, with the features of `own`, the clients of `folder`.

    A client of several folders counts once. Nobody is learned from who has no label in one of the folders:
    those are the test sides. Raises TrainingError when two folders disagree on an outcome.
    """
    levels = _levels(folder, pool)
    folders = [_known(one, levels) for one in (folder, *pool)]
    _agree(folders)
    found = []
    for tables in levels:
        step = _step(tables, own, folders, levels[-1])
        say(f"{len(step.target):,} clients know {_said(tables)}; {len(step.names)} features of it count")
        found.append(step)
    return tuple(found)


def _levels(folder: Folder, pool: Sequence[Folder]) -> tuple[Tables, ...]:
    """Sets of tables, each within the next, down from those of the folder to what every pooled one shares."""
    levels = [_tables(folder)]
    for shared in sorted({_tables(folder) & _tables(one) for one in pool}, key=len, reverse=True):
        if (lower := shared & levels[-1]) < levels[-1]:
            levels.append(lower)
    return tuple(reversed(levels))


def _tables(folder: Folder) -> Tables:
    return frozenset(folder.history)


def _known(folder: Folder, levels: Sequence[Tables]) -> _Known:
    mine = [tables for tables in levels if tables <= _tables(folder)]
    matrices = {tables: _matrix(folder, tables) for tables in mine}
    reference, target = _outcomes(folder)
    known = ~np.isnan(target)
    return _Known(
        reference[known],
        target[known],
        {tables: matrix[known] for tables, matrix in matrices.items()},
        reference[~known],
    )


def _matrix(folder: Folder, tables: Tables) -> Values:
    """All features (n, k) of every client as if only these tables had been provided."""
    history = {name: table for name, table in folder.history.items() if name in tables}
    batches = frames.profiles(replace(folder, history=history))
    return np.concatenate([feature_matrix(batch.columns) for batch in batches])


def _outcomes(folder: Folder) -> tuple[References, Values]:
    batches = list(frames.profiles(replace(folder, history={})))
    return (
        np.concatenate([batch.reference for batch in batches]),
        np.concatenate([batch.target for batch in batches]),
    )


def _agree(folders: Sequence[_Known]) -> None:
    first = folders[0]
    for other in folders[1:]:
        _, here, there = np.intersect1d(first.reference, other.reference, return_indices=True)
        if differ := int((first.target[here] != other.target[there]).sum()):
            raise TrainingError(
                f"{differ:,} clients have another outcome in a pooled folder: are the ids the same?"
            )


def _step(tables: Tables, own: Clients, folders: Sequence[_Known], top: Tables) -> Step:
    able = [one for one in folders if tables in one.matrices]
    tested = np.concatenate([one.tested for one in folders])
    reference = np.concatenate([one.reference for one in able])
    # Of a client's several rows the first counts: that of the folder that is trained on.
    _, first = np.unique(reference, return_index=True)
    own_rows = len(folders[0].reference)
    taken = np.sort(first[(first < own_rows) | ~np.isin(reference[first], tested)])
    matrix = np.concatenate([one.matrices[tables] for one in able])[taken]
    lasting = set(_ALL) if tables == top else _lasting(folders[0], tables, top, matrix)
    names = tuple(name for name in own.names if name in lasting)
    columns = [_ALL.index(name) for name in names]
    target = np.concatenate([one.target for one in able])[taken]
    return Step(tables, names, reference[taken], target, np.ascontiguousarray(matrix[:, columns]))


def _lasting(own: _Known, tables: Tables, top: Tables, matrix: Values) -> set[str]:
    """Features that say something at this step and that no table of a higher one changes."""
    here, there = own.matrices[tables], own.matrices[top]
    same = ((here == there) | (np.isnan(here) & np.isnan(there))).all(axis=0)
    return {name for name, kept in zip(_ALL, same & informative(matrix), strict=True) if kept}


def _said(tables: Tables) -> str:
    return " and ".join(["the application", *sorted(tables)])
