"""Messages where the engine spark cannot run. Nothing here starts Spark."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from scoring.ml.spark.session import Cluster, cause, spark_session
from scoring.ml.tables.files import FolderError


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A pyspark of the right version, as far as its name."""
    module = ModuleType("pyspark")
    module.__version__ = "4.0.5"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyspark", module)
    return module


def refused(cluster: Cluster | None = None) -> str:
    with pytest.raises(FolderError) as error, spark_session(cluster or Cluster()):
        pass
    return str(error.value)


def java(folder: Path, version: str) -> None:
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2023-01-17' >&2\n")
    program.chmod(0o755)


def test_without_pyspark_the_file_of_its_requirements_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert "pip install -r requirements-spark.txt, or use --engine duckdb" in refused()


def test_another_version_of_spark_is_named(installed):
    installed.__version__ = "3.5.4"
    assert "was tried with Spark 4.0, here is 3.5.4" in refused()


def test_without_java_its_package_is_named(installed, monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs Java 17: install a JRE (Debian: openjdk-17-jre-headless)" in refused()


@pytest.mark.parametrize(("version", "shown"), [("1.8.0_352", 8), ("11.0.18", 11)])
def test_a_java_that_is_too_old_is_named(installed, monkeypatch, tmp_path, version, shown):
    java(tmp_path, version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert f"needs Java 17, here is Java {shown}" in refused()


def test_a_cluster_needs_a_folder_that_its_machines_share(installed):
    assert "set SPARK_WORKSPACE" in refused(Cluster("spark://nowhere:7077"))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("An error occurred while calling o12.parquet.\n: org.apache.spark.SparkException: Job aborted.\n"
         "Caused by: java.io.IOException: No space left on device",
         "java.io.IOException: No space left on device"),
        ("Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: no such column\n",
         "ValueError: no such column"),
        ("", "for a reason that it does not give"),
    ],
)  # fmt: skip
def test_the_cause_is_taken_out_of_what_java_says(message, text):
    assert cause(message) == text
