"""A folder of tables on Spark: typed, checked and aggregated there, its profiles in Parquet."""

# ruff: noqa: S608 (names come from the catalogue)

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from scoring.ml.features.history.all_tables import TableHistory, computable
from scoring.ml.features.history.sql_cache import optional_tables, sql_of
from scoring.ml.features.spec.aggregations import CLIENT
from scoring.ml.spark.checks import accepted_rows
from scoring.ml.spark.reading import typed_table
from scoring.ml.spark.session import Cluster
from scoring.ml.tables.cells import text
from scoring.ml.tables.checks import CheckedFolder, Rejects, without_balance
from scoring.ml.tables.files import TableFile, find_files
from scoring.ml.tables.folder import Folder, connect
from scoring.ml.tables.leftovers import remove_with_this_process

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DIALECT: Final = "pyspark"


@dataclass(frozen=True)
class SparkFolder:
    """`checked` is the folder as DuckDB's commands read it; `profiles` the same clients on the cluster."""

    checked: CheckedFolder
    profiles: "DataFrame"


def open_on_spark(path: Path, session: "SparkSession", cluster: Cluster) -> SparkFolder:
    """Read, check and aggregate the tables of a folder on Spark.

    Everything lies in the cluster's workspace, below a folder that goes when the result is not used any more.
    Raises FolderError as `tables.folder.open_folder` does.
    """
    files = find_files(path)
    workspace = TemporaryDirectory(prefix="creditdesk-", dir=cluster.workspace, ignore_cleanup_errors=True)
    remove_with_this_process(workspace)
    place = Path(workspace.name)
    connection = connect(place)
    typed = {
        name: typed_table(session, connection, of_table, place) for name, of_table in _by_table(files).items()
    }
    _views(connection, typed, place)
    provided = {name: connection.table(name) for name in typed if name != "application"}
    folder = Folder(
        path, connection, files, connection.table("application"), provided, workspace, has_profiles=True
    )
    if "bureau_balance" in provided and "bureau" not in provided:
        folder = without_balance(folder)
    tables = accepted_rows(
        session, connection, {name: typed[name] for name in ("application", *folder.history)}, place
    )
    profiles = _write_profiles(session, tables, place / "profiles")
    connection.raw_sql(
        f"CREATE VIEW profiles AS SELECT * FROM read_parquet({text(place / 'profiles' / '*.parquet')})"
    )
    return SparkFolder(CheckedFolder(folder, Rejects(connection)), profiles)


def _by_table(files: Sequence[TableFile]) -> dict[str, list[TableFile]]:
    return {
        name: [file for file in files if file.table == name]
        for name in dict.fromkeys(file.table for file in files)
    }


def _views(connection: Any, typed: dict[str, "DataFrame"], workspace: Path) -> None:
    """The accepted rows as the driver sees them: what is in `faults`, now or later, is not among them."""
    for name in typed:
        rows = text(workspace / "typed" / name / "*.parquet")
        side = "" if name == "application" else ", side"
        connection.raw_sql(
            f"CREATE VIEW {name} AS SELECT * EXCLUDE (faulty{side}) FROM read_parquet({rows})"
            " ANTI JOIN faults USING (file, line)"
        )


def _write_profiles(session: "SparkSession", tables: dict[str, "DataFrame"], target: Path) -> "DataFrame":
    """Join every application with its history, by reference; in files of ranges of references."""
    histories = computable(tables)
    joined = reduce(
        lambda left, history: _joined(left, history, _aggregated(session, history, tables, target.parent)),
        histories,
        tables["application"],
    )
    joined.repartitionByRange(CLIENT).sortWithinPartitions(CLIENT).write.parquet(str(target))
    return session.read.parquet(str(target))


def _aggregated(
    session: "SparkSession", history: TableHistory, tables: dict[str, "DataFrame"], workspace: Path
) -> "DataFrame":
    target = str(workspace / "history" / history.table)
    query = sql_of(history, optional_tables(history, tables), dialect=DIALECT)
    session.sql(query).write.parquet(target)
    return session.read.parquet(target)


def _joined(left: "DataFrame", history: TableHistory, aggregated: "DataFrame") -> "DataFrame":
    key = history.key_column
    return left.join(aggregated, left[CLIENT] == aggregated[key], "left").drop(key)
