"""Import of repayment outcomes: whole, or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from creditdesk.importing.outcomes import OutcomeLine, OutcomeReject
from creditdesk.models import Case, Decision, MonthlyOutcome, Withdrawal

BATCH: Final = 5_000


@dataclass(slots=True)
class OutcomeImport:
    """Counts of an import; `rejects` are the lines that were not taken, in the order of the file."""

    added: int = 0
    unchanged: int = 0
    rejects: list[OutcomeReject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Loan:
    case_id: int
    first_month: date
    is_refused: bool
    is_withdrawn: bool


@transaction.atomic
def import_outcomes(*, lines: Iterable[OutcomeLine | OutcomeReject], digest: str) -> OutcomeImport:
    """Store the lines that can be taken; the same file again changes nothing.

    A month that is on file with other figures is not overwritten: the line is rejected as contradicting.
    `digest` is the SHA-256 of the file, for the audit log. Only a command imports; it has no actor.
    """
    result = OutcomeImport()
    lines = iter(lines)
    while some := list(islice(lines, BATCH)):
        result.rejects += [line for line in some if isinstance(line, OutcomeReject)]
        rows = list(_new_rows([line for line in some if isinstance(line, OutcomeLine)], result))
        MonthlyOutcome.objects.bulk_create(rows)
        result.added += len(rows)
    result.rejects.sort(key=lambda reject: reject.line)
    audit.record(
        action=Action.OUTCOMES_IMPORTED,
        actor=None,
        details={
            "file": digest,
            "added": result.added,
            "unchanged": result.unchanged,
            "rejected": len(result.rejects),
        },
    )
    return result


def _new_rows(lines: Sequence[OutcomeLine], result: OutcomeImport) -> Iterator[MonthlyOutcome]:
    loans = _loans({line.reference for line in lines})
    on_file = _on_file([loan.case_id for loan in loans.values()])
    for line in lines:
        if reason := _reason_against(line, loans.get(line.reference)):
            result.rejects.append(OutcomeReject(line.line, line.reference, reason))
            continue
        case_id = loans[line.reference].case_id
        figures = (line.days_past_due, line.balance, line.defaulted)
        stored = on_file.setdefault((case_id, line.month), None)
        if stored is None:
            on_file[case_id, line.month] = figures
            yield MonthlyOutcome(
                case_id=case_id,
                month=line.month,
                days_past_due=line.days_past_due,
                balance=line.balance,
                defaulted=line.defaulted,
            )
        elif stored == figures:
            result.unchanged += 1
        else:
            reason = "contradicts what is on file for this month: {} days, {}, {}".format(*stored)
            result.rejects.append(OutcomeReject(line.line, line.reference, reason))


def _reason_against(line: OutcomeLine, loan: _Loan | None) -> str:
    if loan is None:
        return "is no case of this desk"
    if line.month > timezone.localdate():
        return f"month {line.month:%Y-%m} is in the future"
    if line.month < loan.first_month:
        return f"month {line.month:%Y-%m} is before the application of {loan.first_month:%Y-%m}"
    if loan.is_refused:
        return "was refused: there is no loan"
    if loan.is_withdrawn:
        return "was withdrawn by the client: there is no loan"
    return ""


def _loans(references: set[str]) -> dict[str, _Loan]:
    cases = Case.objects.filter(reference__in=references).values_list("reference", "pk", "submitted_at")
    refused = set(
        Decision.objects.filter(
            case__reference__in=references,
            outcome=Decision.Outcome.REFUSE,
            status=Decision.Status.FINAL,
        ).values_list("case_id", flat=True)
    )
    withdrawn = set(
        Withdrawal.objects.in_force().filter(case__reference__in=references).values_list("case_id", flat=True)
    )
    return {
        reference: _Loan(
            pk,
            timezone.localtime(submitted_at).date().replace(day=1),
            is_refused=pk in refused,
            is_withdrawn=pk in withdrawn,
        )
        for reference, pk, submitted_at in cases
    }


def _on_file(case_ids: Sequence[int]) -> dict[tuple[int, date], tuple[object, ...] | None]:
    rows = MonthlyOutcome.objects.filter(case__in=case_ids)
    columns = rows.values_list("case_id", "month", "days_past_due", "balance", "defaulted")
    return {(case_id, month): (days, balance, bad) for case_id, month, days, balance, bad in columns}
