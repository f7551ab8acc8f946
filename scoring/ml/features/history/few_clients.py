"""The history of a few clients whose rows are at hand, by the very SQL that aggregates a folder of millions.

DuckDB needs a second to plan that SQL and a moment to run it: one database in memory keeps it planned.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from threading import Lock
from typing import Any, Final

import duckdb

from scoring.ml.features.history.all_tables import Part
from scoring.ml.features.history.sql_cache import added_to, columns_as_sql, provided_parts, sql_of
from scoring.ml.features.spec.aggregations import CLIENT
from scoring.ml.tables.catalogue import HISTORY

Row = Mapping[str, float | str | None]
Tables = Mapping[str, Sequence[Row]]
"""The rows of the tables that were provided, by name of the table and column; ids are whole numbers."""

LOANS: Final = ("SK_ID_BUREAU", "SK_ID_PREV")


@dataclass(frozen=True, slots=True)
class ClientHistory:
    """What frames.profiles says of a client: aggregates that are known, and rows of each provided table."""

    aggregates: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def histories(clients: Sequence[Tables]) -> list[ClientHistory]:
    """One each, in their order; what one client sent does not touch another's. `SK_ID_CURR` is not read."""
    found = [ClientHistory(rows=_no_rows(tables)) for tables in clients]
    # Which tables were provided, empty or not, says which aggregates there are.
    for provided in dict.fromkeys(frozenset(tables) for tables in clients):
        alike = {i: tables for i, tables in enumerate(clients) if tables.keys() == provided}
        filled = {name: rows for name in HISTORY if (rows := _rows_of(name, alike))}
        if filled:
            with _in_use:
                _answer(provided, filled, found)
    return found


_in_use = Lock()


def _no_rows(tables: Tables) -> dict[str, int]:
    return {part.needs[0]: 0 for part in provided_parts(tables)}


def _answer(
    provided: Set[str], filled: Mapping[str, list[dict[str, Any]]], found: Sequence[ClientHistory]
) -> None:
    try:
        for name, rows in filled.items():
            _fill(name, rows)
        for part in provided_parts(filled):
            _read(part, _planned(part, added_to(part, provided)), found)
    finally:
        for name in filled:
            _database().execute(f"DELETE FROM part_{name}")  # noqa: S608


@cache
def _database() -> Any:
    """The tables, empty. What is planned while they are must hold when they are not."""
    database = duckdb.connect(config={"threads": 1, "memory_limit": "200MB"})
    database.execute("SET disabled_optimizers = 'statistics_propagation'")
    for name in HISTORY:
        columns = ", ".join(f"{column} {kind}" for column, kind in columns_as_sql(name).items())
        database.execute(f"CREATE TABLE part_{name} ({columns})")
    return database


@cache
def _planned(part: Part, added: tuple[str, ...]) -> str:
    name = "_".join(("history", part.needs[0], *added))
    _database().execute(f"PREPARE {name} AS {sql_of(part, added)}")
    return f"EXECUTE {name}"


def _read(part: Part, query: str, found: Sequence[ClientHistory]) -> None:
    """One part's aggregates and numbers of rows, into what is found of each client."""
    answer = _database().execute(query)
    names = [column[0] for column in answer.description]
    for values in answer.fetchall():
        row = dict(zip(names, values, strict=True))
        client = found[row[part.key]]
        client.rows[part.needs[0]] = int(row[part.rows])
        # NaN is the one value that differs from itself.
        client.aggregates.update(
            {
                one.name: value
                for one in part.aggregates
                if (value := row[one.name]) is not None and value == value
            }
        )


def _fill(name: str, rows: list[dict[str, Any]]) -> None:
    columns = columns_as_sql(name)
    shape = json.dumps([columns])
    _database().execute(
        f"INSERT INTO part_{name} SELECT unnest(from_json(?, '{shape}'), recursive := true)",
        [json.dumps(rows)],
    )


def _rows_of(name: str, clients: Mapping[int, Tables]) -> list[dict[str, Any]]:
    """The rows of the clients, told apart by their position."""
    return [
        {**row, **_renumbered(row, numbers), CLIENT: client}
        for client, numbers in _numbers(clients).items()
        for row in clients[client].get(name, ())
    ]


def _renumbered(row: Row, numbers: Mapping[tuple[str, Any], int]) -> dict[str, int]:
    return {name: numbers[name, row[name]] for name in LOANS if name in row}


def _numbers(clients: Mapping[int, Tables]) -> dict[int, dict[tuple[str, Any], int]]:
    """New numbers for the loans: two clients may have sent the same one. Their order within a client, which
    decides between equal dates, stays."""
    following = count(1)
    return {
        client: {loan: next(following) for loan in sorted(_loans(tables))}
        for client, tables in clients.items()
    }


def _loans(tables: Tables) -> set[tuple[str, Any]]:
    return {(name, row[name]) for rows in tables.values() for row in rows for name in LOANS if name in row}
