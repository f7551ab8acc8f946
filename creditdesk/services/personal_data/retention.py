"""Erase what the retention table of the settings lets expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from creditdesk.models import Case, Client, Contest, DataKey, Decision, Draft, StoredAnswer, Withdrawal
from creditdesk.services.personal_data.erased_again import erase_again
from creditdesk.services.personal_data.erasure import delete_days, delete_keys

CLIENTS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: rows to delete, days of applications without a case, clients to erase."""

    drafts: int
    answers: int
    days: tuple[str, ...]
    clients: tuple[int, ...]

    def counts(self) -> dict[str, int]:
        return {
            "drafts": self.drafts,
            "answers": self.answers,
            "days of applications without a case": len(self.days),
            "clients": len(self.clients),
        }


def what_is_due() -> Due:
    """What the table lets expire as of now."""
    oldest_day = timezone.localdate() - timedelta(days=settings.RETENTION_DAYS["applications"])
    return Due(
        drafts=Draft.objects.expired().count(),
        answers=StoredAnswer.objects.expired().count(),
        days=tuple(str(key.day) for key in DataKey.objects.filter(day__lt=oldest_day.isoformat())),
        clients=tuple(_expired_clients().order_by("pk").values_list("pk", flat=True)),
    )


def apply_retention() -> Due:
    """Erase what is due; a second call finds nothing. Each part is a transaction with its audit event."""
    erase_again()
    due = what_is_due()
    if due.drafts or due.answers or due.days:
        _expire_rows(due)
    for start in range(0, len(due.clients), CLIENTS_AT_ONCE):
        _expire_clients(due.clients[start : start + CLIENTS_AT_ONCE])
    return due


@transaction.atomic
def _expire_rows(due: Due) -> None:
    Draft.objects.expired().delete()
    StoredAnswer.objects.expired().delete()
    erased = delete_days(due.days)
    details = {"drafts": due.drafts, "answers": due.answers, "days": list(due.days)}
    audit.record(action=Action.RETENTION, actor=None, details=details, rows=erased)


@transaction.atomic
def _expire_clients(clients: Sequence[int]) -> None:
    erased = delete_keys(clients)
    details = {"clients": list(clients), "data_keys": [erasure.key_number for erasure in erased]}
    audit.record(action=Action.RETENTION, actor=None, details=details, rows=erased)


def _expired_clients() -> QuerySet[Client]:
    """Records of people whose every case has expired, under whichever record."""
    expired = _expired_cases()
    alive = Case.objects.exclude(pk__in=expired.values("pk"))
    people = alive.annotate(person=Coalesce("client__merged_into", "client")).values("person")
    return (
        Client.objects.filter(erasure__isnull=True, pk__in=expired.values("client"), data_key__isnull=False)
        .annotate(person=Coalesce("merged_into", "pk"))
        .exclude(person__in=people)
    )


def _expired_cases() -> QuerySet[Case]:
    """Decided, withdrawn or left undecided long enough ago, and not contested."""
    decided = Decision.objects.standing().annotate(final_at=Coalesce("checked_at", "decided_at"))
    final = decided.filter(status=Decision.Status.FINAL)
    refused = final.filter(outcome=Decision.Outcome.REFUSE, final_at__lt=_before("refused"))
    accepted = final.filter(outcome=Decision.Outcome.ACCEPT, final_at__lt=_before("accepted"))
    gone = Withdrawal.objects.in_force()
    withdrawn = gone.filter(recorded_at__lt=_before("withdrawn"))
    undecided = (
        Case.objects.filter(submitted_at__lt=_before("undecided"))
        .exclude(pk__in=decided.values("case"))
        .exclude(pk__in=gone.values("case"))
    )
    contested = Contest.objects.unanswered().values("case")
    return Case.objects.filter(
        Q(pk__in=refused.values("case"))
        | Q(pk__in=accepted.values("case"))
        | Q(pk__in=withdrawn.values("case"))
        | Q(pk__in=undecided.values("pk"))
    ).exclude(pk__in=contested)


def _before(kind: str) -> datetime:
    return timezone.now() - timedelta(days=settings.RETENTION_DAYS[kind])
