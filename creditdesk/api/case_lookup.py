"""A stored case and its newest assessment, in one query whose SQL is written once."""

from functools import cache
from http import HTTPStatus
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS

from accounts.models import User
from accounts.prepared_queries import ANYBODY, ANYTHING, Prepared
from creditdesk import services
from creditdesk.api.problems import Problem
from creditdesk.models import Assessment, Case, Profile


def _columns(*names: str) -> tuple[str, ...]:
    """The columns in the order of the model's fields, as `Assessment.from_db` takes them."""
    return tuple(field.attname for field in Assessment._meta.concrete_fields if field.attname in names)


# The inputs are never read, contributions only for an explanation: they are the bulk of a row.
PREDICTION_COLUMNS: Final = _columns(
    "id",
    "case_id",
    "profile_digest",
    "model_digest",
    "model_version",
    "probability",
    "threshold",
    "policy_id",
    "verdict",
    "missing",
    "affordability",
)
EXPLANATION_COLUMNS: Final = _columns(
    *PREDICTION_COLUMNS, "features", "contributions", "base_value", "reasons"
)


_PROFILE_COLUMNS: Final = [field.attname for field in Profile._meta.concrete_fields]
_CASE_COLUMNS: Final = [field.attname for field in Case._meta.concrete_fields]
_PROFILE: Final = Prepared(
    lambda pk: Profile.objects.filter(pk=pk).values_list(
        *_PROFILE_COLUMNS, *(f"case__{name}" for name in _CASE_COLUMNS)
    ),
    ANYTHING,
)


class StoredCase(NamedTuple):
    pk: int
    # The newest assessment while it still holds, with the columns that were requested.
    standing: Assessment | None


def stored_case(user: User, reference: str, columns: tuple[str, ...]) -> StoredCase:
    """Return a case that the user may see.

    Raise Problem: 403 for another advisor's case, 404 for none, 410 for one whose words were erased.
    """
    if not user.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    row = _case_query(user.role, columns).first(user.pk, reference)
    if row is None:
        raise not_visible(user, reference, exists=Case.objects.filter(reference=reference).exists())
    pk, erasure, profile_digest, *values = row
    if erasure:
        raise erased(reference)
    if services.blind_answer(user, pk, reference):
        raise verdict_kept(reference)
    latest = Assessment.from_db(DEFAULT_DB_ALIAS, columns, values)
    return StoredCase(pk, latest if latest.pk and services.still_holds(latest, profile_digest) else None)


def erased(reference: str) -> Problem:
    return Problem(HTTPStatus.GONE, f"The words of case {reference} were erased: there is nothing to score.")


def verdict_kept(reference: str) -> Problem:
    return Problem(
        HTTPStatus.FORBIDDEN,
        f"{reference} is drawn for a blind opinion: give yours on its page, then the verdict is answered.",
    )


def stored_profile(pk: int) -> Profile:
    """The profile of a case, and the case."""
    row = _PROFILE.first(pk)
    if row is None:
        raise Profile.DoesNotExist
    profile = Profile.from_db(DEFAULT_DB_ALIAS, _PROFILE_COLUMNS, row[: len(_PROFILE_COLUMNS)])
    profile.case = Case.from_db(DEFAULT_DB_ALIAS, _CASE_COLUMNS, row[len(_PROFILE_COLUMNS) :])
    return profile


def not_visible(user: User, reference: str, *, exists: bool) -> Problem:
    if exists:
        return Problem(HTTPStatus.FORBIDDEN, f"{reference} is not in the portfolio of {user}.")
    return Problem(HTTPStatus.NOT_FOUND, f"There is no case {reference}.")


@cache
def _case_query(role: str, columns: tuple[str, ...]) -> Prepared:
    # The row scope depends on the role and the person; the person is a parameter.
    return Prepared(
        lambda pk, reference: (
            Case.objects.visible_to(User(pk=pk, role=role))
            .filter(reference=reference)
            .values_list(
                "pk",
                "client__erasure",
                "profile__digest",
                *(f"latest_assessment__{name}" for name in columns),
            )
        ),
        ANYBODY,
        "a reference",
    )
