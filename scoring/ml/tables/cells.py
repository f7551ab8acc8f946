"""From what a file holds to what the catalogue declares, and what is wrong with each cell, as SQL.

SQL rather than expressions: all checks of a table's hundred columns are one statement, which DuckDB plans in
milliseconds while its Ibis expression takes a minute.
"""

# ruff: noqa: S608 (names come from the catalogue, literals are quoted)

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from scoring.ml.tables.schema import Column, Kind

_WHOLE: Final = frozenset({Kind.ID, Kind.COUNT, Kind.FLAG})
_TYPES: Final = {Kind.ID: "BIGINT", Kind.CATEGORY: "VARCHAR"}
_NUMERIC: Final = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "BOOLEAN"})
_DAYS_PER_YEAR: Final = 365.25


def typed(raw: str, columns: Sequence[Column], held: Mapping[str, str]) -> str:
    """The query of typed rows over a query of `raw` rows with their `line`.

    `held` are the raw columns and their types. Ids are BIGINT, categories VARCHAR, everything else DOUBLE.
    Blanks and NaN are NULL; so are a column that is not held and text where a number belongs. `faulty` tells
    the rows that have a cell which cannot be taken: see `faults`.
    """
    values = ", ".join(_value(column, column.name in held) for column in columns)
    return f"SELECT {values}, {_faulty(columns, held)} AS faulty, line FROM ({_read(raw, columns, held)})"


def faults(raw: str, columns: Sequence[Column], held: Mapping[str, str], reference: str) -> str:
    """The query of the cells that cannot be taken: line, reference (as in the file), column, reason."""
    cells = ", ".join(_fault(column, held[column.name]) for column in columns if column.name in held)
    rows = f"{_read(raw, columns, held)} WHERE {_faulty(columns, held)}"
    found = f"SELECT line, text_{reference} AS reference, unnest([{cells}]) AS fault FROM ({rows})"
    return f"SELECT line, reference, fault.column, fault.reason FROM ({found}) WHERE fault IS NOT NULL"


def text(value: object) -> str:
    """A string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def _read(raw: str, columns: Sequence[Column], held: Mapping[str, str]) -> str:
    """Every held cell as text and, unless it is a category, as a number."""
    given = [part for column in columns if column.name in held for part in _cell(column, held[column.name])]
    return f"SELECT * FROM (SELECT line, {', '.join(given)} FROM ({raw}))"


def _cell(column: Column, held: str) -> Iterator[str]:
    yield f"nullif(trim(CAST({column.name} AS VARCHAR)), '') AS text_{column.name}"
    if column.kind is not Kind.CATEGORY:
        # Printing and parsing the numbers of a Parquet file again would take most of the time.
        source = column.name if held in _NUMERIC else f"text_{column.name}"
        yield f"nullif(TRY_CAST({source} AS DOUBLE), 'nan') AS number_{column.name}"


def _value(column: Column, is_held: bool) -> str:
    kind = _TYPES.get(column.kind, "DOUBLE")
    if not is_held:
        return f"CAST(NULL AS {kind}) AS {column.name}"
    if column.kind is Kind.CATEGORY:
        return f"text_{column.name} AS {column.name}"
    return f"TRY_CAST(number_{column.name} AS {kind}) AS {column.name}"


def _faulty(columns: Sequence[Column], held: Mapping[str, str]) -> str:
    rules = [
        rule for column in columns if column.name in held for rule, _ in _rules(column, held[column.name])
    ]
    return f"coalesce({' OR '.join(f'({rule})' for rule in rules)}, false)"


def _fault(column: Column, held: str) -> str:
    """The first rule that the cell breaks; NULL when it breaks none."""
    shown = f"'\"' || left(text_{column.name}, 60) || '\" '"
    cases = " ".join(
        f"WHEN {rule} THEN {{'column': {text(column.name)}, 'reason': concat({shown}, {text(reason)})}}"
        for rule, reason in _rules(column, held)
    )
    return f"CASE {cases} END"


def _rules(column: Column, held: str) -> Iterator[tuple[str, str]]:
    """What makes a cell unacceptable, and why in words."""
    given, number = f"text_{column.name}", f"number_{column.name}"
    if column.kind is Kind.CATEGORY:
        allowed = [*column.categories, *map(str, column.unknown)]
        yield f"{given} NOT IN ({', '.join(map(text, allowed))})", f"is not one of: {'; '.join(allowed)}"
    elif held not in _NUMERIC:
        yield f"{number} IS NULL AND lower({given}) <> 'nan'", "is not a number"
    if column.filled:
        yield f"{given if column.kind is Kind.CATEGORY else number} IS NULL", "is empty"
    if column.kind in _WHOLE:
        yield f"{number} <> floor({number})", "is not a whole number"
    if column.kind is not Kind.CATEGORY:
        yield _outside(column, number), f"is not {_range(column)}"


def _outside(column: Column, number: str) -> str:
    outside = f"{number} NOT BETWEEN {column.minimum} AND {column.maximum}"
    known = ", ".join(map(str, column.unknown))
    return f"{outside} AND {number} NOT IN ({known})" if known else outside


def _range(column: Column) -> str:
    bounds = f"between {column.minimum:,.15g} and {column.maximum:,.15g}"
    if (
        column.kind is Kind.DAYS
        and column.minimum is not None
        and column.maximum is not None
        and column.maximum < 0
    ):
        youngest, oldest = -column.maximum / _DAYS_PER_YEAR, -column.minimum / _DAYS_PER_YEAR
        bounds += f" days: an age of {youngest:.0f} to {oldest:.0f} years"
    return bounds
