"""The checks between the rows of a folder, on Spark: the rules of `tables.checks`."""

# ruff: noqa: S608 (names come from the catalogue)

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring.ml.spark.reading import take_faults
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.cells import text
from scoring.ml.tables.reading import reference_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def accepted_rows(
    session: "SparkSession", connection: Any, tables: Mapping[str, "DataFrame"], workspace: Path
) -> dict[str, "DataFrame"]:
    """Reduce the tables to their accepted rows, each a view `part_<table>`; faults go to the driver.

    `tables` are typed tables, the application first, `bureau` before `bureau_balance`.
    """
    return {
        name: _accepted(session, connection, name, rows, workspace / "refused" / name)
        for name, rows in tables.items()
    }


def _accepted(
    session: "SparkSession", connection: Any, name: str, rows: "DataFrame", target: Path
) -> "DataFrame":
    accepted = rows.where("NOT faulty")
    accepted.createOrReplaceTempView("rows")
    session.sql(_duplicates(name) if TABLES[name].key else _NO_FAULTS).createOrReplaceTempView("repeated")
    refused = session.table("repeated")
    if name != "application":
        refused = refused.union(session.sql(_orphans(name)))
    refused.write.parquet(str(target))
    if take_faults(connection, target):
        rows_refused = session.read.parquet(str(target)).select("file", "line").distinct()
        accepted = accepted.join(rows_refused, ["file", "line"], "left_anti")
    accepted = accepted.drop("faulty", "file", "line")
    accepted = accepted if name == "application" else accepted.drop("side")
    accepted.createOrReplaceTempView(f"part_{name}")
    return accepted


_NO_FAULTS = "SELECT '' AS file, 0L AS line, '' AS reference, '' AS column, '' AS reason WHERE false"


def _duplicates(table: str) -> str:
    key, reference = ", ".join(TABLES[table].key), reference_of(table)
    repeated = f"SELECT {key} FROM rows GROUP BY {key} HAVING count(*) > 1"
    ranked = (
        f"SELECT {reference}, file, line, row_number() OVER same AS nth,"
        " first_value(line) OVER same AS first_line,"
        f" first_value(file) OVER same AS first_file FROM rows LEFT SEMI JOIN ({repeated}) USING ({key})"
        f" WINDOW same AS (PARTITION BY {key} ORDER BY side DESC, line)"
    )
    reason = f"concat('repeats the {key} of ', first_file, ' line ', first_line)"
    return (
        f"SELECT file, line, CAST({reference} AS STRING) AS reference,"
        f" {text(TABLES[table].key[0])} AS column, {reason} AS reason FROM ({ranked}) WHERE nth > 1"
    )


def _orphans(table: str) -> str:
    reference = reference_of(table)
    parent = "bureau" if table == "bureau_balance" else "application"
    reason = text(f"no accepted row of {parent} has this {reference}")
    return (
        f"SELECT file, line, CAST({reference} AS STRING) AS reference, {text(reference)} AS column,"
        f" {reason} AS reason FROM rows LEFT ANTI JOIN part_{parent} USING ({reference})"
        " LEFT ANTI JOIN repeated USING (file, line)"
    )
