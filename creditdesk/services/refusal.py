"""Refuse an act at the desk, with a message that names the decision or the claim in the way."""

from collections.abc import Iterable
from functools import cache

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from accounts.open_accounts import check_account
from accounts.prepared_queries import ANYBODY, ANYTHING, PreparedRows
from creditdesk.cases.blind_draws import would_be_drawn
from creditdesk.cases.team import colleagues_present
from creditdesk.models import Case, Claim, Decision, Withdrawal
from scoring.presentation import formatting


class ActRefused(Exception):
    """Nothing was recorded; the message gives the reason."""


def locked_case(case: Case, by: User) -> Case:
    """The case, locked for this act, if it is in this person's row scope.

    Raises PermissionDenied, also for a person whose account was closed or whose role changed since the
    request began, and ActRefused for a case whose words were erased.
    """
    check_account(by)
    locked = Case.objects.visible_to(by).select_for_update().filter(pk=case.pk).first()
    if locked is None:
        raise PermissionDenied
    if locked.is_erased:
        raise ActRefused(gettext("The words of this case were erased: nothing can be added to it."))
    return locked


def check_scope(case_keys: Iterable[int | None], by: User) -> None:
    """Raise PermissionDenied unless every case is in this person's row scope; None is no case of the desk."""
    keys = {key for key in case_keys if key is not None}
    if len(keys) == 1 and by.is_active:
        visible = len(_visible_key(by.role).all(by.pk, *keys))
    else:
        visible = Case.objects.visible_to(by).filter(pk__in=keys).count()
    if visible != len(keys):
        raise PermissionDenied


@cache
def _visible_key(role: str) -> PreparedRows:
    # The row scope depends on the role and the person; the person is a parameter.
    def keys(reader: int, pk: int) -> QuerySet[Case, tuple[int]]:
        visible = Case.objects.visible_to(User(pk=reader, role=role))
        return visible.order_by().filter(pk=pk).values_list("pk")

    return PreparedRows(keys, ANYBODY, ANYTHING)


def refuse_when_closed(case: Case) -> None:
    """Raises ActRefused where a decision stands or waits for its second person, or the client withdrew."""
    if standing := case.decisions.standing().select_related("decided_by").first():
        raise ActRefused(already_decided(standing))
    if withdrawal := case.withdrawals.in_force().select_related("recorded_by").first():
        raise ActRefused(already_withdrawn(withdrawal))


def refuse_when_not_free(case: Case, by: User) -> None:
    """Raises ActRefused where the case is closed, or with a colleague or a manager who is somebody else."""
    refuse_when_closed(case)
    claim = active_claim(case)
    if claim and claim.held_by_id != by.pk:
        raise ActRefused(already_claimed(claim))
    refuse_when_with_manager(case, by)


def refuse_when_with_manager(case: Case, by: User) -> None:
    """Raises ActRefused where somebody passed the case on to the managers, and this person is none."""
    if case.escalations.unanswered().exists() and not by.has_perm("creditdesk.answer_escalation"):
        raise ActRefused(gettext("This case is with a manager, who has to answer first."))


def refuse_to_change(case: Case, by: User) -> None:
    """Raises ActRefused where the case is not free, or where this person passed it on: what it is decided by
    is for those who have it now to correct."""
    refuse_when_not_free(case, by)
    refuse_when_passed_on(case, by)


def refuse_when_passed_on(case: Case, by: User) -> None:
    """Raises ActRefused where this person passed the case on: to a manager, a colleague or a team."""
    if case.escalations.unanswered().filter(escalated_by=by).exists():
        raise ActRefused(
            gettext("You passed this case on to a manager: go on once another person has answered.")
        )
    newest = case.assignments.last()
    if newest and newest.is_referral_by(by) and not case.is_offered_to(by, newest.assigned_at):
        raise ActRefused(
            gettext("You referred this case to %(person)s, who decides it.")
            % {"person": name_of(newest.advisor)}
        )
    to_team = case.team_referrals.in_force().filter(referred_by=by).select_related("team").first()
    if to_team is None or case.is_offered_to(by, to_team.referred_at):
        return
    if colleagues_present(to_team.team, by).exists():
        raise ActRefused(
            gettext("You referred this case to the team %(team)s, which decides it.") % {"team": to_team.team}
        )


def is_blind(case: Case, user: User) -> bool:
    """Whether the verdict of this case is kept from this person: their own opinion comes first."""
    if user.has_perm("creditdesk.view_blind_verdict") or not hasattr(case, "blind_draw"):
        return False
    return Case.objects.blind_for(user).filter(pk=case.pk).exists()


def keeps_verdict(case: Case, user: User) -> bool:
    """Whether nothing that shows a verdict of this case reaches this person: kept, or about to be.

    A case that was never assessed is drawn by its first assessment: until then a simulation would show it.
    """
    if is_blind(case, user):
        return True
    is_unseen = case.latest_assessment_id is None and not user.has_perm("creditdesk.view_blind_verdict")
    return is_unseen and would_be_drawn(case.reference)


def refuse_when_blind(case: Case, by: User) -> None:
    """Raises ActRefused where this person's own opinion comes before anything that shows the verdict."""
    if keeps_verdict(case, by):
        raise ActRefused(opinion_first())


def opinion_first() -> str:
    return gettext("This case is drawn for a blind opinion: give yours first, then the verdict shows.")


def written_name(username: str, first_name: str, last_name: str) -> str:
    """The same as `name_of`, of columns that were read without an object."""
    return f"{first_name} {last_name}".strip() or username


def name_of(person: User) -> str:
    return person.get_full_name() or person.get_username()


def active_claim(case: Case) -> Claim | None:
    return case.claims.active().select_related("held_by").first()


def already_decided(standing: Decision) -> str:
    return gettext("Already decided: %(outcome)s by %(person)s on %(when)s. Nothing was changed.") % {
        "outcome": standing.get_outcome_display(),
        "person": name_of(standing.decided_by),
        "when": formatting.written_date(timezone.localtime(standing.decided_at), "DATETIME_FORMAT"),
    }


def already_withdrawn(withdrawal: Withdrawal) -> str:
    return gettext("Withdrawn by the client on %(day)s (recorded by %(person)s). Nothing was changed.") % {
        "day": formatting.written_date(withdrawal.received_on, "DATE_FORMAT"),
        "person": name_of(withdrawal.recorded_by),
    }


def already_claimed(claim: Claim) -> str:
    return gettext("%(person)s has claimed this case (%(when)s). Nothing was changed.") % {
        "person": name_of(claim.held_by),
        "when": formatting.written_date(timezone.localtime(claim.claimed_at), "DATETIME_FORMAT"),
    }
