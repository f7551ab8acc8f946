"""Checks of history rows against each other and against their application, beyond the single cell."""

from collections.abc import Iterator
from typing import Any, Final

from creditdesk.api.problems import InvalidField, invalid
from creditdesk.api.request_schemas import MAX_ROWS, PredictionRequest
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Kind

CLIENT: Final = "SK_ID_CURR"
LOAN: Final = "SK_ID_BUREAU"
_IDS: Final = {
    name: [column.name for column in table.columns if column.kind is Kind.ID]
    for name, table in TABLES.items()
}

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def history_of(request: PredictionRequest) -> Tables:
    """Return the rows of each table that was sent, without their missing values.

    An import drops inconsistent rows; here they raise Problem 422, naming table, row and column, so that
    nothing is dropped silently.
    """
    tables: Tables = request.history.model_dump(exclude_none=True) if request.history else {}
    if sum(len(rows) for rows in tables.values()) > MAX_ROWS:
        raise invalid([{"loc": ("history",), "msg": f"more than {MAX_ROWS} rows"}])
    client = getattr(request.application, CLIENT)
    if errors := [*_of_another_client(client, tables), *_duplicates(tables), *_orphans(tables)]:
        raise invalid(errors)
    return {name: [_with_whole_ids(name, row) for row in rows] for name, rows in tables.items()}


def _of_another_client(client: float | None, tables: Tables) -> Iterator[InvalidField]:
    """Rows of another client than the application's, or than the first row's where that has no number."""
    for name, rows in tables.items():
        for position, row in enumerate(rows):
            client = row.get(CLIENT, client) if client is None else client
            if row.get(CLIENT, client) != client:
                message = f"is not the client of the other rows, {client:.0f}"
                yield _error(name, position, CLIENT, message)


def _duplicates(tables: Tables) -> Iterator[InvalidField]:
    for name, rows in tables.items():
        key, seen = TABLES[name].key, set()
        for position, row in enumerate(rows if key else ()):
            if (value := tuple(row[column] for column in key)) in seen:
                yield _error(name, position, key[0], f"repeats the {', '.join(key)} of an earlier row")
            seen.add(value)


def _orphans(tables: Tables) -> Iterator[InvalidField]:
    loans = {row[LOAN] for row in tables.get("bureau", ())}
    for position, row in enumerate(tables.get("bureau_balance", ())):
        if row[LOAN] not in loans:
            yield _error("bureau_balance", position, LOAN, "no row of bureau has this number")


def _error(table: str, row: int, column: str, message: str) -> InvalidField:
    return {"loc": ("history", table, row, column), "msg": message}


def _with_whole_ids(table: str, row: Row) -> Row:
    return row | {name: int(row[name]) for name in _IDS[table] if name in row}
