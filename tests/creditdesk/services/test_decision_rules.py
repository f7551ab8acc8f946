"""Rules of decisions: the second person, the audit details, refusals in the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone, translation

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Case, Decision
from creditdesk.services import DecisionRefused
from tests.creditdesk.policies import published
from tests.factories import assessed, newer_assessment

pytestmark = pytest.mark.django_db
JUSTIFICATION = "Two years of payslips seen at the desk."


@contextmanager
def refused_in_french(message: str) -> Iterator[None]:
    with translation.override("fr"), pytest.raises(DecisionRefused, match=message):
        yield


@pytest.fixture
def read(case_of):
    """The assessment, with that verdict, of a case of that amount."""

    def make(verdict: str, amount: str = "100000") -> Assessment:
        case = case_of("advisor", amount_credit=Decimal(amount))
        probability = {"accept": 0.05, "refuse": 0.3, "refer": None}[verdict]
        assessment = assessed(case, probability, verdict).latest_assessment
        assert assessment
        return assessment

    return make


@pytest.fixture
def act(person):
    """A person's decision on an assessment, with a reason where they differ."""

    def decide(assessment: Assessment, outcome: str, by: str = "advisor") -> Decision:
        assert assessment.case
        differs = outcome != assessment.verdict
        return services.decide(
            case=assessment.case,
            assessment=assessment,
            outcome=outcome,
            by=person(by),
            reason_code="guarantee" if differs else "",
            reason=f" {JUSTIFICATION}\n" if differs else "",
        )

    return decide


@pytest.fixture
def proposed(read, act) -> Decision:
    return act(read("refuse", "900000"), "accept")


def details_of(assessment: Assessment, **more: str) -> dict[str, object]:
    """Audit details of the only decision, on this assessment."""
    about = {
        "decision": Decision.objects.get().pk,
        "assessment": assessment.pk,
        "verdict": assessment.verdict,
    }
    return about | more


def recorded_details(action: str) -> dict[str, object]:
    """The details of the only event of this kind, without the digests of rows."""
    details = AuditEvent.objects.get(action=action).details
    return {name: value for name, value in details.items() if name != "rows"}


@pytest.mark.parametrize(
    ("amount", "verdict", "outcome", "status"),
    [
        ("500000.00", "refuse", "accept", "final"),
        ("500000.01", "refuse", "accept", "proposed"),
        ("500000.01", "refer", "accept", "proposed"),
        ("900000.00", "accept", "accept", "final"),
        ("900000.00", "accept", "refuse", "final"),
        ("900000.00", "refuse", "refuse", "final"),
        ("900000.00", "refuse", "refer", "final"),
    ],
)
def test_only_accepting_a_large_credit_without_the_models_consent_takes_two(
    read, act, amount, verdict, outcome, status
):
    act(read(verdict, amount), outcome)
    assert Decision.objects.get().status == status


def test_the_log_names_the_decision_and_its_assessment(read, act):
    assessment = read("accept")
    act(assessment, "accept")
    details = details_of(assessment, outcome="accept", status="final", reason_code="")
    assert recorded_details("decision") == {**details, "previous": "pending", "new": "accept"}
    assert Decision.objects.get().reason == ""


def test_the_log_names_the_person_who_checked_a_decision(proposed, person):
    services.check_decision(decision=proposed, approve=True, reason=JUSTIFICATION, by=person("manager"))
    event = AuditEvent.objects.get(action="decision_check")
    assert (event.actor, event.target) == ("manager", proposed.case.reference)
    assert recorded_details("decision_check") == {
        **details_of(proposed.assessment, outcome="accept", status="final", reason_code="guarantee"),
        "previous": "proposed",
        "new": "final",
    }


def test_the_reason_is_stored_without_the_space_around_it(proposed):
    assert (proposed.is_override, proposed.reason_code, proposed.reason) == (True, "guarantee", JUSTIFICATION)


def test_a_check_is_stored_with_its_time_and_reason(proposed, person):
    before = timezone.now()
    services.check_decision(decision=proposed, approve=False, reason=JUSTIFICATION, by=person("manager"))
    decision = Decision.objects.get()
    assert (decision.checked_by, decision.check_reason) == (person("manager"), JUSTIFICATION)
    assert decision.checked_at
    assert before <= decision.checked_at <= timezone.now()


def test_a_check_needs_a_reason(proposed, person):
    with refused_in_french("^Motivez votre approbation ou votre rejet de cette décision"):
        services.check_decision(decision=proposed, approve=True, reason=" \n", by=person("manager"))
    assert Decision.objects.get().status == "proposed"


