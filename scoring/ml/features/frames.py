"""Profiles in columns: streamed from a folder of tables, or made of the records a page or the API holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.catalogue import AGGREGATES
from scoring.ml.features.formula import Columns
from scoring.ml.tables.catalogue import PROTECTED, TABLES
from scoring.ml.tables.schema import Kind

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

    from scoring.ml.tables.folder import Folder

REFERENCE = "SK_ID_CURR"
TARGET = "TARGET"
ROWS = "ROWS_"

Value = float | str | None
Record = Mapping[str, Value]

CATEGORIES = frozenset(one.name for one in TABLES["application"].columns if one.kind is Kind.CATEGORY)
APPLICATION = tuple(
    one.name
    for one in TABLES["application"].columns
    if one.kind is not Kind.ID and one.name != TARGET and one.name not in PROTECTED
)
HISTORY = tuple(feature.name for feature in AGGREGATES)


@dataclass(frozen=True, slots=True)
class ProfileBatch:
    """Some clients' profiles, in the order of their references.

    `columns` are the application's own columns without the protected ones, and the history aggregates;
    `target` is NaN where unknown; `history_rows` counts the rows of every table that was provided: a client
    with 0 has no such history, which is not the same as a table that was not provided.
    """

    reference: NDArray[np.int64]
    columns: dict[str, NDArray[Any]]
    target: NDArray[np.float64]
    protected: dict[str, NDArray[np.object_]]
    history_rows: dict[str, NDArray[np.int64]]

    def records(self) -> Iterator[tuple[dict[str, float | str], dict[str, float]]]:
        """Per client: the application and the history, without what is missing, ready for JSON."""
        application = _rows(self.columns, APPLICATION)
        aggregates = _rows(self.columns, HISTORY)
        yield from zip(application, aggregates, strict=True)


def profiles(folder: "Folder", *, chunk: int = 20_000) -> Iterator[ProfileBatch]:
    """Every client of the folder (train and test side), about `chunk` at a time, ordered by reference.

    The history is aggregated once, out of core; only one batch at a time is in memory here.
    """
    joined = _joined(folder).order_by(REFERENCE).cache()
    for batch in joined.to_pyarrow_batches(chunk_size=chunk):
        if batch.num_rows:
            yield _profile_batch(batch)


def columns_of(records: Sequence[Record]) -> Columns:
    """Columns (n,) of n records, each `{**application, **history}`; what is absent or None is missing."""
    return {name: _column(records, name) for name in (*APPLICATION, *HISTORY)}


def _column(records: Sequence[Record], name: str) -> NDArray[Any]:
    values = [record.get(name) for record in records]
    return np.array(values, dtype=object if name in CATEGORIES else np.float64)


def _joined(folder: "Folder") -> "ibis.Table":
    if not folder.history:
        return folder.application
    from scoring.ml.features.history import history

    aggregates = history(folder.history).cache()
    return folder.application.left_join(aggregates, REFERENCE).drop(f"{REFERENCE}_right")


def _profile_batch(batch: "pa.RecordBatch") -> ProfileBatch:
    names = batch.schema.names
    return ProfileBatch(
        reference=_array(batch, REFERENCE).astype(np.int64),
        columns={name: _array(batch, name) for name in (*APPLICATION, *HISTORY) if name in names},
        target=_array(batch, TARGET),
        protected={name: _array(batch, name) for name in PROTECTED},
        history_rows={
            name.removeprefix(ROWS): np.nan_to_num(_array(batch, name)).astype(np.int64)
            for name in names
            if name.startswith(ROWS)
        },
    )


def _array(batch: "pa.RecordBatch", name: str) -> NDArray[Any]:
    values: NDArray[Any] = batch.column(name).to_numpy(zero_copy_only=False)
    return values if values.dtype == object else values.astype(np.float64)


def _rows(columns: Mapping[str, NDArray[Any]], names: Sequence[str]) -> Iterator[dict[str, Any]]:
    given = {name: columns[name].tolist() for name in names if name in columns}
    for values in zip(*given.values(), strict=True):
        yield {name: value for name, value in zip(given, values, strict=True) if _is_known(value)}


def _is_known(value: Value) -> bool:
    # NaN is the one value that differs from itself.
    return value is not None and value == value
