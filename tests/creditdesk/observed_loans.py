"""Loans with their months of repayment."""

from datetime import UTC, date, datetime

from creditdesk.models import Case, MonthlyOutcome
from tests.factories import CaseFactory, assessed

FIRST = 2024 * 12


def loan(
    number: int, probability: float, *, bad_at: int | None = None, months: int = 13, applied: int = 0
) -> Case:
    """A case applied for `applied` months after January 2024, with `months` monthly outcomes."""
    submitted = datetime(2024 + applied // 12, applied % 12 + 1, 10, 9, tzinfo=UTC)
    verdict = "refuse" if probability >= 0.09 else "accept"
    case = assessed(CaseFactory(reference=f"8{number:05}", submitted_at=submitted), probability, verdict)
    MonthlyOutcome.objects.bulk_create(
        MonthlyOutcome(
            case=case,
            month=date((FIRST + applied + age) // 12, (FIRST + applied + age) % 12 + 1, 1),
            days_past_due=95 if bad_at == age else 0,
            balance=1000,
            defaulted=bad_at is not None and age >= bad_at,
        )
        for age in range(months)
    )
    return case
