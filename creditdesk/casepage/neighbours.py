"""The pending cases before and after a case, in the order of the list: newest first."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from creditdesk.models import Case

if TYPE_CHECKING:
    from accounts.models import User


def next_pending(case: Case, user: "User") -> str | None:
    """The reference of the next case that waits for a decision."""
    at = case.submitted_at
    return _first(_pending(user).filter(submitted_at=at, pk__gt=case.pk).order_by("pk")) or _first(
        _pending(user).filter(submitted_at__lt=at).order_by("-submitted_at", "pk")
    )


def previous_pending(case: Case, user: "User") -> str | None:
    at = case.submitted_at
    return _first(_pending(user).filter(submitted_at=at, pk__lt=case.pk).order_by("-pk")) or _first(
        _pending(user).filter(submitted_at__gt=at).order_by("submitted_at", "-pk")
    )


def _pending(user: "User") -> QuerySet[Case]:
    return Case.objects.visible_to(user).pending()


def _first(cases: QuerySet[Case]) -> str | None:
    return cases.values_list("reference", flat=True).first()
