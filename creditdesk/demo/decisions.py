"""Demo work of the advisors: assessments, decisions, overrides, notes."""

from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent, User
from creditdesk import services
from creditdesk.cases.blind_draws import would_be_drawn
from creditdesk.demo.casework import fill_queues
from creditdesk.demo.clock import clock_at
from creditdesk.demo.people import ADVISORS, named
from creditdesk.models import Assessment, BlindOpinion, Case, Decision
from scoring.policies import in_force, second_person_above

Code, Outcome = Decision.ReasonCode, Decision.Outcome

ASSESSED_EACH: Final = 75
DECIDED_SHARE: Final = 0.7
OVERRIDE_SHARE: Final = 0.15
NOTE_SHARE: Final = 0.2
# Of the decisions, so many are taken by who has opened what is behind the verdict.
READ_SHARE: Final = 0.8
# Of the opinions before a verdict that agrees with the decision, so many were the opposite.
CHANGED_MIND_SHARE: Final = 0.12
# Days, and minutes of that day, from an application to its decision.
_DAYS: Final = (1, 20)
_MINUTES: Final = 420
_SEED: Final = 20


class Justification(NamedTuple):
    code: str
    text: str


# Stored as they are written, and read on pages of either language: so both.
OVERRIDES: Final[dict[str, tuple[Justification, ...]]] = {
    Outcome.ACCEPT.value: (
        Justification(
            Code.INCOME,
            "The last three payslips show more than the declared income. / "
            "Les trois derniers bulletins de paie dépassent le revenu déclaré.",
        ),
        Justification(
            Code.GUARANTEE,
            "A parent stands surety for the whole amount. / Un parent se porte caution pour la totalité.",
        ),
        Justification(
            Code.HISTORY,
            "Client for eleven years, never a late instalment on the current account. / "
            "Client depuis onze ans, jamais un retard sur le compte courant.",
        ),
        Justification(
            Code.DATA,
            "The debt at the other lender was repaid in spring; certificate in the file. / "
            "La dette chez l’autre prêteur a été soldée au printemps, attestation au dossier.",
        ),
    ),
    Outcome.REFUSE.value: (
        Justification(
            Code.AFFORDABILITY,
            "With the rent, the instalment would take half of the household's income. / "
            "Avec le loyer, la mensualité prendrait la moitié du revenu du foyer.",
        ),
        Justification(
            Code.DOCUMENTS,
            "The proof of address does not match the identity document. / "
            "Le justificatif de domicile ne correspond pas à la pièce d’identité.",
        ),
        Justification(
            Code.FRAUD,
            "The employer named on the payslip does not answer and is not registered. / "
            "L’employeur du bulletin de paie ne répond pas et n’est pas immatriculé.",
        ),
    ),
    Outcome.REFER.value: (
        Justification(
            Code.DOCUMENTS,
            "Waiting for the employer's certificate. / En attente de l’attestation de l’employeur.",
        ),
        Justification(
            Code.OTHER,
            "Amount above what I usually decide alone; I would like a second opinion. / "
            "Montant au-delà de ce que je décide seul d’habitude. Je souhaite un second avis.",
        ),
    ),
}
NOTES: Final = (
    "Called the client: wants the first instalment after the summer. / "
    "Appel au client\N{NO-BREAK SPACE}: il souhaite la première mensualité après l’été.",
    "Documents received and complete. / Pièces reçues et complètes.",
    "Asked for the last two bank statements. / Demandé les deux derniers relevés de compte.",
    "The client would also take a smaller amount. / Le client accepterait aussi un montant plus petit.",
    "Appointment at the branch next week. / Rendez-vous à l’agence la semaine prochaine.",
)
CHECKED: Final = "Surety checked, I agree. / Caution vérifiée, je suis d’accord."


@transaction.atomic
def do_some_work() -> None:
    """Assess the oldest pending cases of both advisors and decide most, some against the verdict, each
    in the days after it came.

    One risky acceptance waits for a second person; another is checked by the manager.
    """
    rng = Random(_SEED)  # noqa: S311 (drawn for looks, not for secrecy)
    planned = [
        (case.submitted_at + timedelta(days=rng.randint(*_DAYS), minutes=rng.randrange(_MINUTES)), case)
        for username in ADVISORS
        for case in _oldest(named(username))
    ]
    last = timezone.now() - timedelta(hours=1)
    with clock_at(end_of_the_past(last)) as clock:
        for moment, case in sorted(planned, key=lambda pair: (pair[0], pair[1].pk)):
            # A log whose times go back would be none.
            clock.moment = max(clock.moment + timedelta(milliseconds=100), min(moment, last))
            _work_on(case, case.advisor, rng)
    _waiting, checked = (_propose(named(username), rng) for username in ADVISORS)
    if checked:
        services.check_decision(decision=checked, approve=True, reason=CHECKED, by=named("manager"))
    fill_queues()
    _keep_a_blind_case(named(ADVISORS[0]))


