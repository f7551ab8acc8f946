"""What the demo desk holds besides decisions: claims, shared cases, escalations and contests."""

from typing import Final

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from creditdesk import services
from creditdesk.demo.people import ADVISORS, named
from creditdesk.models import Case, Contest, Decision

PASSED_ON: Final = (
    "The employer changed last month; may I count the new salary?",
    "Amount above what I decide alone, and the client has been with us for years.",
)
ANSWER: Final = "Yes, with the new contract and one payslip on file."
CONTESTED: Final = (
    "I repaid the loan that you count against me in spring. The certificate is attached.",
    "My income is higher than what the form says: the bonus was forgotten.",
    "I do not understand why you refuse; my neighbour got the same credit.",
)
CHANGED: Final = "The certificate was checked with the other lender: the loan is repaid since May."
UPHELD: Final = "The bonus is not contractual and was not paid last year; the decision holds."


def fill_queues() -> None:
    """A few cases in every queue; of three contests one was upheld, one changed the decision, one is open."""
    advisor, colleague, manager = (named(name) for name in (*ADVISORS, "manager"))
    free = list(Case.objects.filter(advisor=advisor).unclaimed().order_by("submitted_at", "pk")[:7])
    for case in free[:2]:
        services.claim(case=case, by=advisor)
    for case in free[2:5]:
        services.share(case=case, by=advisor)
    for case in free[2:3]:
        services.claim(case=case, by=colleague)
    for case, reason in zip(free[5:], PASSED_ON, strict=False):
        services.escalate(case=case, reason=reason, by=advisor)
    for case in free[5:6]:
        services.answer_escalation(escalation=case.escalations.get(), answer=ANSWER, by=manager)
    _contest(manager)


def _contest(manager: User) -> None:
    """Below the amount from which a changed decision would wait for one more person."""
    refused = Decision.objects.filter(outcome=Decision.Outcome.REFUSE, status=Decision.Status.FINAL)
    small = refused.filter(case__amount_credit__lte=settings.SECOND_PERSON_ABOVE)
    oldest = small.select_related("case__advisor").order_by("pk")[: len(CONTESTED)]
    answers = ((Contest.Outcome.CHANGED, CHANGED), (Contest.Outcome.UPHELD, UPHELD))
    opened = [
        services.contest(
            case=decision.case,
            client_statement=statement,
            received_on=timezone.localdate(),
            by=decision.case.advisor,
        )
        for decision, statement in zip(oldest, CONTESTED, strict=False)
    ]
    for contest, (outcome, justification) in zip(opened, answers, strict=False):
        services.review(
            contest=contest,
            outcome=outcome,
            justification=justification,
            reason_code=Decision.ReasonCode.DATA,
            by=manager,
        )
