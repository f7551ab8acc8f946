"""Case histories as CSV, one row per assessment, written while they are read."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Final

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.csv_cells import Line, safe_text
from creditdesk.cases.filters import WITHDRAWN
from creditdesk.models import Case, Decision, Note, Withdrawal

HEADER: Final = (
    "reference",
    "client",
    "submitted_at",
    "contract_type",
    "amount_credit",
    "amount_annuity",
    "assessed_at",
    "model_version",
    "probability",
    "threshold",
    "verdict",
    "outcome",
    "is_override",
    "reason_code",
    "reason",
    "decided_by",
    "decided_at",
    "checked_by",
    "notes",
)
AMOUNTS: Final = [HEADER.index(name) for name in ("amount_credit", "amount_annuity")]
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
ROWS_AT_ONCE: Final = 2000
_TOOK_EFFECT: Final = (Decision.Status.FINAL, Decision.Status.REPLACED)


@dataclass(frozen=True, slots=True)
class Dialect:
    delimiter: str = ","
    decimal_comma: bool = False
    bom: bool = False

    def cell(self, value: object) -> str:
        match value:
            case None:
                return ""
            case bool():
                return str(int(value))
            case float() | int() | Decimal():
                return str(value).replace(".", ",") if self.decimal_comma else str(value)
            case datetime():
                return timezone.localtime(value).isoformat(timespec="seconds")
        return safe_text(str(value))


DIALECTS: Final = {
    "": Dialect(),
    "excel": Dialect(),
    "excel-fr": Dialect(delimiter=";", decimal_comma=True, bom=True),
}


def case_histories(cases: QuerySet[Case], dialect: Dialect) -> Iterator[str]:
    """The lines of the file, header first: oldest assessment first, cases without one at the end."""
    writer = csv.writer(Line(), delimiter=dialect.delimiter, lineterminator="\r\n")
    if dialect.bom:
        yield BOM
    for row in chain([HEADER], _rows(cases)):
        yield writer.writerow([dialect.cell(value) for value in row])


def _rows(cases: QuerySet[Case]) -> Iterator[list[Any]]:
    oldest_first = (F("assessments__assessed_at").asc(nulls_last=True), "assessments__pk", "pk")
    columns = cases.order_by(*oldest_first).values_list(
        "pk",
        "assessments__pk",
        "reference",
        "client__name",
        "submitted_at",
        "contract_type",
        "amount_credit",
        "amount_annuity",
        "assessments__assessed_at",
        "assessments__model_version",
        "assessments__probability",
        "assessments__threshold",
        "assessments__verdict",
    )
    reader = columns.iterator(chunk_size=ROWS_AT_ONCE)
    while block := list(islice(reader, ROWS_AT_ONCE)):
        decisions = _final_decisions(row[1] for row in block)
        withdrawals = _withdrawals(row[0] for row in block)
        notes = _notes(row[0] for row in block)
        for case, assessment, *cells in block:
            for column in AMOUNTS:
                cells[column] = _shown(cells[column])
            outcome = decisions.get(assessment, [None] * 7)
            newest, withdrawn = withdrawals.get(case, (None, outcome))
            yield [*cells, *(withdrawn if newest == assessment else outcome), notes.get(case)]


def _shown(amount: object) -> object:
    """Return an amount of a case as the pages show it."""
    if not isinstance(amount, Decimal) or settings.AMOUNT_SCALE == 1:
        return amount
    return (amount * Decimal(str(settings.AMOUNT_SCALE))).quantize(Decimal("0.01"))


def _final_decisions(assessments: Iterable[int | None]) -> dict[int, list[Any]]:
    """The last decision that took effect on each assessment: after a referral or a contest the newer one."""
    decisions = Decision.objects.filter(
        assessment__in=[pk for pk in assessments if pk], status__in=_TOOK_EFFECT
    ).order_by("decided_at", "pk")
    columns = decisions.values_list(
        "assessment",
        "outcome",
        "is_override",
        "reason_code",
        "reason",
        "decided_by__username",
        "decided_at",
        "checked_by__username",
    )
    return {assessment: cells for assessment, *cells in columns}


def _withdrawals(cases: Iterable[int]) -> dict[int, tuple[int | None, list[Any]]]:
    """The withdrawal in force by case, beside the newest assessment, on whose row it stands."""
    columns = (
        Withdrawal.objects.in_force()
        .filter(case__in=set(cases))
        .values_list("case", "case__latest_assessment", "reason", "recorded_by__username", "recorded_at")
    )
    return {
        case: (newest, [WITHDRAWN, None, None, reason or None, person, at, None])
        for case, newest, reason, person, at in columns
    }


def _notes(cases: Iterable[int]) -> dict[int, str]:
    texts: dict[int, list[str]] = {}
    for case, text in Note.objects.on_file().filter(case__in=set(cases)).values_list("case", "text"):
        texts.setdefault(case, []).append(text)
    return {case: " | ".join(lines) for case, lines in texts.items()}
