"""Forms that correct a history table: one row, or the whole table as a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.answers import is_as_shown, shown_answers
from creditdesk.forms.casework import statement_field
from creditdesk.forms.client_file import REFERENCE, FileRefused
from creditdesk.forms.fields import DayField, field_for
from creditdesk.forms.history_file import MAX_BYTES, TOO_LARGE, Row, read_history_file
from creditdesk.models import Case
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Column, Kind
from scoring.presentation import formatting

# Fields that stand open beside those that must be filled.
OPEN_FIELDS: Final = 8


def row_columns(table: str) -> list[Column]:
    """Return the columns that a row of this client has: all but the client's own number."""
    return [column for column in TABLES[table].columns if column.name != REFERENCE]


class HistoryRowForm(forms.Form):
    """A row of a history table; only what differs from the row on file is a change."""

    marks_required = True

    profile_digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    row = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        case: Case,
        table: str,
        day: date,
        rows: Sequence[Row],
        position: int | None = None,
        removes: bool = False,
    ) -> None:
        """`rows` are those on file, `position` the one to change or remove, None for a new one.

        Dates are counted from `day`, that of the application.
        """
        self.table, self.day, self.on_file = table, day, rows
        self.stored = dict(rows[position]) if position is not None else {}
        answers = shown_answers(row_columns(table), self.stored or self._next_numbers(), day)
        self.answers = answers if self.stored else {}
        first = {**answers, "profile_digest": case.profile.digest, "row": position}
        super().__init__(data, initial=first, auto_id="id_row_%s", label_suffix="")
        for column in () if removes else row_columns(table):
            self.fields[column.name] = field_for(
                column, label=_label(column), required=column.filled, help_text=_help_text(column)
            )
        self.fields["reason"] = statement_field(_("What was wrong or missing, and how you know"), rows=2)

    def _next_numbers(self) -> Row:
        """Numbers of its own for a loan that no table numbers."""
        ids = [column.name for column in row_columns(self.table) if column.kind is Kind.ID]
        return {name: max((int(row.get(name, 0)) for row in self.on_file), default=0) + 1 for name in ids}

    @property
    def open_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self._open_names()]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        shown = set(self._open_names())
        return [self[column.name] for column in row_columns(self.table) if column.name not in shown]

    @property
    def has_folded_errors(self) -> bool:
        return any(field.errors for field in self.folded_fields)

    def _open_names(self) -> list[str]:
        columns = row_columns(self.table)
        first = {column.name for column in columns[:OPEN_FIELDS]}
        return [column.name for column in columns if column.filled or column.name in first]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, DayField) and cleaned.get(name):
                try:
                    cleaned[name] = field.days_before(cleaned[name], self.day)
                except ValidationError as error:
                    self.add_error(name, error)
        return cleaned

    def corrected_row(self) -> Row:
        """The row as it is from now on: what was not touched keeps its value to the last digit."""
        corrected = dict(self.stored)
        for column in row_columns(self.table):
            if is_as_shown(self.data.get(self.add_prefix(column.name)), self.answers.get(column.name, "")):
                continue
            value: Any = self.cleaned_data.get(column.name)
            if value in (None, ""):
                corrected.pop(column.name, None)
            else:
                corrected[column.name] = value
        return corrected


def _names_of_columns(table: str) -> str:
    """Return what the first line of a file names, for people who have never seen one of an import."""
    columns = row_columns(table)
    required = [column.name for column in columns if column.required]
    optional = [column.name for column in columns if not column.required]
    return format_html(
        gettext("The first line names the columns, in any order. Required: {required}. Others: {optional}."),
        required=_as_code(required),
        optional=_as_code(optional) or "–",
    )


def _as_code(names: Sequence[str]) -> SafeString:
    return format_html_join(", ", "<code>{}</code>", ((name,) for name in names))


class HistoryFileForm(forms.Form):
    """The whole table of this client as a file, with the tables that are computed with it and lack rows."""

    profile_digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        case: Case,
        tables: Sequence[str],
    ) -> None:
        self.case, self.tables = case, tables
        first = {"profile_digest": case.profile.digest}
        super().__init__(data, files, initial=first, auto_id="id_file_%s", label_suffix="")
        for table in tables:
            self.fields[table] = forms.FileField(
                label=_("%(table)s (CSV)") % {"table": formatting.capitalized(TABLES[table].label)},
                allow_empty_file=True,
                help_text=_names_of_columns(table),
                widget=forms.ClearableFileInput(
                    attrs={
                        "accept": ".csv,text/csv",
                        "data-largest": MAX_BYTES,
                        "data-too-large": TOO_LARGE,
                    }
                ),
            )
        self.fields["reason"] = statement_field(_("What was wrong or missing, and how you know"), rows=2)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for table in self.tables:
            if upload := cleaned.get(table):
                try:
                    cleaned[table] = read_history_file(upload.read(), table, self.case.reference)
                except FileRefused as refusal:
                    for message in refusal.messages:
                        self.add_error(table, message)
        return cleaned

    def rows(self) -> dict[str, list[Row]]:
        return {table: self.cleaned_data[table] for table in self.tables}


def _label(column: Column) -> str:
    label = str(formatting.capitalized(column.label))
    return f"{label} ({settings.CURRENCY})" if column.kind is Kind.AMOUNT else label


def _help_text(column: Column) -> Any:
    return _("Months before the application, below zero.") if column.kind is Kind.MONTHS else ""
