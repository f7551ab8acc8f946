"""SQL that casts a file's cells to the types of the catalogue, and lists the cells that break its rules.

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


def typed(raw: str, columns: Sequence[Column], types: Mapping[str, str]) -> str:
    """Return the query of typed rows over a query of `raw` rows with their `line`.

    `types` are the file's columns and their SQL types. Ids are BIGINT, categories VARCHAR, everything else
    DOUBLE. Blanks and NaN are NULL; so are an absent column and text where a number belongs. `faulty` marks
    the rows that have a cell in `faults`.
    """
    values = ", ".join(_value(column, column.name in types) for column in columns)
    return f"SELECT {values}, {_faulty(columns, types)} AS faulty, line FROM ({_read(raw, columns, types)})"


def faults(raw: str, columns: Sequence[Column], types: Mapping[str, str], reference: str) -> str:
    """Return the query of the cells that break a rule: line, reference (as in the file), column, reason."""
    cells = ", ".join(_fault(column, types[column.name]) for column in columns if column.name in types)
    rows = f"{_read(raw, columns, types)} WHERE {_faulty(columns, types)}"
    checked = f"SELECT line, text_{reference} AS reference, unnest([{cells}]) AS fault FROM ({rows})"
    return f"SELECT line, reference, fault.column, fault.reason FROM ({checked}) WHERE fault IS NOT NULL"


def text(value: object) -> str:
    """Return a string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def _read(raw: str, columns: Sequence[Column], types: Mapping[str, str]) -> str:
    """Select every cell as text and, unless it is a category, as a number."""
    present = [column for column in columns if column.name in types]
    parts = [part for column in present for part in _cell(column, types[column.name])]
    return f"SELECT * FROM (SELECT line, {', '.join(parts)} FROM ({raw}))"


def _cell(column: Column, sql_type: str) -> Iterator[str]:
    yield f"nullif(trim(CAST({column.name} AS VARCHAR)), '') AS text_{column.name}"
    if column.kind is not Kind.CATEGORY:
        # Printing and parsing the numbers of a Parquet file again would take most of the time.
        source = column.name if sql_type in _NUMERIC else f"text_{column.name}"
        yield f"nullif(TRY_CAST({source} AS DOUBLE), 'nan') AS number_{column.name}"


def _value(column: Column, is_present: bool) -> str:
    kind = _TYPES.get(column.kind, "DOUBLE")
    if not is_present:
        return f"CAST(NULL AS {kind}) AS {column.name}"
    if column.kind is Kind.CATEGORY:
        return f"text_{column.name} AS {column.name}"
    return f"TRY_CAST(number_{column.name} AS {kind}) AS {column.name}"


def _faulty(columns: Sequence[Column], types: Mapping[str, str]) -> str:
    rules = [
        rule for column in columns if column.name in types for rule, _ in _rules(column, types[column.name])
    ]
    return f"coalesce({' OR '.join(f'({rule})' for rule in rules)}, false)"


def _fault(column: Column, sql_type: str) -> str:
    """Return the first rule that the cell breaks; NULL when it breaks none."""
    shown = f"'\"' || left(text_{column.name}, 60) || '\" '"
    cases = " ".join(
        f"WHEN {rule} THEN {{'column': {text(column.name)}, 'reason': concat({shown}, {text(reason)})}}"
        for rule, reason in _rules(column, sql_type)
    )
    return f"CASE {cases} END"


def _rules(column: Column, sql_type: str) -> Iterator[tuple[str, str]]:
    """Yield the conditions that make a cell unacceptable, each with its reason."""
    cell, number = f"text_{column.name}", f"number_{column.name}"
    if column.kind is Kind.CATEGORY:
        allowed = [*column.categories, *map(str, column.unknown)]
        yield f"{cell} NOT IN ({', '.join(map(text, allowed))})", f"is not one of: {'; '.join(allowed)}"
    elif sql_type not in _NUMERIC:
        yield f"{number} IS NULL AND lower({cell}) <> 'nan'", "is not a number"
    if column.filled:
        yield f"{cell if column.kind is Kind.CATEGORY else number} IS NULL", "is empty"
    if column.kind in _WHOLE:
        yield f"{number} <> floor({number})", "is not a whole number"
    if column.kind is not Kind.CATEGORY:
        yield _outside(column, number), f"is not {_range(column)}"


def _outside(column: Column, number: str) -> str:
    outside = f"{number} NOT BETWEEN {column.minimum} AND {column.maximum}"
    unknown = ", ".join(map(str, column.unknown))
    return f"{outside} AND {number} NOT IN ({unknown})" if unknown else outside


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
