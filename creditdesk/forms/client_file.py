"""Client file, CSV or JSON: one client as answers to the form of a new case, checked cell by cell."""

import csv
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.answers import answer
from creditdesk.forms.application import EXCLUDED, ApplicationForm, form_columns
from creditdesk.forms.fields import parse_number
from scoring.ml.tables.application import APPLICATION, TARGET
from scoring.ml.tables.columns import NO_DATE
from scoring.ml.tables.schema import Column, Kind
from scoring.presentation.formatting import labelled

MAX_BYTES: Final = 256 * 1024
TOO_LARGE: Final = _("The file is too large for one client (256 KB at most).")
NAME: Final = "NAME"
CLIENT_KEY: Final = "CLIENT_KEY"
REFERENCE: Final = "SK_ID_CURR"
DELIMITERS: Final = ",;\t"
BLANKS: Final = frozenset({"", "nan", "na", "null", "none"})

_COLUMNS: Final = {column.name: column for column in (*APPLICATION.columns, TARGET)}
_PROTECTED: Final = {"CODE_GENDER": "sex", "NAME_FAMILY_STATUS": "family_status", "TARGET": "defaulted"}
# Columns of `clients.csv` that may stand beside those of the application.
_WORDS: Final = frozenset({NAME, CLIENT_KEY})
_FORM_COLUMNS: Final = frozenset(column.name for column in form_columns())

Row = Mapping[str, object]
"""The cells of one client by column, as CSV or JSON gives them."""


class FileRefused(Exception):
    """Nothing was read from the file; `messages` list all that a person has to correct."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


@dataclass(frozen=True, slots=True)
class ClientFile:
    """`answers` as a person would type them; `monitoring` holds protected columns, which the model never
    reads; `unused` names the columns that the form does not have, `unknown` those that no table has."""

    answers: Mapping[str, str]
    monitoring: Mapping[str, float | str]
    unused: tuple[str, ...]
    unknown: str = ""


def read_client_file(content: bytes, today: date) -> ClientFile:
    """Read the one client of a file, with dates counted from `today`. Raises FileRefused."""
    if len(content) > MAX_BYTES:
        raise FileRefused(str(TOO_LARGE))
    cells = _row(text_of(content))
    row = _readable(cells)
    values, errors = _values(row)
    client = ClientFile(
        answers=_answers(values, errors, today),
        monitoring=_monitoring(values),
        unused=tuple(name for name in row if name in {REFERENCE, *EXCLUDED}),
        unknown=_named(name for name in cells if name not in row),
    )
    errors += _form_errors(client.answers)
    if errors:
        raise FileRefused(*errors)
    return client


# ---- from bytes to one row


def text_of(content: bytes) -> str:
    """Return the text of a file. Raises FileRefused for what is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(
            gettext("The file is not UTF-8 text (byte %(place)s): save it as UTF-8.")
            % {"place": error.start + 1}
        ) from error
    if "\0" in text:
        raise FileRefused(gettext("The file is no text: it holds zero bytes."))
    if not text.strip():
        raise FileRefused(gettext("The file is empty."))
    return text


def _row(text: str) -> Row:
    return _from_json(text) if text.lstrip()[0] in "{[" else _from_csv(text)


def _from_json(text: str) -> Row:
    try:
        content = json.loads(text, parse_constant=lambda _: None)
        # Half of a surrogate pair, written as an escape, is no character: no page could show it.
        json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        text = gettext(
            "The file is not valid JSON: line %(line)s cannot be read from character %(column)s on."
        )
        raise FileRefused(text % place) from error
    except (ValueError, RecursionError) as error:
        raise FileRefused(gettext("The file is not valid JSON.")) from error
    if isinstance(content, list):
        _require_one_client(len(content))
        content = content[0]
    if isinstance(content, dict) and isinstance(content.get("application"), dict):
        content = content["application"]
    if not isinstance(content, dict):
        raise FileRefused(gettext("The JSON must be one object of application columns."))
    return content