def test_a_decision_is_checked_once(proposed, person):
    services.check_decision(decision=proposed, approve=True, reason=JUSTIFICATION, by=person("manager"))
    with refused_in_french("^Cette décision a déjà été contrôlée"):
        services.check_decision(decision=proposed, approve=False, reason=JUSTIFICATION, by=person("manager"))
    assert Decision.objects.get().status == "final"
    assert AuditEvent.objects.filter(action="decision_check").count() == 1


def test_nobody_checks_their_own_proposal_in_french_either(read, act, person):
    mine = act(read("refuse", "900000"), "accept", by="manager")
    with refused_in_french("^Vous avez proposé cette décision.: une autre personne"):
        services.check_decision(decision=mine, approve=True, reason=JUSTIFICATION, by=person("manager"))


def test_the_verdict_of_another_case_decides_nothing(read, act, person):
    own, foreign = read("accept"), read("accept")
    with refused_in_french("^Le dossier a été réévalué entre-temps"):
        services.decide(case=own.case, assessment=foreign, outcome="accept", by=person("advisor"))
    # Nor does it when somebody made it the newest one of this case.
    Case.objects.filter(pk=foreign.case_id).update(latest_assessment=None)
    Case.objects.filter(pk=own.case_id).update(latest_assessment=foreign)
    with refused_in_french("^Le dossier a été réévalué entre-temps"):
        services.decide(case=own.case, assessment=foreign, outcome="accept", by=person("advisor"))
    assert not Decision.objects.exists()


def test_a_case_is_with_everybody_once_until_somebody_has_taken_it_up(read, act, person):
    assessment = read("refer")
    act(assessment, "refer")
    with refused_in_french("^Vous avez déjà transmis ce dossier"):
        act(assessment, "refer")
    act(assessment, "refer", by="manager")
    assert Decision.objects.count() == 2
    services.claim(case=assessment.case, by=person("advisor"))
    act(assessment, "refer")
    services.claim(case=assessment.case, by=person("advisor"))
    act(assessment, "refer")
    assert Decision.objects.count() == 4
    with refused_in_french("^Vous avez déjà transmis ce dossier"):
        act(assessment, "refer")


def test_a_rejected_proposer_may_still_refer_the_case(proposed, act, person):
    services.check_decision(decision=proposed, approve=False, reason=JUSTIFICATION, by=person("manager"))
    act(proposed.assessment, "refer")
    assert list(Decision.objects.values_list("outcome", "status")) == [
        ("accept", "rejected"),
        ("refer", "final"),
    ]


def test_a_decision_against_the_verdict_needs_a_reason(read, person):
    assessment = read("accept")
    with refused_in_french("^Une décision qui diffère de la recommandation exige un motif"):
        services.decide(case=assessment.case, assessment=assessment, outcome="refuse", by=person("advisor"))
    assert not Decision.objects.exists()


def test_any_other_database_error_becomes_a_message(read, act):
    assessment = read("accept")

    def refuse(execute, sql, *rest):
        if sql.startswith('INSERT INTO "creditdesk_decision"'):
            raise IntegrityError("another constraint")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse), refused_in_french("^La décision n’a pas pu être enregistrée"):
        act(assessment, "accept")
    assert not AuditEvent.objects.filter(action="decision").exists()


def test_a_verdict_of_an_earlier_policy_is_read_again_before_it_is_decided(
    case_of, person, model_in_use, act
):
    """A policy that is published between the reading and the decision is named by no verdict of before."""
    case = case_of("advisor", amount_credit=Decimal(100_000))
    before = services.assess(case=case, by=person("advisor"))
    policy = published(person("manager"), person("admin"))
    with pytest.raises(DecisionRefused, match="Another policy has come into force meanwhile"):
        act(before, "refuse")
    assert not case.decisions.exists()
    decision = act(services.assess(case=case, by=person("advisor")), "refuse")
    assert decision.policy == decision.assessment.policy == policy


def test_a_policy_published_while_a_case_is_decided_is_not_named_by_the_decision(read, person):
    """The verdict was read under the one before, and with it who has to decide."""
    first = published(person("manager"), person("admin"))
    assessment = newer_assessment(read("accept"), policy_id=first.pk)
    assert assessment.case
    publications = [lambda: published(person("manager"), person("admin"), accept_below=0.01)]

    def publish_after_the_first_look(execute, sql, parameters, many, context):
        cursor = execute(sql, parameters, many, context)
        if "scoring_policy" in sql and publications:
            publications.pop()()
        return cursor

    with connection.execute_wrapper(publish_after_the_first_look):
        services.decide(case=assessment.case, assessment=assessment, outcome="accept", by=person("advisor"))
    assert not publications
    assert Decision.objects.get().policy == assessment.policy == first
