"""Demo casework besides decisions: claims, shared cases, a team, escalations, contests, a withdrawal."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils import timezone

from accounts.models import User
from creditdesk import services
from creditdesk.demo.people import ADVISORS, named
from creditdesk.models import Case, Contest, Decision, Team
from scoring.policies import in_force, second_person_above

# Stored as they are written, and read on pages of either language: so both.
ESCALATION_REASONS: Final = (
    "The employer changed last month; may I count the new salary? / "
    "Nouvel employeur depuis le mois dernier. Puis-je compter ce salaire\N{NARROW NO-BREAK SPACE}?",
    "Amount above what I decide alone, and the client has been with us for years. / "
    "Montant au-delà de ce que je décide seul, et client chez nous depuis des années.",
)
ANSWER: Final = (
    "Yes, with the new contract and one payslip on file. / "
    "Oui, avec le nouveau contrat et un bulletin de paie au dossier."
)
WAITS_FOR: Final = (
    "The client brings the contract of the new job. / Le client apporte le contrat du nouvel emploi."
)
CLIENT_STATEMENTS: Final = (
    "I repaid the loan that you count against me in spring. The certificate is attached. / "
    "J’ai soldé au printemps le crédit que vous me reprochez. L’attestation est jointe.",
    "My income is higher than what the form says: the bonus was forgotten. / "
    "Mon revenu est plus élevé que sur le formulaire\N{NO-BREAK SPACE}: la prime a été oubliée.",
    "I do not understand why you refuse; my neighbour got the same credit. / "
    "Je ne comprends pas votre refus\N{NARROW NO-BREAK SPACE}; mon voisin a obtenu le même crédit.",
)
# A refusal is contested within so many days.
RECENT_DAYS: Final = 60
CHANGED: Final = (
    "The certificate was checked with the other lender: the loan is repaid since May. / "
    "Attestation vérifiée auprès de l’autre prêteur\N{NO-BREAK SPACE}: le crédit est soldé depuis mai."
)
UPHELD: Final = (
    "The bonus is not contractual and was not paid last year; the decision holds. / "
    "La prime n’est pas contractuelle et n’a pas été versée l’an dernier. La décision tient."
)

WITHDRAWN: Final = (
    "The client takes the car of a relative instead. / Le client reprend plutôt la voiture d’un proche."
)
TEAM: Final = "Home loans / Crédits immobiliers"
REFERRED: Final = (
    "The property is of a kind that this team knows: a loft in a former mill. / "
    "Un bien que cette équipe connaît\N{NO-BREAK SPACE}: un loft dans un ancien moulin."
)
REOPENED: Final = (
    "The employer has sent the payslips of the right person since the refusal. / "
    "Depuis le refus, l’employeur a envoyé les bulletins de paie de la bonne personne."
)


def fill_queues() -> None:
    """Put cases into every queue; of three contests one is upheld, one changes the decision, one is open."""
    advisor, colleague, manager = (named(name) for name in (*ADVISORS, "manager"))
    own = Case.objects.filter(advisor=advisor, shared_at__isnull=True)
    unclaimed = list(own.unclaimed().order_by("submitted_at", "pk")[:10])
    for case in unclaimed[:2]:
        services.claim(case=case, by=advisor)
    for case in unclaimed[2:5]:
        services.share(case=case, by=advisor)
    for case in unclaimed[2:3]:
        services.claim(case=case, by=colleague)
    for case in unclaimed[7:8]:
        day = timezone.localdate() + timedelta(days=10)
        services.snooze(case=case, until_on=day, reason=WAITS_FOR, by=advisor)
    for case, reason in zip(unclaimed[5:7], ESCALATION_REASONS, strict=False):
        services.escalate(case=case, reason=reason, by=advisor)
    for case in unclaimed[5:6]:
        services.answer_escalation(escalation=case.escalations.get(), answer=ANSWER, by=manager)
    for case in unclaimed[8:9]:
        received_on = timezone.localdate()
        services.withdraw(case=case, channel="phone", received_on=received_on, reason=WITHDRAWN, by=advisor)
    team = services.make_team(name=TEAM, by=manager)
    for member in (advisor, colleague):
        services.add_member(team=team, person=member, by=manager)
    _refer(unclaimed[9:10], team, advisor)
    _contest(manager)
    _reopen(advisor, manager)


def _refer(cases: Sequence[Case], team: Team, advisor: User) -> None:
    for case in cases:
        assessment = services.assess(case=case, by=advisor)
        services.decide(
            case=case,
            assessment=assessment,
            outcome=Decision.Outcome.REFER,
            reason_code=Decision.ReasonCode.OTHER,
            reason=REFERRED,
            refer_to=team,
            by=advisor,
        )


def _reopen(advisor: User, manager: User) -> None:
    """Open a refusal again that nobody contests, and that another person decided."""
    refused = Decision.objects.filter(outcome=Decision.Outcome.REFUSE, status=Decision.Status.FINAL)
    uncontested = refused.filter(decided_by=advisor, checked_by=None, case__contests=None)
    for decision in uncontested.select_related("case").order_by("-pk")[:1]:
        services.reopen(case=decision.case, reason=REOPENED, by=manager)


def _contest(manager: User) -> None:
    """Contest small credits: above the limit a changed decision would wait for a second person."""
    refused = Decision.objects.filter(outcome=Decision.Outcome.REFUSE, status=Decision.Status.FINAL)
    small = refused.filter(case__amount_credit__lte=second_person_above(in_force()))
    recent = small.filter(decided_at__gte=timezone.now() - timedelta(days=RECENT_DAYS))
    newest = recent.select_related("case__advisor").order_by("-pk")[: len(CLIENT_STATEMENTS)]
    answers = ((Contest.Outcome.CHANGED, CHANGED), (Contest.Outcome.UPHELD, UPHELD))
    opened = [
        services.contest(
            case=decision.case,
            client_statement=statement,
            received_on=timezone.localdate(),
            by=decision.case.advisor,
        )
        for decision, statement in zip(newest, CLIENT_STATEMENTS, strict=False)
    ]
    for contest, (outcome, justification) in zip(opened, answers, strict=False):
        services.review(
            contest=contest,
            outcome=outcome,
            justification=justification,
            reason_code=Decision.ReasonCode.DATA,
            by=manager,
        )
