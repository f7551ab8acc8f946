"""Blind cases of tests: drawn, and with a verdict whose traces are known."""

from accounts.models import User
from creditdesk import services
from creditdesk.models import Assessment, Case
from creditdesk.services.blind_draw import save_draws
from tests.factories import newer_assessment


def drawn(case: Case, settings) -> Case:
    """The case, drawn for a blind opinion whatever the key says; assess it first."""
    settings.BLIND_SHARE = 1.0
    save_draws([case])
    settings.BLIND_SHARE = 0.0
    return Case.objects.get(pk=case.pk)


def assessed_blind(case: Case, settings, by: User) -> Case:
    """The case assessed by the model in use, and drawn."""
    services.assess(case=case, by=by)
    return drawn(case, settings)


def otherwise(before: Assessment, *, verdict: str, probability: float) -> Assessment:
    """A newer assessment of the case: the opposite verdict, another probability, the reasons turned round."""
    reasons = list(reversed(before.reasons))
    return newer_assessment(before, verdict=verdict, probability=probability, reasons=reasons)
