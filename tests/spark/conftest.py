"""The engine spark against DuckDB: `make test-spark`, which installs pyspark and a Java runtime."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from scoring.ml.spark.session import Cluster, spark_session

collect_ignore_glob = [] if os.environ.get("TEST_SPARK") else ["test_*.py"]

MASTER = os.environ.get("SPARK_MASTER", "local[2]")


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with spark_session(Cluster(MASTER)) as started:
        yield started


@pytest.fixture(autouse=True)
def master(settings) -> None:
    settings.SPARK_MASTER = MASTER
