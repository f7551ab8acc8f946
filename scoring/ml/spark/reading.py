"""Reading the tables of a folder on Spark, typed by the rules that DuckDB types them by.

A worker runs the very SQL of `tables.cells` on each Arrow batch, so a cell is read, refused and explained the
same on both engines. Parquet files are read by the workers; a CSV file, whose lines have to be counted, is
read by DuckDB on the driver and handed over as Parquet.
"""

# ruff: noqa: S608 (names come from the catalogue)

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa

from scoring.ml.tables import cells
from scoring.ml.tables.files import Format, TableFile
from scoring.ml.tables.reading import FAULTS, columns_of, parquet_columns, read_file, reference_of
from scoring.ml.tables.schema import Column, Kind

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TYPES: Final = {Kind.ID: "BIGINT", Kind.CATEGORY: "STRING"}
FAULT_SCHEMA: Final = ", ".join(
    f"`{name}` {'BIGINT' if kind == 'BIGINT' else 'STRING'}" for name, kind in FAULTS.items()
)

Batches = Iterator[pa.RecordBatch]


def typed_table(
    session: "SparkSession", connection: Any, files: Sequence[TableFile], workspace: Path
) -> "DataFrame":
    """Read the files of one table into typed rows, written to the workspace once; their faults to `faults`.

    `connection` is the driver's DuckDB. Columns: those of the catalogue, `faulty`, `line`, `file` and `side`.
    Raises FolderError for a file that cannot be read or lacks a required column.
    """
    name = files[0].table
    target = str(workspace / "typed" / name)
    for file in files:
        read = _parquet if file.format is Format.PARQUET else _converted
        read(session, connection, file, workspace).write.mode("append").parquet(target)
    return session.read.parquet(target)


def _parquet(session: "SparkSession", connection: Any, file: TableFile, workspace: Path) -> "DataFrame":
    from pyspark.sql import functions

    columns, types = columns_of(file), parquet_columns(connection, file)
    present = [column.name for column in columns if column.name in types]
    line = (functions.col("_metadata.row_index") + 1).alias("line")
    raw = session.read.parquet(str(file.path)).select(*present, line)
    query = cells.typed("SELECT * FROM batch", columns, types)
    rows = raw.mapInArrow(_run(query), _schema(columns))
    faults = cells.faults("SELECT * FROM batch", columns, types, reference_of(file.table))
    described = f"SELECT {cells.text(file.path.name)} AS file, * FROM ({faults})"
    refused = raw.mapInArrow(_run(described), FAULT_SCHEMA)
    target = workspace / "faults" / f"{file.table}{file.side}"
    refused.write.parquet(str(target))
    take_faults(connection, target)
    return rows.withColumns({"file": functions.lit(file.path.name), "side": functions.lit(file.side)})


def _converted(session: "SparkSession", connection: Any, file: TableFile, workspace: Path) -> "DataFrame":
    read_file(connection, file, workspace)
    target = workspace / f"{file.table}{file.side}.converted.parquet"
    connection.raw_sql(f"COPY {file.table} TO {cells.text(target)} (FORMAT parquet)")
    connection.raw_sql(f"DROP TABLE {file.table}")
    return session.read.parquet(str(target))


def take_faults(connection: Any, folder: Path) -> int:
    """Add the faults that Spark wrote to the driver's `faults`; return their number."""
    pattern = cells.text(folder / "*.parquet")
    columns = ", ".join(f'"{name}"' for name in FAULTS)
    before = _count(connection)
    connection.raw_sql(f"INSERT INTO faults SELECT {columns} FROM read_parquet({pattern})")
    return _count(connection) - before


def _count(connection: Any) -> int:
    return int(connection.raw_sql("SELECT count(*) FROM faults").fetchone()[0])


def _run(query: str) -> Callable[[Batches], Batches]:
    """Return a function for the workers: the query over each batch, which it calls `batch`."""

    def of_batches(batches: Batches) -> Batches:
        connection = duckdb.connect()
        connection.execute("SET threads = 1")
        for rows in batches:
            connection.register("batch", pa.Table.from_batches([rows]))
            yield from connection.sql(query).to_arrow_table().to_batches()

    return of_batches


def _schema(columns: Sequence[Column]) -> str:
    values = (f"`{column.name}` {_TYPES.get(column.kind, 'DOUBLE')}" for column in columns)
    return ", ".join((*values, "faulty BOOLEAN", "line BIGINT"))
