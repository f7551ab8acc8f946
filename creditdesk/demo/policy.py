"""The demo's policy: the band of referral that the version in use proposes, published by two people."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from creditdesk import services
from creditdesk.demo.clock import clock_at
from creditdesk.demo.decisions import end_of_the_past
from creditdesk.demo.people import named
from creditdesk.pages.policy.page import desk_page
from scoring.ml.model.threshold_options import RISK_CONTROL
from scoring.models import Policy

# Stored as they are written, and read on pages of either language: so both.
WHY: Final = (
    "A person looks where the model is least sure; of the others accepted, few default. / "
    "Une personne examine là où le modèle est le moins sûr\N{NARROW NO-BREAK SPACE}; "
    "parmi les autres acceptés, peu font défaut."
)
YES: Final = (
    "Compared with the cases of the past on the policy desk; the limit suits us. / "
    "Comparée sur le banc d’essai aux dossiers passés\N{NARROW NO-BREAK SPACE}; la limite nous convient."
)


def publish_band() -> None:
    """Put the proposed band in force, unless there is a policy or the version in use proposes none.

    It comes between the decisions of the past, whose cases it was compared on, and those of the last weeks.
    """
    if Policy.objects.exists():
        return
    with clock_at(end_of_the_past(timezone.now() - timedelta(hours=1)) + timedelta(seconds=1)):
        _propose_and_publish()


def _propose_and_publish() -> None:
    manager = named("manager")
    desk = desk_page({"threshold_rule": RISK_CONTROL}, manager)
    if desk.band is None or desk.terms is None:
        return
    policy = services.propose_policy(
        terms=desk.terms,
        based_on=None,
        reason=WHY,
        by=manager,
        evidence=desk.comparison.evidence() if desk.comparison else {},
    )
    services.publish_policy(policy=policy, reason=YES, by=named("admin"))
