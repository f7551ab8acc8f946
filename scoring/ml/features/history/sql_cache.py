"""The SQL of each table's history. Ibis takes seconds to write it, so it is written once and kept in a file.

A file is named after a digest of all that the SQL follows from: the modules of tables and features, and the
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

from scoring.ml.features.history import all_tables
from scoring.ml.features.history.all_tables import PARTS, Part
from scoring.ml.features.spec.aggregations import CLIENT
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Column, Kind

_KINDS: Final = {Kind.ID: "int64", Kind.CATEGORY: "string"}
_SOURCES: Final = tuple(Path(__file__).parents[2] / name for name in ("features", "tables"))

# As trusted as the program beside it, whose user alone may write there.
PLACE: Final = Path(__file__).parents[4] / "var" / "history-sql"


def provided_parts(tables: Collection[str]) -> list[Part]:
    """The parts that can be computed from these tables."""
    return [part for part in PARTS if all(name in tables for name in part.needs)]


@cache
def sql_of(part: Part, added: tuple[str, ...]) -> str:
    """One row per client over the tables `part_<name>`, typed as the catalogue declares: see history.one.

    `added` are those of the tables that add to the part which are there; they may be empty.
    """
    kept = PLACE / f"{'+'.join((part.needs[0], *added))}-{_digest()}.sql"
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    tables = {name: _declared(name) for name in (*part.needs, *added)}
    sql = str(ibis.to_sql(all_tables.one(part, tables), dialect="duckdb"))
    with suppress(OSError):  # Where nothing may be written, every process writes its own.
        _keep(kept, sql)
    return sql


def side_by_side(tables: Collection[str]) -> str:
    """Every application of `part_application` with its history in each of the provided `tables`."""
    parts = provided_parts(tables)
    joins = " ".join(
        f"LEFT JOIN ({sql_of(part, added_to(part, tables))}) AS of_{part.needs[0]}"
        f" ON application.{CLIENT} = {part.key}"
        for part in parts
    )
    keys = f" EXCLUDE ({', '.join(part.key for part in parts)})" if parts else ""
    return (
        f"SELECT *{keys} FROM part_application AS application {joins}"  # noqa: S608 (our own names)
        f" ORDER BY application.{CLIENT}"
    )


def added_to(part: Part, tables: Collection[str]) -> tuple[str, ...]:
    """Those of the tables that tell more of the part's rows."""
    return tuple(name for name in part.adds if name in tables)


def columns_as_sql(table: str) -> dict[str, str]:
    """The catalogue's columns and their types in DuckDB."""
    names = {"int64": "BIGINT", "string": "VARCHAR", "float64": "DOUBLE"}
    return {column.name: names[_type(column)] for column in TABLES[table].columns}


def _declared(name: str) -> Table:
    schema = {column.name: _type(column) for column in TABLES[name].columns}
    return ibis.table(schema, name=f"part_{name}")


def _type(column: Column) -> str:
    return _KINDS.get(column.kind, "float64")


@cache
def _digest() -> str:
    found = hashlib.sha256("".join(version(name) for name in ("ibis-framework", "sqlglot")).encode())
    for folder in _SOURCES:
        for module in sorted(folder.rglob("*.py")):
            found.update(module.read_bytes())
    return found.hexdigest()[:32]


def _keep(path: Path, sql: str) -> None:
    """Whole or not at all, and only the newest: earlier ones belong to earlier programs."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    table = path.name.partition("-")[0]
    earlier = [old for old in path.parent.glob(f"{table}-*.sql") if old != path]
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(sql, encoding="utf-8")
    draft.replace(path)
    for old in earlier:
        old.unlink(missing_ok=True)
