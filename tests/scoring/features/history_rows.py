"""Made-up history rows: a test gives the columns that matter, the others are missing."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from scoring.ml.features.history.all_tables import history
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Kind

ARROW = {Kind.ID: pa.int64(), Kind.CATEGORY: pa.string()}

Row = Mapping[str, Any]
Histories = dict[int, dict[str, float | None]]


def histories(*, threads: int = 2, **rows: Sequence[Row]) -> Histories:
    """Compute the history of every client in the given raw rows, by reference, on so many threads."""
    connection = duckdb.connect(config={"threads": threads})
    for name, table_rows in rows.items():
        connection.register(name, arrow(name, table_rows))
    return by_reference(connection.sql(history_sql(frozenset(rows))).to_arrow_table())


def arrow(name: str, rows: Sequence[Row]) -> pa.Table:
    """Build a raw table as a folder gives it: ids whole, categories text, the rest doubles."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema_of(name))


def schema_of(name: str) -> pa.Schema:
    return pa.schema([(column.name, ARROW.get(column.kind, pa.float64())) for column in TABLES[name].columns])


@cache
def history_sql(provided: frozenset[str]) -> str:
    tables = {name: ibis.table(ibis.schema(schema_of(name)), name=name) for name in sorted(provided)}
    return str(ibis.to_sql(history(tables), dialect="duckdb"))


def by_reference(clients: pa.Table) -> Histories:
    return {client.pop("SK_ID_CURR"): client for client in clients.to_pylist()}