def _keep_a_blind_case(advisor: User) -> None:
    """Have cases assessed until one waits for the advisor's opinion, where cases are drawn at all."""
    pending = Case.objects.filter(advisor=advisor, origin=Case.Origin.DEMO).unclaimed()
    if not settings.BLIND_SHARE or pending.blind_for(advisor).exists():
        return
    unread = pending.filter(latest_assessment=None).select_related("profile").order_by("submitted_at", "pk")
    first = next((case for case in unread if would_be_drawn(case.reference)), None)
    if first:
        services.assess(case=first, by=advisor)


def end_of_the_past(last: datetime) -> datetime:
    """When the decisions of before ended; `last` where there are none."""
    newest = AuditEvent.objects.order_by("-pk").values_list("at", flat=True).first()
    return min(newest or last, last)


def _oldest(advisor: User) -> list[Case]:
    cases = Case.objects.filter(advisor=advisor, origin=Case.Origin.DEMO, latest_assessment=None)
    return list(cases.select_related("profile", "advisor").order_by("submitted_at", "pk")[:ASSESSED_EACH])


def _work_on(case: Case, advisor: User, rng: Random) -> None:
    assessment = services.assess(case=case, by=advisor)
    if rng.random() < DECIDED_SHARE:
        # Of a referred case the person decides, not the verdict.
        is_referred = assessment.verdict == Assessment.Verdict.REFER
        chosen = rng.random() < (1.0 if is_referred else OVERRIDE_SHARE)
        outcome = rng.choice(list(Outcome)).value if chosen else assessment.verdict
        if not services.needs_second_person(case.amount_credit, assessment.verdict, outcome, in_force()):
            _decide(case, assessment, outcome, advisor, rng)
    if rng.random() < NOTE_SHARE:
        services.add_note(case=case, text=rng.choice(NOTES), by=advisor)


def give_opinion_first(case: Case, assessment: Assessment, outcome: str, by: User, rng: Random) -> None:
    """On a drawn case, have the advisor think mostly what they decide later, at times the opposite."""
    drawn = Case.objects.blind_for(by).filter(pk=case.pk)
    if not drawn.exists():
        return
    likely = outcome if outcome in BlindOpinion.Outcome.values else BlindOpinion.Outcome.REFUSE.value
    # A verdict moves some of those who thought otherwise; against it, nobody changes their mind here.
    if outcome == assessment.verdict and rng.random() < CHANGED_MIND_SHARE:
        likely = "refuse" if likely == "accept" else "accept"
    services.give_opinion(case=case, outcome=likely, by=by)


def _decide(case: Case, assessment: Assessment, outcome: str, advisor: User, rng: Random) -> Decision:
    own = Random(case.reference)  # noqa: S311 (beside `rng`, whose draws stay)
    give_opinion_first(case, assessment, outcome, advisor, own)
    if own.random() < READ_SHARE:
        services.record_reasons_reading(case=case, by=advisor)
    justification = rng.choice(OVERRIDES[outcome]) if outcome != assessment.verdict else Justification("", "")
    return services.decide(
        case=case,
        assessment=assessment,
        outcome=outcome,
        reason_code=justification.code,
        reason=justification.text,
        by=advisor,
    )


def _propose(advisor: User, rng: Random) -> Decision | None:
    """Accept a large amount against the model, if there is a case for it."""
    large = Case.objects.filter(
        advisor=advisor,
        latest_assessment=None,
        amount_credit__gt=second_person_above(in_force()),
    )
    for case in large.select_related("profile").order_by("submitted_at", "pk")[:ASSESSED_EACH]:
        assessment = services.assess(case=case, by=advisor)
        if services.needs_second_person(case.amount_credit, assessment.verdict, Outcome.ACCEPT, in_force()):
            return _decide(case, assessment, Outcome.ACCEPT, advisor, rng)
    return None
