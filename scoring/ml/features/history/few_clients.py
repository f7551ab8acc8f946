"""The history of a few clients whose rows are in memory, by the SQL that aggregates a folder of millions.

DuckDB needs a second to plan that SQL and a moment to run it, so one database in memory holds it prepared.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from threading import Lock
from typing import Any, Final

import duckdb

from scoring.ml.features.history.all_tables import TableHistory, computable
from scoring.ml.features.history.sql_cache import columns_as_sql, optional_tables, sql_of
from scoring.ml.features.spec.aggregations import CLIENT
from scoring.ml.tables.catalogue import HISTORY

Value = float | str | None
Row = Mapping[str, Value]
Tables = Mapping[str, Sequence[Row]]
"""The rows of the tables that were provided, by name of the table and column; ids are whole numbers."""

LOANS: Final = ("SK_ID_BUREAU", "SK_ID_PREV")


@dataclass(frozen=True, slots=True)
class ClientHistory:
    """A client's aggregates that are not missing, and the number of its rows in each provided table.

    The same as `frames.profiles` gives for a client of a folder.
    """

    aggregates: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def histories(clients: Sequence[Tables]) -> list[ClientHistory]:
    """Compute one history per client, in order; no client's rows affect another's. SK_ID_CURR is not read."""
    results = [ClientHistory(rows=_zero_rows(tables)) for tables in clients]
    # The provided tables, empty or not, determine which aggregates there are.
    for provided in dict.fromkeys(frozenset(tables) for tables in clients):
        group = {index: tables for index, tables in enumerate(clients) if tables.keys() == provided}
        filled = {name: rows for name in HISTORY if (rows := _rows_of(name, group))}
        if filled:
            with _lock:
                _compute(provided, filled, results)
    return results


_lock = Lock()


def _zero_rows(tables: Tables) -> dict[str, int]:
    return {history.table: 0 for history in computable(tables)}


def _compute(
    provided: Set[str], filled: Mapping[str, list[dict[str, Value]]], results: Sequence[ClientHistory]
) -> None:
    try:
        for name, rows in filled.items():
            _insert(name, rows)
        for history in computable(filled):
            _read(history, _prepared(history, optional_tables(history, provided)), results)
    finally:
        for name in filled:
            _database().execute(f"DELETE FROM part_{name}")  # noqa: S608


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Open the database with empty tables. A plan made while they are must hold when they are not."""
    database = duckdb.connect(config={"threads": 1, "memory_limit": "200MB"})
    database.execute("SET disabled_optimizers = 'statistics_propagation'")
    for name in HISTORY:
        columns = ", ".join(f"{column} {sql_type}" for column, sql_type in columns_as_sql(name).items())
        database.execute(f"CREATE TABLE part_{name} ({columns})")
    return database


@cache
def _prepared(history: TableHistory, optional: tuple[str, ...]) -> str:
    """Prepare the history's statement once and return the SQL that executes it."""
    name = "_".join(("history", history.table, *optional))
    _database().execute(f"PREPARE {name} AS {sql_of(history, optional)}")
    return f"EXECUTE {name}"


def _read(history: TableHistory, statement: str, results: Sequence[ClientHistory]) -> None:
    """Add one table's aggregates and numbers of rows to the clients' results."""
    cursor = _database().execute(statement)
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        client = results[row[history.key_column]]
        client.rows[history.table] = int(row[history.rows_column])
        # NaN is the one value that differs from itself.
        client.aggregates.update(
            {
                feature.name: value
                for feature in history.aggregates
                if (value := row[feature.name]) is not None and value == value
            }
        )


def _insert(name: str, rows: list[dict[str, Value]]) -> None:
    columns = columns_as_sql(name)
    shape = json.dumps([columns])
    _database().execute(
        f"INSERT INTO part_{name} SELECT unnest(from_json(?, '{shape}'), recursive := true)",
        [json.dumps(rows)],
    )


def _rows_of(name: str, clients: Mapping[int, Tables]) -> list[dict[str, Value]]:
    """Return the clients' rows of one table, with the client's position as SK_ID_CURR."""
    return [
        {**row, **_renumbered(row, numbers), CLIENT: client}
        for client, numbers in _loan_numbers(clients).items()
        for row in clients[client].get(name, ())
    ]


def _renumbered(row: Row, numbers: Mapping[tuple[str, Any], int]) -> dict[str, int]:
    return {name: numbers[name, row[name]] for name in LOANS if name in row}


def _loan_numbers(clients: Mapping[int, Tables]) -> dict[int, dict[tuple[str, Any], int]]:
    """Assign new numbers to the loans, because two clients may have sent the same one.

    Their order within a client stays: it decides between equal dates.
    """
    following = count(1)
    return {
        client: {loan: next(following) for loan in sorted(_loans(tables))}
        for client, tables in clients.items()
    }


def _loans(tables: Tables) -> set[tuple[str, Any]]:
    return {(name, row[name]) for rows in tables.values() for row in rows for name in LOANS if name in row}
