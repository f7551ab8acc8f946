"""The engines that read a folder of tables: DuckDB in this process, Spark on this machine or a cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

from scoring.ml.tables.checks import CheckedFolder, check
from scoring.ml.tables.folder import open_folder

if TYPE_CHECKING:
    from scoring.ml.spark.folder import SparkFolder

DUCKDB: Final = "duckdb"
SPARK: Final = "spark"
ENGINES: Final = (DUCKDB, SPARK)


def checked_folder(path: Path, *, engine: str = DUCKDB) -> CheckedFolder:
    """Read and check a folder; with Spark the profiles are computed there, before this returns.

    Raises FolderError for a folder that cannot be read, and for an engine that cannot be used.
    """
    if engine == DUCKDB:
        return check(open_folder(path))
    with folder_on_spark(path) as folder:
        return folder.checked


@contextmanager
def folder_on_spark(path: Path) -> "Iterator[SparkFolder]":
    """The same on Spark, while its session lasts: what is computed on the cluster stays there."""
    from scoring.ml.spark.folder import open_on_spark
    from scoring.ml.spark.session import Cluster, spark_session

    workspace = settings.SPARK_WORKSPACE
    cluster = Cluster(settings.SPARK_MASTER, Path(workspace) if workspace else None)
    with spark_session(cluster) as session:
        yield open_on_spark(path, session, cluster)
