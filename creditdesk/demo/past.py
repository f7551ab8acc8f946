"""The demo's past: applications of two years, decided in their time, and how the loans were repaid."""

import hashlib
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from creditdesk import services
from creditdesk.demo.clients import DemoFolder
from creditdesk.demo.clock import clock_at
from creditdesk.demo.decisions import OVERRIDES, Justification, give_opinion_first
from creditdesk.demo.people import named
from creditdesk.importing.outcomes import outcome_lines
from creditdesk.models import Assessment, Case, Decision, MonthlyOutcome
from creditdesk.services.outcome import import_outcomes

Outcome, Verdict = Decision.Outcome, Assessment.Verdict

# Of the clients that the model would have refused, so many got their loan, for a reason of the advisor's.
ACCEPTED_SHARE: Final = 0.4
# And so many were refused whom it would have accepted.
REFUSED_SHARE: Final = 0.03
NEVER_CAME: Final = Justification(Decision.ReasonCode.DOCUMENTS, "The documents asked for never came.")
AGREED: Final = "Grounds seen and documented, I agree."
_DAYS: Final = (1, 6)
_SEED: Final = 21


def beginning(folder: DemoFolder) -> datetime:
    """When this bank began to use the desk: a week before the first application of its past."""
    first = min(folder.past_days.values(), default=folder.today)
    return _at(first - timedelta(days=7), 8)


@transaction.atomic
def decide_the_past(folder: DemoFolder) -> None:
    """Assess and decide every application of the past, in the order of time, at the time of its day."""
    rng = Random(_SEED)  # noqa: S311 (drawn for looks, not for secrecy)
    cases = Case.objects.filter(reference__in=map(str, folder.past_days)).select_related("profile", "advisor")
    days = {
        case: folder.past_days[int(case.reference)] + timedelta(days=rng.randint(*_DAYS)) for case in cases
    }
    manager = named("manager")
    with clock_at(beginning(folder)) as clock:
        for number, case in enumerate(sorted(days, key=lambda case: (days[case], case.pk))):
            # Minutes in the order of the cases: a log whose times go back would be none.
            clock.moment = max(clock.moment + timedelta(seconds=7), _at(days[case], 9 + number % 8))
            _decide(case, case.advisor, manager, rng)
        # What was reported of cases of two years was read in them.
        for person in {manager, *(case.advisor for case in days)}:
            services.mark_read(by=person, until=timezone.now())


def import_repayments(folder: DemoFolder) -> None:
    """Import what was observed of the loans that were granted; idempotent."""
    if MonthlyOutcome.objects.exists():
        return
    granted = set(
        Decision.objects.filter(
            outcome=Outcome.ACCEPT,
            status=Decision.Status.FINAL,
            case__reference__in=map(str, folder.past_days),
        ).values_list("case__reference", flat=True)
    )
    path = folder.path / "outcomes.csv"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    import_outcomes(lines=(line for line in outcome_lines(path) if line.reference in granted), digest=digest)


def _decide(case: Case, advisor: User, manager: User, rng: Random) -> None:
    assessment = services.assess(case=case, by=advisor)
    outcome, justification = _decision(assessment, rng)
    give_opinion_first(case, assessment, outcome, advisor, Random(case.reference))  # noqa: S311
    decision = services.decide(
        case=case,
        assessment=assessment,
        outcome=outcome,
        reason_code=justification.code,
        reason=justification.text,
        by=advisor,
    )
    if decision.status == Decision.Status.PROPOSED:
        services.check_decision(decision=decision, approve=True, reason=AGREED, by=manager)


def _decision(assessment: Assessment, rng: Random) -> tuple[str, Justification]:
    verdict, chance = assessment.verdict, rng.random()
    if verdict == Verdict.REFER:
        return Outcome.REFUSE.value, NEVER_CAME
    if verdict == Verdict.REFUSE and chance < ACCEPTED_SHARE:
        grounds = OVERRIDES[Outcome.ACCEPT.value]
        return Outcome.ACCEPT.value, rng.choices(grounds, range(len(grounds), 0, -1))[0]
    if verdict == Verdict.ACCEPT and chance < REFUSED_SHARE:
        return Outcome.REFUSE.value, rng.choice(OVERRIDES[Outcome.REFUSE.value])
    return verdict, Justification("", "")


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
