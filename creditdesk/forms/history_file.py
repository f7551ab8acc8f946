"""A file of one history table: CSV, checked cell by cell by the rules of an import."""

import csv
import math
from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.client_file import BLANKS, DELIMITERS, REFERENCE, FileRefused, decimal_point, text_of
from creditdesk.forms.fields import parse_number
from creditdesk.services.history_rows import MAX_ROWS
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Column, Kind
from scoring.presentation import formatting

MAX_BYTES: Final = 2 * 1024 * 1024
TOO_LARGE: Final = _("The file is too large for one client (2 MB at most).")
MAX_MESSAGES: Final = 10
_WHOLE: Final = frozenset({Kind.ID, Kind.COUNT, Kind.FLAG})

Row = dict[str, float | str]


def read_history_file(content: bytes, table: str, reference: str) -> list[Row]:
    """Return the rows of one client in a file of `table`, in its order. Raises FileRefused.

    Values are raw, as in an import: days and months before the application, categories as spelled there.
    Columns that the table does not have are left out.
    """
    if len(content) > MAX_BYTES:
        raise FileRefused(str(TOO_LARGE))
    rows: list[Row] = []
    messages: list[str] = []
    for line, cells in _lines(text_of(content), table):
        row, problems = _row(cells, table, reference)
        rows.append(row)
        messages += [
            gettext("Line %(line)s, %(problem)s") % {"line": line, "problem": text} for text in problems
        ]
        if len(messages) >= MAX_MESSAGES or len(rows) > MAX_ROWS:
            break
    if len(rows) > MAX_ROWS:
        messages.append(gettext("More than %(most)s rows.") % {"most": formatting.number(MAX_ROWS)})
    if messages:
        raise FileRefused(*messages[:MAX_MESSAGES])
    return rows


def _lines(text: str, table: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the number of each line with its cells by column, a decimal comma read where `;` separates."""
    lines = text.splitlines()
    delimiter = max(DELIMITERS, key=lines[0].count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        _require_columns(header, table)
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise FileRefused(
                    gettext("Line %(line)s has %(cells)s cells, the header %(columns)s columns.")
                    % {"line": reader.line_num, "cells": len(cells), "columns": len(header)}
                )
            values = map(decimal_point, cells) if delimiter == ";" else cells
            yield reader.line_num, dict(zip(header, values, strict=True))
    except csv.Error as error:
        raise FileRefused(gettext("The file is not valid CSV: %(why)s.") % {"why": error}) from error


def _require_columns(header: list[str], table: str) -> None:
    if len(set(header)) < len(header):
        raise FileRefused(gettext("The header names a column twice."))
    required = [column.name for column in TABLES[table].columns if column.required]
    if missing := [name for name in required if name not in header and name != REFERENCE]:
        raise FileRefused(
            gettext("The file lacks columns of “%(table)s”: %(names)s.")
            % {"table": formatting.capitalized(TABLES[table].label), "names": ", ".join(missing)}
        )


def _row(cells: Mapping[str, str], table: str, reference: str) -> tuple[Row, list[str]]:
    row: Row = {}
    problems: list[str] = []
    for column in TABLES[table].columns:
        cell = cells.get(column.name, "").strip()
        if column.name == REFERENCE:
            if reference.isdecimal() and cell not in {"", reference}:
                problems.append(formatting.labelled(column.name, gettext("this row is another client’s.")))
            continue
        try:
            value = _value(column, cell)
        except ValueError as error:
            problems.append(formatting.labelled(column.name, str(error)))
        else:
            if value is not None:
                row[column.name] = value
    return row, problems


def _value(column: Column, cell: str) -> float | str | None:
    """Return the value of a cell, None where it is missing. Raises ValueError, in words."""
    if not cell or (column.kind is not Kind.CATEGORY and cell.lower() in BLANKS):
        if column.filled:
            raise ValueError(gettext("a value is required."))
        return None
    if column.kind is Kind.CATEGORY:
        if cell not in column.categories and cell not in column.unknown:
            raise ValueError(gettext("“%(cell)s” is none of its values.") % {"cell": cell[:60]})
        return cell
    return _number(column, cell)


def _number(column: Column, cell: str) -> float:
    try:
        number = parse_number(cell)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(gettext("“%(cell)s” is not a number.") % {"cell": cell[:60]})
    if column.kind in _WHOLE and number != int(number):
        raise ValueError(gettext("“%(cell)s” is not a whole number.") % {"cell": cell[:60]})
    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    if number not in column.unknown and not low <= number <= high:
        bounds = {"cell": cell[:60], "low": f"{low:g}", "high": f"{high:g}"}
        raise ValueError(gettext("“%(cell)s” is not between %(low)s and %(high)s.") % bounds)
    return number
