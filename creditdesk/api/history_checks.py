"""What rows of a history must agree on with each other and with their application, beyond each cell."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from creditdesk.api.problems import invalid
from creditdesk.api.request_schemas import MOST_ROWS, Question
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Kind

CLIENT: Final = "SK_ID_CURR"
LOAN: Final = "SK_ID_BUREAU"
_IDS: Final = {
    name: [column.name for column in table.columns if column.kind is Kind.ID]
    for name, table in TABLES.items()
}

Tables = dict[str, list[dict[str, Any]]]
Fault = Mapping[str, Any]


def history_of(question: Question) -> Tables:
    """The rows of each provided table, without what is missing. Raises Problem, naming table, row and column,
    for what an import would leave out: here nothing is left out silently."""
    sent: Tables = question.history.model_dump(exclude_none=True) if question.history else {}
    if sum(len(rows) for rows in sent.values()) > MOST_ROWS:
        raise invalid([{"loc": ("history",), "msg": f"more than {MOST_ROWS} rows"}])
    if faults := [*_of_another_client(question, sent), *_repeated(sent), *_orphans(sent)]:
        raise invalid(faults)
    return {name: [_with_whole_ids(name, row) for row in rows] for name, rows in sent.items()}


def _of_another_client(question: Question, sent: Tables) -> Iterator[Fault]:
    owner = getattr(question.application, CLIENT)
    for name, rows in sent.items():
        for at, row in enumerate(rows):
            owner = row.get(CLIENT, owner) if owner is None else owner
            if row.get(CLIENT, owner) != owner:
                yield _fault(name, at, CLIENT, f"is not the client of the other rows, {owner:.0f}")


def _repeated(sent: Tables) -> Iterator[Fault]:
    for name, rows in sent.items():
        key, seen = TABLES[name].key, set()
        for at, row in enumerate(rows if key else ()):
            if (value := tuple(row[column] for column in key)) in seen:
                yield _fault(name, at, key[0], f"repeats the {', '.join(key)} of an earlier row")
            seen.add(value)


def _orphans(sent: Tables) -> Iterator[Fault]:
    loans = {row[LOAN] for row in sent.get("bureau", ())}
    for at, row in enumerate(sent.get("bureau_balance", ())):
        if row[LOAN] not in loans:
            yield _fault("bureau_balance", at, LOAN, "no row of bureau has this number")


def _fault(table: str, row: int, column: str, message: str) -> Fault:
    return {"loc": ("history", table, row, column), "msg": message}


def _with_whole_ids(table: str, row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: int(row[name]) for name in _IDS[table] if name in row}
