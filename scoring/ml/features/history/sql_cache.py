"""The SQL of each table's history. Ibis takes seconds to write it, so it is written once and kept in a file.

A file's name ends in a digest of all that the SQL follows from: the modules of features and tables, and the
versions of the libraries. A change in any of them gives another name.
"""

import hashlib
import os
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import ibis
from ibis.expr.types import Table

from scoring.ml import features, tables
from scoring.ml.features.history import all_tables
from scoring.ml.features.history.all_tables import TableHistory
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Column, Kind

_TYPES: Final = {Kind.ID: "int64", Kind.CATEGORY: "string"}
_SQL_TYPES: Final = {"int64": "BIGINT", "string": "VARCHAR", "float64": "DOUBLE"}
_LIBRARIES: Final = ("ibis-framework", "sqlglot")
DUCKDB: Final = "duckdb"

SOURCES: Final = tuple(Path(path) for package in (features, tables) for path in package.__path__)
# In the project's var, which the web image ships. As trusted as the program: its user alone may write there.
FOLDER: Final = Path(__file__).parents[4] / "var" / "history-sql"


@cache
def sql_of(table_history: TableHistory, optional: tuple[str, ...], *, dialect: str = DUCKDB) -> str:
    """Return a query of one row per client over the tables `part_<name>`, typed as the catalogue declares.

    `optional` are those of the history's optional tables that were provided; they may be empty. The columns
    are those of all_tables.aggregated. `dialect` names the backend of Ibis that writes it.
    """
    name = "+".join((table_history.table, *optional, *([] if dialect == DUCKDB else [dialect])))
    path = FOLDER / f"{name}-{_key()}.sql"
    if path.exists():
        return path.read_text(encoding="utf-8")
    declared = {name: _declared(name) for name in (*table_history.required, *optional)}
    getattr(ibis, dialect)  # Loads the backend, whose options its compiler reads.
    sql = str(ibis.to_sql(all_tables.aggregated(table_history, declared), dialect=dialect))
    with suppress(OSError):  # Where nothing may be written, every process compiles its own.
        _replace(path, sql)
    return sql


def optional_tables(table_history: TableHistory, provided: Collection[str]) -> tuple[str, ...]:
    """Return the history's optional tables that are among the provided ones."""
    return tuple(name for name in table_history.optional if name in provided)


def columns_as_sql(table: str) -> dict[str, str]:
    """Return the catalogue's columns and their types in DuckDB."""
    return {column.name: _SQL_TYPES[_type(column)] for column in TABLES[table].columns}


def source_digest(sources: Collection[Path]) -> str:
    """Digest every module under the folders, by its path below them and its content, and the libraries."""
    digest = hashlib.sha256("".join(version(name) for name in _LIBRARIES).encode())
    for source in sources:
        for module in sorted(source.rglob("*.py")):
            digest.update(f"\n{source.name}/{module.relative_to(source).as_posix()}\n".encode())
            digest.update(module.read_bytes())
    return digest.hexdigest()[:32]


@cache
def _key() -> str:
    return source_digest(SOURCES)


def _declared(name: str) -> Table:
    schema = {column.name: _type(column) for column in TABLES[name].columns}
    return ibis.table(schema, name=f"part_{name}")


def _type(column: Column) -> str:
    return _TYPES.get(column.kind, "float64")


def _replace(path: Path, sql: str) -> None:
    """Write the file whole or not at all, and remove those of earlier programs."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    table = path.name.partition("-")[0]
    earlier = [file for file in path.parent.glob(f"{table}-*.sql") if file != path]
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(sql, encoding="utf-8")
    draft.replace(path)
    for file in earlier:
        file.unlink(missing_ok=True)
