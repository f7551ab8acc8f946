"""Profiles in columns: streamed from a folder of tables, or built from the records of a page or the API."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.history import all_tables
from scoring.ml.features.history.client_range import Range, profiles_of_ranges
from scoring.ml.tables.catalogue import PROTECTED, TABLES
from scoring.ml.tables.schema import Kind

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

    from scoring.ml.tables.folder import Folder

REFERENCE = "SK_ID_CURR"
TARGET = "TARGET"
ROWS = "ROWS_"
_COMPUTED = "SELECT * FROM profiles WHERE SK_ID_CURR BETWEEN {first} AND {last} ORDER BY SK_ID_CURR"

Value = float | str | None
Record = Mapping[str, Value]

CATEGORIES = frozenset(
    column.name for column in TABLES["application"].columns if column.kind is Kind.CATEGORY
)
APPLICATION = tuple(
    column.name
    for column in TABLES["application"].columns
    if column.kind is not Kind.ID and not column.protected
)
HISTORY = tuple(feature.name for feature in all_tables.AGGREGATES)


@dataclass(frozen=True, slots=True)
class ProfileBatch:
    """The profiles of some clients, in the order of their references.

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
        """Yield each client's application and history, without missing values, ready for JSON."""
        application, aggregates = self._lists(APPLICATION), self._lists(HISTORY)
        for row in range(len(self.reference)):
            yield _present_values(application, row), _present_values(aggregates, row)

    def at(self, rows: NDArray[np.bool_]) -> "ProfileBatch":
        """Return the clients that a mask, (n,), marks."""
        return ProfileBatch(
            self.reference[rows],
            {name: values[rows] for name, values in self.columns.items()},
            self.target[rows],
            {name: values[rows] for name, values in self.protected.items()},
            {name: counts[rows] for name, counts in self.history_rows.items()},
        )

    def _lists(self, names: Sequence[str]) -> dict[str, list[Any]]:
        return {name: self.columns[name].tolist() for name in names if name in self.columns}


def profiles(folder: "Folder", *, chunk: int = 5_000, after: int | None = None) -> Iterator[ProfileBatch]:
    """Yield every client of the folder (train and test side), about `chunk` at a time, ordered by reference.

    The history too is aggregated for one batch of clients at a time: memory depends on `chunk` alone, and the
    numbers do not depend on it. With `after`, only the clients whose reference is greater.
    """
    references = _array(_read(folder, folder.application.select(REFERENCE).order_by(REFERENCE)), REFERENCE)
    if after is not None:
        references = references[references > after]
    parts = (references[start : start + chunk] for start in range(0, len(references), chunk))
    ranges = ((int(part[0]), int(part[-1])) for part in parts)
    tables = _computed(folder, ranges) if folder.has_profiles else profiles_of_ranges(folder, ranges)
    yield from map(profile_batch, tables)


def columns_of(
    records: Sequence[Record], names: Sequence[str] = (*APPLICATION, *HISTORY)
) -> dict[str, NDArray[Any]]:
    """Return columns (n,) of n records `{**application, **history}`; what is absent or None is missing."""
    return {name: _column(records, name) for name in names}


def repeated(record: Record, times: int) -> dict[str, NDArray[Any]]:
    """Return one client's record as columns (times,): far quicker than `columns_of` on as many records."""
    return {
        name: np.full(times, value, dtype=object if isinstance(value, str) else np.float64)
        for name, value in record.items()
        if value is not None
    }


def _column(records: Sequence[Record], name: str) -> NDArray[Any]:
    values = [record.get(name) for record in records]
    return np.array(values, dtype=object if name in CATEGORIES else np.float64)


def profile_batch(batch: "pa.Table") -> ProfileBatch:
    """Read profiles from rows in Arrow's columns, as any engine computes them."""
    names = batch.column_names
    return ProfileBatch(
        reference=_array(batch, REFERENCE),
        columns={name: _array(batch, name) for name in (*APPLICATION, *HISTORY) if name in names},
        target=_array(batch, TARGET).astype(np.float64),
        protected={name: _array(batch, name) for name in PROTECTED},
        history_rows={
            name.removeprefix(ROWS): np.nan_to_num(_array(batch, name)).astype(np.int64)
            for name in names
            if name.startswith(ROWS)
        },
    )


def _computed(folder: "Folder", ranges: Iterable[Range]) -> Iterator["pa.Table"]:
    for first, last in ranges:
        yield folder.connection.con.sql(_COMPUTED.format(first=first, last=last)).to_arrow_table()


def _read(folder: "Folder", rows: "ibis.Table") -> "pa.Table":
    # Not rows.to_pyarrow(), which imports pandas, a second and 60 MB for nothing.
    return folder.connection.con.sql(rows.compile()).to_arrow_table()


def _array(table: "pa.Table", name: str) -> NDArray[Any]:
    column = table.column(name).combine_chunks()
    if name in CATEGORIES:
        encoded = column.dictionary_encode()
        values = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
        categories: NDArray[Any] = values[np.from_dlpack(encoded.indices.fill_null(-1))]
        return categories
    # DuckDB counts rows in 128-bit integers, which NumPy has not.
    inexact = column.null_count or name.startswith(ROWS)
    return np.from_dlpack(column.cast("float64").fill_null(np.nan) if inexact else column)


def _present_values(columns: Mapping[str, list[Any]], row: int) -> dict[str, Any]:
    # NaN is the one value that differs from itself.
    return {
        name: value
        for name, values in columns.items()
        if (value := values[row]) is not None and value == value
    }