def _from_csv(text: str) -> Row:
    lines = text.splitlines()
    delimiter = max(DELIMITERS, key=lines[0].count)
    try:
        filled = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if any(row)]
    except csv.Error as error:
        raise FileRefused(gettext("The file is not valid CSV: %(why)s.") % {"why": error}) from error
    if not filled:
        raise FileRefused(gettext("The file is empty."))
    header, *rows = filled
    header = [name.strip() for name in header]
    if len(set(header)) < len(header):
        raise FileRefused(gettext("The header names a column twice."))
    _require_one_client(len(rows))
    if len(rows[0]) != len(header):
        raise FileRefused(
            gettext("The row has %(cells)s cells, the header %(columns)s columns.")
            % {"cells": len(rows[0]), "columns": len(header)}
        )
    has_decimal_comma = delimiter == ";"
    return {
        name: decimal_point(cell) if has_decimal_comma else cell
        for name, cell in zip(header, rows[0], strict=True)
    }


def decimal_point(cell: str) -> str:
    """Replace a decimal comma: files with semicolons come from places that write 1,5 for one and a half."""
    return cell.replace(",", ".", 1) if cell.replace(",", "", 1).lstrip("-").isdigit() else cell


def _require_one_client(rows: int) -> None:
    if rows != 1:
        raise FileRefused(
            ngettext(
                "The file holds %(n)s client: one is expected.",
                "The file holds %(n)s clients: one is expected here, portfolios are imported.",
                rows,
            )
            % {"n": rows}
        )


def _readable(row: Row) -> Row:
    """Return the cells of the columns that are read. Raises FileRefused where there is none."""
    readable = {name: cell for name, cell in row.items() if name in _COLUMNS or name in _WORDS}
    if not readable:
        raise FileRefused(
            gettext("The file has no column of the application table: %(names)s.") % {"names": _named(row)}
        )
    return readable


def _named(names: Iterable[str]) -> str:
    """The first ten, cut short: a header may be anything."""
    names = list(names)
    shown = ", ".join(name[:60] for name in names[:10])
    return f"{shown} (+{len(names) - 10})" if len(names) > 10 else shown


# ---- from cells to values


def _values(row: Row) -> tuple[dict[str, float | str], list[str]]:
    """Return the values that can be read, and a message for each that cannot."""
    values: dict[str, float | str] = {}
    errors: list[str] = []
    for name, cell in row.items():
        try:
            value = _value(_COLUMNS.get(name), cell)
        except ValueError as error:
            errors.append(labelled(name, str(error)))
        else:
            if value is not None:
                values[name] = value
    return values, errors


def _value(column: Column | None, cell: object) -> float | str | None:
    """Return a cell's value, None for a blank or a declared "unknown". Raises ValueError, in words."""
    if cell is None or str(cell).strip().lower() in BLANKS:
        return None
    if isinstance(cell, dict | list):
        raise ValueError(gettext("a single value is expected."))
    if column is None:
        return str(cell).strip()
    if column.kind is Kind.CATEGORY:
        return _category(column, str(cell).strip())
    number = _number(cell)
    return None if number in column.unknown and number != NO_DATE else number


def _category(column: Column, value: str) -> str | None:
    if value in column.unknown:
        return None
    if value not in column.categories:
        raise ValueError(gettext("“%(cell)s” is none of its values.") % {"cell": value[:60]})
    return value


def _number(cell: object) -> float:
    try:
        number = float(cell) if isinstance(cell, int | float) else parse_number(str(cell))
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(gettext("“%(cell)s” is not a number.") % {"cell": str(cell)[:60]})
    return number


# ---- from values to answers


def _answers(values: Mapping[str, float | str], errors: list[str], today: date) -> dict[str, str]:
    answers = {"applied_on": today.isoformat()}
    for name, value in values.items():
        if name == NAME:
            answers["client_name"] = str(value)
        elif name == CLIENT_KEY:
            answers["client_key"] = str(value)
        elif name in _FORM_COLUMNS:
            try:
                answers |= answer(_COLUMNS[name], value, today)
            except (ValueError, OverflowError):
                errors.append(f"{name}: " + gettext("this is no number of days before the application."))
    return answers


def _monitoring(values: Mapping[str, float | str]) -> dict[str, float | str]:
    """Return sex, family status and outcome, as an import stores them: the model never reads them."""
    record = {field: values[name] for name, field in _PROTECTED.items() if name in values}
    return {**record, "defaulted": bool(record["defaulted"])} if "defaulted" in record else record


def _form_errors(answers: Mapping[str, str]) -> list[str]:
    """Return the form's own messages; what is still missing is for the person who reviews it."""
    form = ApplicationForm(answers)
    return [
        labelled(name, message)
        for name, errors in form.errors.as_data().items()
        for error in errors
        if error.code != "required"
        for message in error.messages
    ]
