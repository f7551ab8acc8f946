"""Which decisions take two people, what the log keeps of them, and in whose language they are refused."""

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
from tests.factories import assessed

pytestmark = pytest.mark.django_db
GROUNDS = "Two years of payslips seen at the desk."


@contextmanager
def refused_in_french(words: str) -> Iterator[None]:
    with translation.override("fr"), pytest.raises(DecisionRefused, match=words):
        yield


@pytest.fixture
def read(case_of):
    """The assessment, with that verdict, of a case of that amount."""

    def make(verdict: str, amount: str = "100000") -> Assessment:
        case = case_of("advisor", amount_credit=Decimal(amount))
        probability = {"accept": 0.05, "refuse": 0.3, "refer": None}[verdict]
        found = assessed(case, probability, verdict).latest_assessment
        assert found
        return found

    return make


@pytest.fixture
def act(person):
    """A person's decision on an assessment, with grounds where they differ."""

    def decide(assessment: Assessment, outcome: str, by: str = "advisor") -> Decision:
        assert assessment.case
        why = {"reason_code": "guarantee", "reason": f" {GROUNDS}\n"} if outcome != assessment.verdict else {}
        return services.decide(
            case=assessment.case, assessment=assessment, outcome=outcome, by=person(by), **why
        )

    return decide


@pytest.fixture
def proposed(read, act) -> Decision:
    return act(read("refuse", "900000"), "accept")


def kept(assessment: Assessment, **more: str) -> dict[str, object]:
    """What the log says of the one decision on it."""
    about = {
        "decision": Decision.objects.get().pk,
        "assessment": assessment.pk,
        "verdict": assessment.verdict,
    }
    return about | more


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


def test_the_log_says_what_was_decided_on_which_assessment(read, act):
    assessment = read("accept")
    act(assessment, "accept")
    event = AuditEvent.objects.get(action="decision")
    assert event.details == kept(assessment, outcome="accept", status="final", reason_code="")
    assert Decision.objects.get().reason == ""


def test_the_log_of_a_check_says_who_checked_what(proposed, person):
    services.check_decision(decision=proposed, approve=True, reason=GROUNDS, by=person("manager"))
    event = AuditEvent.objects.get(action="decision_check")
    assert (event.actor, event.target) == ("manager", proposed.case.reference)
    assert event.details == kept(
        proposed.assessment, outcome="accept", status="final", reason_code="guarantee"
    )


def test_the_grounds_are_kept_as_written_without_the_space_around_them(proposed):
    assert (proposed.is_override, proposed.reason_code, proposed.reason) == (True, "guarantee", GROUNDS)


def test_a_check_is_kept_with_its_time_and_grounds(proposed, person):
    before = timezone.now()
    services.check_decision(decision=proposed, approve=False, reason=GROUNDS, by=person("manager"))
    decision = Decision.objects.get()
    assert (decision.checked_by, decision.check_reason) == (person("manager"), GROUNDS)
    assert decision.checked_at
    assert before <= decision.checked_at <= timezone.now()


def test_a_check_says_why(proposed, person):
    with refused_in_french("^Motivez votre approbation ou votre rejet de cette décision"):
        services.check_decision(decision=proposed, approve=True, reason=" \n", by=person("manager"))
    assert Decision.objects.get().status == "proposed"


def test_a_decision_is_checked_once(proposed, person):
    services.check_decision(decision=proposed, approve=True, reason=GROUNDS, by=person("manager"))
    with refused_in_french("^Cette décision a déjà été contrôlée"):
        services.check_decision(decision=proposed, approve=False, reason=GROUNDS, by=person("manager"))
    assert Decision.objects.get().status == "final"
    assert AuditEvent.objects.filter(action="decision_check").count() == 1


def test_nobody_checks_their_own_proposal_in_french_either(read, act, person):
    mine = act(read("refuse", "900000"), "accept", by="manager")
    with refused_in_french("^Vous avez proposé cette décision.: une autre personne"):
        services.check_decision(decision=mine, approve=True, reason=GROUNDS, by=person("manager"))


def test_the_verdict_of_another_case_decides_nothing(read, act, person):
    mine, other = read("accept"), read("accept")
    with refused_in_french("^Le dossier a été réévalué entre-temps"):
        services.decide(case=mine.case, assessment=other, outcome="accept", by=person("advisor"))
    # Nor does it when somebody made it the newest one of this case.
    Case.objects.filter(pk=other.case_id).update(latest_assessment=None)
    Case.objects.filter(pk=mine.case_id).update(latest_assessment=other)
    with refused_in_french("^Le dossier a été réévalué entre-temps"):
        services.decide(case=mine.case, assessment=other, outcome="accept", by=person("advisor"))
    assert not Decision.objects.exists()


def test_a_case_is_referred_once_by_each_person(read, act):
    assessment = read("refer")
    act(assessment, "refer")
    with refused_in_french("^Vous avez déjà transmis ce dossier"):
        act(assessment, "refer")
    act(assessment, "refer", by="manager")
    assert Decision.objects.count() == 2


def test_who_has_proposed_in_vain_may_still_refer_the_case(proposed, act, person):
    services.check_decision(decision=proposed, approve=False, reason=GROUNDS, by=person("manager"))
    act(proposed.assessment, "refer")
    assert list(Decision.objects.values_list("outcome", "status")) == [
        ("accept", "rejected"),
        ("refer", "final"),
    ]


def test_a_decision_against_the_verdict_wants_a_reason(read, person):
    assessment = read("accept")
    with refused_in_french("^Une décision qui diffère de la recommandation exige un motif"):
        services.decide(case=assessment.case, assessment=assessment, outcome="refuse", by=person("advisor"))
    assert not Decision.objects.exists()


def test_whatever_else_the_database_refuses_is_told_in_words(read, act):
    assessment = read("accept")

    def refuse(execute, sql, *rest):
        if sql.startswith('INSERT INTO "creditdesk_decision"'):
            raise IntegrityError("another constraint")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse), refused_in_french("^La décision n’a pas pu être enregistrée"):
        act(assessment, "accept")
    assert not AuditEvent.objects.filter(action="decision").exists()
