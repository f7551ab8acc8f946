"""Blind first opinion: from whom a verdict is kept, the opinion itself, and who opened the reasons."""

from collections.abc import Collection
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from accounts.prepared_queries import ANYBODY, ANYTHING, Prepared
from creditdesk.cases.blind_draws import would_be_drawn
from creditdesk.models import BlindDraw, BlindOpinion, Case, Profile, ReasonsReading
from creditdesk.services.assessment import assess, standing_assessment
from creditdesk.services.refusal import ActRefused, is_blind, locked_case, refuse_when_not_free


def blind_answer(user: User, case_key: int, reference: str) -> bool:
    """Whether a program of this person gets no verdict of the case: kept from them, or about to be.

    A case that was never assessed is drawn by the assessment that the answer would make.
    """
    if user.has_perm("creditdesk.view_blind_verdict"):
        return False
    if would_be_drawn(reference) and Case.objects.filter(pk=case_key, assessments__isnull=True).exists():
        return True
    return Case.objects.blind_for(user).filter(pk=case_key).exists()


class SentApplication(NamedTuple):
    """An application that a program sent: the digest of its profile, and its number, where it has one."""

    profile_digest: str
    number: str | None


def of_blind_cases(user: User, sent: Collection[SentApplication]) -> set[SentApplication]:
    """Those of the applications that are of a case whose verdict is kept from this person.

    They have its inputs without its reference, or its reference as their number, with other inputs perhaps:
    a simulation of such a case waits for the opinion too.
    """
    if user.has_perm("creditdesk.view_blind_verdict"):
        return set()
    visible = Case.objects.visible_to(user)
    numbers = {application.number for application in sent if application.number}
    about_to_be = visible.filter(reference__in=filter(would_be_drawn, numbers), assessments__isnull=True)
    references = set(about_to_be.values_list("reference", flat=True))
    digests: set[str] = set()
    if _ANY_DRAW.first() is not None:
        blind = visible.blind_for(user).order_by()
        references |= set(blind.filter(reference__in=numbers).values_list("reference", flat=True))
        profiles = Profile.objects.filter(
            case__in=blind.values("pk"), digest__in={application.profile_digest for application in sent}
        )
        digests |= set(profiles.values_list("digest", flat=True))
    return {it for it in sent if it.profile_digest in digests or it.number in references}


_ANY_DRAW: Final = Prepared(lambda: BlindDraw.objects.values_list("pk"))


def opinion_of(case: Case, user: User) -> BlindOpinion | None:
    """The opinion that this person gave before they saw the verdict."""
    return BlindOpinion.objects.filter(case=case, given_by=user).first()


@transaction.atomic
def give_opinion(*, case: Case, outcome: str, by: User) -> BlindOpinion:
    """Store an opinion; from here on its giver sees the verdict. Raises ActRefused."""
    if not by.has_perm("creditdesk.give_opinion"):
        raise PermissionDenied
    locked = locked_case(case, by)
    if not is_blind(locked, by):
        raise ActRefused(gettext("You see the verdict of this case already: no opinion is wanted first."))
    refuse_when_not_free(locked, by)
    assessment = standing_assessment(locked) or assess(case=locked, by=by)
    opinion = BlindOpinion.objects.create(case=locked, assessment=assessment, outcome=outcome, given_by=by)
    audit.record(
        action=Action.BLIND_OPINION,
        actor=by,
        target=locked.reference,
        details={
            "opinion": opinion.pk,
            "assessment": assessment.pk,
            "outcome": outcome,
            "previous": "",
            "new": outcome,
        },
        rows=[opinion],
    )
    return opinion


_STORE_READING: Final = (
    f"INSERT INTO {ReasonsReading._meta.db_table} (case_id, read_by_id, read_at) VALUES (%s, %s, %s) "  # noqa: S608
    "ON CONFLICT DO NOTHING"
)


def record_reasons_reading(*, case: Case, by: User) -> None:
    """Record that who may decide opened what is behind the verdict, the first time that they did."""
    if by.has_perm("creditdesk.decide_case") and _READING.first(case.pk, by.pk) is None:
        with connection.cursor() as cursor:
            # Alone, outside of an act: one statement is its own transaction.
            read_at = connection.ops.adapt_datetimefield_value(timezone.now())
            cursor.execute(_STORE_READING, [case.pk, by.pk, read_at])


_READING: Final = Prepared(
    lambda case, reader: ReasonsReading.objects.filter(case=case, read_by=reader).values_list("pk"),
    ANYTHING,
    ANYBODY,
)
