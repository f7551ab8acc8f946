"""Importing a folder, against DuckDB's reading of the same files and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
from django.core.management import call_command

from bench.timing import Measure, seconds


def measures(folder: Path) -> Iterator[Measure]:
    floor = seconds(lambda: _read(sorted(folder.glob("*.parquet"))))
    taken = seconds(lambda: call_command("import_portfolio", folder, advisor="advisor", verbosity=0))
    yield Measure(f"import of {folder.name}", taken, taken, taken, "DuckDB reads the files", floor, "s")


def _read(files: list[Path]) -> None:
    for file in files:
        duckdb.read_parquet(str(file)).to_arrow_table()
