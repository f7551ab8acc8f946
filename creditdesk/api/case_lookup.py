"""A stored case as the API reads it: what was last said of it, in one query whose SQL is written once."""

from functools import cache
from http import HTTPStatus
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS

from accounts.models import User
from accounts.prepared_queries import Prepared
from creditdesk import services
from creditdesk.api.problems import Problem
from creditdesk.models import Assessment, Case


def _columns(*names: str) -> tuple[str, ...]:
    """In the model's own order, in which a row is read into it."""
    return tuple(field.attname for field in Assessment._meta.concrete_fields if field.attname in names)


# Neither the inputs nor, unless asked for, the contributions are read.
ANSWERED: Final = _columns(
    "id",
    "profile_digest",
    "model_digest",
    "model_version",
    "probability",
    "threshold",
    "verdict",
    "missing",
)
EXPLAINED: Final = _columns(*ANSWERED, "features", "contributions", "base_value", "reasons")


class StoredCase(NamedTuple):
    pk: int
    # The one that still holds, with the columns asked for.
    standing: Assessment | None


def stored_case(user: User, reference: str, columns: tuple[str, ...]) -> StoredCase:
    """A case that the user sees. One that is not theirs is 403, one that does not exist is 404."""
    if not user.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    row = _case_seen_by(user.role, columns).first(user.pk, reference)
    if row is None:
        raise not_seen(user, reference, exists=Case.objects.filter(reference=reference).exists())
    pk, profile, *values = row
    latest = Assessment.from_db(DEFAULT_DB_ALIAS, columns, values)
    return StoredCase(pk, latest if latest.pk and services.still_holds(latest, profile) else None)


def not_seen(user: User, reference: str, *, exists: bool) -> Problem:
    if exists:
        return Problem(HTTPStatus.FORBIDDEN, f"{reference} is not in the portfolio of {user}.")
    return Problem(HTTPStatus.NOT_FOUND, f"There is no case {reference}.")


@cache
def _case_seen_by(role: str, columns: tuple[str, ...]) -> Prepared:
    # The row scope depends on the role and the person; the person is a parameter.
    return Prepared(
        lambda pk, reference: (
            Case.objects.visible_to(User(pk=pk, role=role))
            .filter(reference=reference)
            .values_list("pk", "profile__digest", *(f"latest_assessment__{name}" for name in columns))
        ),
        -7_000_000_001,
        "a reference",
    )
