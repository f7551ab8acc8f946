"""Page that corrects one history table of a case: its rows on file, the form of a row, and a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone

from creditdesk.forms.history_file import Row
from creditdesk.forms.history_row import HistoryFileForm, HistoryRowForm, row_columns
from creditdesk.models import Case, HistoryTable
from creditdesk.services.history_rows import missing_companions
from scoring.ml.tables.catalogue import HISTORY, TABLES
from scoring.presentation import formatting

ROWS_ON_A_PAGE: Final = 8
COLUMNS_SHOWN: Final = 5


class Link(NamedTuple):
    label: str
    address: str
    is_open: bool


class ShownRow(NamedTuple):
    """The number of a row on file, from 0, and its first values in words."""

    position: int
    values: Sequence[str]


@dataclass(eq=False)
class HistoryRowsPage:
    """`position` is the row to change, None for a new one."""

    case: Case
    table: str
    position: int | None = None
    page_number: str = "1"
    row_form: HistoryRowForm | None = None
    file_form: HistoryFileForm | None = None
    refusal: str = ""

    @property
    def title(self) -> str:
        return formatting.capitalized(TABLES[self.table].label)

    @cached_property
    def on_file(self) -> dict[str, list[Row]]:
        return HistoryTable.objects.on_file(self.case)

    @property
    def rows(self) -> list[Row]:
        return self.on_file.get(self.table, [])

    @property
    def count(self) -> int:
        """How many rows the model has read."""
        return int(self.case.profile.history_rows.get(self.table) or 0)

    @property
    def has_rows_on_file(self) -> bool:
        """Whether the rows themselves are on file, or there are none: only then one can be changed."""
        return self.table in self.on_file or not self.count

    @property
    def columns(self) -> list[str]:
        return [
            str(formatting.capitalized(column.label)) for column in row_columns(self.table)[:COLUMNS_SHOWN]
        ]

    @cached_property
    def page(self) -> Page[ShownRow]:
        columns = row_columns(self.table)[:COLUMNS_SHOWN]
        shown = [
            ShownRow(
                position,
                [formatting.column_in_words(column, row.get(column.name)) for column in columns],
            )
            for position, row in enumerate(self.rows)
        ]
        return Paginator(shown, ROWS_ON_A_PAGE).get_page(self.page_number)

    @property
    def form(self) -> HistoryRowForm | None:
        if not self.has_rows_on_file or missing_companions(self.case.profile, self.on_file, self.table):
            return None
        return self.row_form or self.bound_row_form(None)

    def bound_row_form(self, data: Mapping[str, str] | None, *, removes: bool = False) -> HistoryRowForm:
        """The form of the row at `position` with what was sent, or with what is on file."""
        return HistoryRowForm(
            data,
            case=self.case,
            table=self.table,
            day=self.day,
            rows=self.rows,
            position=self.position,
            removes=removes,
        )

    @property
    def upload(self) -> HistoryFileForm:
        return self.file_form or HistoryFileForm(case=self.case, tables=self.tables_to_bring)

    @property
    def tables_to_bring(self) -> list[str]:
        """This table, and those that are computed with it and of which no rows are on file."""
        return [self.table, *missing_companions(self.case.profile, self.on_file, self.table)]

    @property
    def day(self) -> date:
        return timezone.localtime(self.case.submitted_at).date()

    @property
    def links(self) -> list[Link]:
        return history_links(self.case, self.table)


def history_links(case: Case, open_table: str = "") -> list[Link]:
    """The application, and each history table, by address."""
    application = Link(
        formatting.capitalized(TABLES["application"].label),
        reverse("case_correct", args=[case.reference]),
        not open_table,
    )
    return [
        application,
        *(
            Link(
                formatting.capitalized(TABLES[name].label),
                reverse("case_correct_history", args=[case.reference, name]),
                name == open_table,
            )
            for name in HISTORY
        ),
    ]
