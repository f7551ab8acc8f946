"""Checks between the rows of a folder, and the rejected rows with their reasons."""

# ruff: noqa: S608 (names come from the catalogue)

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.cells import text
from scoring.ml.tables.folder import Folder
from scoring.ml.tables.reading import reference_of

_BLOCK: Final = 10_000


@dataclass(frozen=True, slots=True)
class Reject:
    """A rejected row, with one reason.

    `line`: of a CSV, the header being 1; of a Parquet, the row, from 1; 0 is the file as a whole. `column` is
    empty when the row as a whole is at fault.
    """

    file: str
    line: int
    reference: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rejects:
    """Every reject, by file and line; a row with two faults is there twice. Each iteration is a query."""

    connection: Any

    def __iter__(self) -> Iterator[Reject]:
        order = '"file", line, "column", reason'
        cursor = self.connection.raw_sql(f"SELECT * FROM faults ORDER BY {order}")
        while rows := cursor.fetchmany(_BLOCK):
            for file, line, reference, column, reason in rows:
                yield Reject(file, line, reference or "", column, reason)

    def rows(self) -> dict[str, int]:
        """Count the rejected rows of each file; files without a reject are not in it."""
        query = 'SELECT "file", count(DISTINCT line) FROM faults GROUP BY "file" ORDER BY "file"'
        return dict(self.connection.raw_sql(query).fetchall())


@dataclass(frozen=True, slots=True)
class CheckedFolder:
    """A folder reduced to its accepted rows, and the rejects."""

    folder: Folder
    rejects: Rejects


def check(folder: Folder) -> CheckedFolder:
    """Apply the rules between rows and remove every rejected row from the folder's tables.

    Of rows with the same key the first is accepted (train before test, then by line). A history row needs an
    accepted application, a monthly status at another lender an accepted row of `bureau`; without that table
    the statuses belong to no client and count as not provided.
    """
    execute = folder.connection.raw_sql
    if "bureau_balance" in folder.history and "bureau" not in folder.history:
        folder = without_balance(folder)
    for table in ("application", *folder.history):
        _remove_faulty(execute, table)
        if TABLES[table].key:
            execute(f"INSERT INTO faults {_duplicates(table)}")
        if table != "application":
            execute(f"INSERT INTO faults {_orphans(table)}")
        _remove_faulty(execute, table)
    return CheckedFolder(folder=folder, rejects=Rejects(folder.connection))


def without_balance(folder: Folder) -> Folder:
    """Leave the monthly statuses out, and say so among the faults."""
    (file,) = (file.path.name for file in folder.files if file.table == "bureau_balance")
    reason = "is left out: without the bureau table its credits belong to no client"
    folder.connection.raw_sql(f"INSERT INTO faults VALUES ({text(file)}, 0, '', '', {text(reason)})")
    history = {name: table for name, table in folder.history.items() if name != "bureau_balance"}
    return replace(folder, history=history)


def _duplicates(table: str) -> str:
    key, reference = ", ".join(TABLES[table].key), reference_of(table)
    repeated = f"SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1"
    ranked = (
        "SELECT *, row_number() OVER same AS nth, first_value(line) OVER same AS first_line,"
        f" first_value(file) OVER same AS first_file FROM {table} SEMI JOIN ({repeated}) USING ({key})"
        f" WINDOW same AS (PARTITION BY {key} ORDER BY side DESC, line)"
    )
    reason = f"concat('repeats the {key} of ', first_file, ' line ', first_line)"
    column = text(TABLES[table].key[0])
    return f"SELECT file, line, {reference}, {column}, {reason} FROM ({ranked}) WHERE nth > 1"


def _orphans(table: str) -> str:
    reference = reference_of(table)
    parent = "bureau" if table == "bureau_balance" else "application"
    reason = text(f"no accepted row of {parent} has this {reference}")
    return (
        f"SELECT file, line, {reference}, {text(reference)}, {reason} FROM {table}"
        f" ANTI JOIN {parent} USING ({reference}) ANTI JOIN faults USING (file, line)"
    )


def _remove_faulty(execute: Callable[[str], Any], table: str) -> None:
    execute(
        f"DELETE FROM {table} USING faults WHERE {table}.file = faults.file AND {table}.line = faults.line"
    )
