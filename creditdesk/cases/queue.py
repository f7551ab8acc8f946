"""The cases to work on around a case, in the order of the list, newest first; and where to begin."""

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


def first_in_queue(user: "User") -> str | None:
    """One's own claim that has waited longest, else the oldest case that nobody has claimed."""
    cases = Case.objects.visible_to(user).order_by("submitted_at", "pk")
    return _first(cases.claimed_by(user).pending()) or _first(cases.unclaimed())


def _pending(user: "User") -> QuerySet[Case]:
    """What a colleague has claimed is passed over."""
    return Case.objects.visible_to(user).free_for(user)


def _first(cases: QuerySet[Case]) -> str | None:
    return cases.values_list("reference", flat=True).first()
