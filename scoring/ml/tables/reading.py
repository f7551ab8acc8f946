"""Reading one file into one typed table of the workspace."""

# ruff: noqa: S608 (names come from the catalogue, literals are quoted)

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from scoring.ml.tables import cells
from scoring.ml.tables.application import TARGET
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.csv_rows import Layout, scan_layout, write_well_formed_rows
from scoring.ml.tables.files import FolderError, Format, TableFile
from scoring.ml.tables.schema import Column

FAULTS: Final = {
    "file": "VARCHAR",
    "line": "BIGINT",
    "reference": "VARCHAR",
    "column": "VARCHAR",
    "reason": "VARCHAR",
}


def read_file(connection: Any, file: TableFile, workspace: Path) -> None:
    """Add the file's rows to the table of its name, and their faults to `faults`.

    Raise FolderError when the file is not what its ending says or lacks a required column.
    """
    try:
        types, rows = (
            _parquet(connection, file) if file.format is Format.PARQUET else _csv(connection, file, workspace)
        )
        _store(connection, file, types, rows)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise FolderError(
            f"{file.path.name} could not be read as {file.format.value[1:]}: {reason}"
        ) from error


def columns_of(file: TableFile) -> tuple[Column, ...]:
    columns = TABLES[file.table].columns
    return (*columns, TARGET) if file.side else columns


def _store(connection: Any, file: TableFile, types: Mapping[str, str], rows: str) -> None:
    columns, name = columns_of(file), cells.text(file.path.name)
    typed = cells.typed(rows, columns, types)
    query = f"SELECT *, {name} AS file, {cells.text(file.side)} AS side FROM ({typed})"
    is_first = file.table not in connection.list_tables()
    connection.raw_sql(
        f"CREATE TABLE {file.table} AS {query}" if is_first else f"INSERT INTO {file.table} {query}"
    )
    faulty = connection.raw_sql(
        f"SELECT count(*) FROM {file.table} WHERE faulty AND file = {name}"
    ).fetchone()
    if faulty[0]:
        reference = reference_of(file.table)
        faults = cells.faults(rows, columns, types, reference)
        connection.raw_sql(f"INSERT INTO faults SELECT {name}, * FROM ({faults})")


def reference_of(table: str) -> str:
    """Return the column that identifies a row to a reader: the case's, or the bureau credit's."""
    return "SK_ID_BUREAU" if table == "bureau_balance" else "SK_ID_CURR"


def _parquet(connection: Any, file: TableFile) -> tuple[Mapping[str, str], str]:
    """Return the columns of the file with their types, and the query of its rows with their line."""
    source = f"read_parquet({cells.text(file.path)}, file_row_number = true)"
    types = parquet_columns(connection, file)
    return types, f"SELECT {_columns_sql(file, types)}, file_row_number + 1 AS line FROM {source}"


def parquet_columns(connection: Any, file: TableFile) -> Mapping[str, str]:
    """Return the columns of the file with their SQL types; FolderError without a required one."""
    described = connection.raw_sql(f"DESCRIBE FROM read_parquet({cells.text(file.path)})").fetchall()
    types = {name: sql_type for name, sql_type, *_ in described}
    _columns_sql(file, types)
    return types


def _csv(connection: Any, file: TableFile, workspace: Path) -> tuple[Mapping[str, str], str]:
    layout = scan_layout(file.path)
    columns = _columns_sql(file, layout.header)
    path = file.path
    if layout.has_gaps:
        path = workspace / f"{path.name}.well-formed.csv"
        write_well_formed_rows(file.path, path, len(layout.header))
    if layout.malformed:
        _from_arrow(connection, "INSERT INTO faults", _malformed(file, layout))
    types = ", ".join(f"{cells.text(name)}: 'VARCHAR'" for name in layout.header)
    rows = (
        f"SELECT {columns}, row_number() OVER () - 1 AS position FROM read_csv({cells.text(path)},"
        f" columns = {{{types}}}, auto_detect = false, header = false, skip = 1,"
        " delim = ',', quote = '\"', escape = '\"', strict_mode = false)"
    )
    return dict.fromkeys(layout.header, "VARCHAR"), _with_lines(connection, rows, file, layout)


def _with_lines(connection: Any, rows: str, file: TableFile, layout: Layout) -> str:
    """Derive a row's line from its position; blank, malformed and broken lines before it shift it."""
    if not layout.shifts:
        return f"SELECT * EXCLUDE position, position + 2 AS line FROM ({rows})"
    first, shift = zip(*{0: 0, **dict(layout.shifts)}.items(), strict=True)
    shifts = f"shifts_{file.table}{file.side}"
    _from_arrow(connection, f"CREATE TABLE {shifts} AS", pa.table({"first": first, "shift": shift}))
    return (
        "SELECT * EXCLUDE (position, first, shift), position + 2 + shift AS line"
        f" FROM ({rows}) ASOF JOIN {shifts} ON position >= first"
    )


def _from_arrow(connection: Any, statement: str, rows: pa.Table) -> None:
    connection.con.register("rows_in_memory", rows)
    connection.raw_sql(f"{statement} SELECT * FROM rows_in_memory")
    connection.con.unregister("rows_in_memory")


def _malformed(file: TableFile, layout: Layout) -> pa.Table:
    lines = [line for line, _ in layout.malformed]
    reasons = [f"has {fields} fields, the header {len(layout.header)}" for _, fields in layout.malformed]
    blank = [""] * len(lines)
    files = [file.path.name] * len(lines)
    columns = (files, pa.array(lines, pa.int64()), blank, blank, pa.array(reasons, pa.string()))
    return pa.table(dict(zip(FAULTS, columns, strict=True)))


def _columns_sql(file: TableFile, present: Collection[str]) -> str:
    """Return the file's columns that are in the catalogue, as SQL; FolderError without a required one."""
    names = [column.name for column in columns_of(file)]
    missing = [column.name for column in columns_of(file) if column.required and column.name not in present]
    if missing:
        raise FolderError(f"{file.path.name} lacks the required column {', '.join(missing)}.")
    return ", ".join(f'"{name}"' for name in names if name in present)
