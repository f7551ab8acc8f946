"""The Spark session of the engine: on this machine, on a cluster by its master URL, or by Spark Connect.

Nothing here is imported by a process that serves pages: pyspark is loaded when the engine is asked for.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import scoring
from scoring.ml.tables.files import FolderError

LOCAL: Final = "local[*]"
# Java below this does not start Spark 4.
MIN_JAVA: Final = 17
SPARK: Final = "4.0"
# Rows that a worker holds at once, as one Arrow batch.
BATCH: Final = 20_000
_USE_DUCKDB: Final = "or use --engine duckdb, which needs neither."


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Spark runs.

    `master` is a master URL ("local[*]", "spark://host:7077", "yarn") or the address of a Spark Connect
    server ("sc://host:15002"). `workspace` is a folder that the driver and every worker can write to; with a
    local master the system's temporary files will do.
    """

    master: str = LOCAL
    workspace: Path | None = None

    @property
    def is_local(self) -> bool:
        return self.master.startswith("local")

    @property
    def is_connect(self) -> bool:
        return self.master.startswith("sc://")


@contextmanager
def spark_session(cluster: Cluster) -> Iterator[Any]:
    """Start a session, give it this program's modules, and stop it at the end.

    Raises FolderError, with a message to act on, where pyspark or Java is missing or too old, where the
    cluster cannot be reached, and when a job fails on it.
    """
    _check_requirements(cluster)
    with _errors_in_words(), TemporaryDirectory(prefix="creditdesk-modules-") as folder:
        session = _connected(cluster, Path(folder))
        try:
            _send_modules(session, cluster, Path(folder) / "scoring.zip")
            yield session
        finally:
            session.stop()


def _check_requirements(cluster: Cluster) -> None:
    try:
        import pyspark
    except ImportError as error:
        raise FolderError(
            f"The engine spark needs pyspark: pip install -r requirements-spark.txt, {_USE_DUCKDB}"
        ) from error
    if not pyspark.__version__.startswith(f"{SPARK}."):
        raise FolderError(
            f"The engine spark was tried with Spark {SPARK}, here is {pyspark.__version__}:"
            f" pip install -r requirements-spark.txt, {_USE_DUCKDB}"
        )
    if cluster.is_connect:
        return
    if not cluster.is_local and cluster.workspace is None:
        raise FolderError(
            "A cluster needs a folder that the driver and every worker can write to: set SPARK_WORKSPACE."
        )
    version = _java_version()
    if version is None:
        raise FolderError(
            f"The engine spark needs Java {MIN_JAVA}: install a JRE (Debian: openjdk-17-jre-headless)"
            f" or set JAVA_HOME, {_USE_DUCKDB}"
        )
    if version < MIN_JAVA:
        raise FolderError(f"The engine spark needs Java {MIN_JAVA}, here is Java {version}: {_USE_DUCKDB}")


def _java_version() -> int | None:
    """Return the major version of the Java that Spark would start; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        return None
    shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(?:1\.)?(\d+)', shown)
    return int(match[1]) if match else None


def _connected(cluster: Cluster, folder: Path) -> Any:
    from pyspark.sql import SparkSession

    # The workers of this machine run in this environment, with this program's modules.
    if cluster.is_local:
        os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.appName("creditdesk")
    builder = builder.remote(cluster.master) if cluster.is_connect else builder.master(cluster.master)
    for name, value in {**_settings(cluster), **_silence(cluster, folder)}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _settings(cluster: Cluster) -> dict[str, str]:
    everywhere = {
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH),
        "spark.sql.session.timeZone": "UTC",
        # A history has hundreds of aggregates: a method of all of them is more than Java compiles.
        "spark.sql.codegen.wholeStage": "false",
    }
    if cluster.is_connect:
        return everywhere
    local = {
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", "4g"),
        "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    return {**everywhere, **(local if cluster.is_local else {})}


def _silence(cluster: Cluster, folder: Path) -> dict[str, str]:
    """Keep the driver's Java quiet: a failure is told by the command, without the traces of all threads."""
    if cluster.is_connect:
        return {}
    logging = folder / "log4j2.properties"
    logging.write_text("rootLogger.level = off\n", encoding="utf-8")
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging}",
    }


def _send_modules(session: Any, cluster: Cluster, archive: Path) -> None:
    """Give the workers the library part of this package; the libraries that it needs they must have."""
    root = Path(scoring.__file__).parent
    with ZipFile(archive, "w", ZIP_DEFLATED) as zipped:
        for module in [root / "__init__.py", *sorted((root / "ml").rglob("*.py"))]:
            zipped.write(module, module.relative_to(root.parent))
    if cluster.is_connect:
        session.addArtifacts(str(archive), pyfile=True)
    else:
        session.sparkContext.addPyFile(str(archive))


@contextmanager
def _errors_in_words() -> Iterator[None]:
    """Turn what Spark raises into a message that a person can act on."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise FolderError(f"Spark stopped: {cause(str(error))}. Nothing was stored.") from error


def cause(message: str) -> str:
    """Return the line of a failed job's message that says what happened, a worker's before the driver's."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    raised = [line for line in lines if re.match(r"[A-Za-z_.]*(Error|Exception|FolderError): ", line)]
    (first, *_) = [*raised[-1:], *causes[-1:], *lines, "for a reason that it does not give"]
    return first.rstrip(".")
