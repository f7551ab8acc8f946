"""Refuse an act at the desk, with a message that names the decision or the claim in the way."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.models import User
from creditdesk.models import Case, Claim, Decision


class ActRefused(Exception):
    """Nothing was recorded; the message gives the reason."""


def name_of(person: User) -> str:
    return person.get_full_name() or person.get_username()


def active_claim(case: Case) -> Claim | None:
    return case.claims.active().select_related("held_by").first()


def already_decided(standing: Decision) -> str:
    return gettext("Already decided: %(outcome)s by %(person)s on %(when)s. Nothing was changed.") % {
        "outcome": standing.get_outcome_display(),
        "person": name_of(standing.decided_by),
        "when": date_format(timezone.localtime(standing.decided_at), "DATETIME_FORMAT"),
    }


def already_claimed(claim: Claim) -> str:
    return gettext("%(person)s has claimed this case (%(when)s). Nothing was changed.") % {
        "person": name_of(claim.held_by),
        "when": date_format(timezone.localtime(claim.claimed_at), "DATETIME_FORMAT"),
    }
