import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Decision, Notification
from creditdesk.services import DecisionRefused

JUSTIFICATION = "Two years of payslips seen at the desk."


def assessed(case, verdict="accept", **numbers) -> Assessment:
    """A stored assessment with the verdict that the rule under test starts from."""
    assessment = Assessment.objects.create(
        case=case,
        profile_digest=case.profile.digest,
        inputs={},
        verdict=verdict,
        refer_reason="the model is suspended" if verdict == "refer" else "",
        **{"probability": 0.05, "threshold": 0.0909} | numbers,
    )
    case.latest_assessment = assessment
    case.save()
    return assessment


@pytest.fixture
def case(case_of):
    return case_of("advisor", amount_credit=100_000)


@pytest.mark.django_db
def test_a_decision_is_stored_and_audited(case, person):
    services.decide(case=case, assessment=assessed(case), outcome="accept", by=person("advisor"))
    decision = Decision.objects.get(case=case)
    assert (decision.outcome, decision.status, decision.is_override) == ("accept", "final", False)
    event = AuditEvent.objects.get(action="decision")
    assert (event.actor, event.target) == ("advisor", case.reference)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verdict", "outcome"), [("accept", "refuse"), ("refuse", "accept"), ("accept", "refer")]
)
def test_an_override_without_a_reason_is_refused_by_the_database(case, person, verdict, outcome):
    with pytest.raises(DecisionRefused):
        services.decide(case=case, assessment=assessed(case, verdict), outcome=outcome, by=person("advisor"))
    assert not Decision.objects.exists()
    assert not AuditEvent.objects.filter(action="override").exists()


@pytest.mark.django_db
def test_an_override_is_its_own_audit_event_without_the_free_text(case, person):
    assessment = assessed(case, "refuse")
    services.decide(
        case=case,
        assessment=assessment,
        outcome="accept",
        by=person("advisor"),
        reason_code="income",
        reason=JUSTIFICATION,
    )
    event = AuditEvent.objects.get(action="override")
    assert event.details["verdict"] == "refuse"
    assert JUSTIFICATION not in str(event.details)
    assert Decision.objects.get().reason == JUSTIFICATION


@pytest.mark.django_db
def test_a_second_decision_on_the_same_case_changes_nothing(case, person):
    assessment = assessed(case)
    services.decide(case=case, assessment=assessment, outcome="accept", by=person("advisor"))
    with pytest.raises(DecisionRefused, match="advisor"):
        services.decide(case=case, assessment=assessment, outcome="accept", by=person("advisor"))
    assert Decision.objects.count() == 1
    assert AuditEvent.objects.filter(action="decision").count() == 1


@pytest.mark.django_db
def test_the_database_itself_refuses_two_standing_decisions(case, person):
    assessment = assessed(case)
    services.decide(case=case, assessment=assessment, outcome="accept", by=person("advisor"))
    with pytest.raises(IntegrityError, match=r"UNIQUE|unique"), transaction.atomic():
        Decision.objects.create(
            case=case,
            assessment=assessment,
            outcome="refuse",
            status="final",
            is_override=False,
            decided_by=person("manager"),
        )


@pytest.mark.django_db
def test_a_decision_on_an_outdated_verdict_is_refused(case, person):
    read = assessed(case)
    assessed(case, "refuse", probability=0.3)
    with pytest.raises(DecisionRefused, match="assessed again"):
        services.decide(case=case, assessment=read, outcome="accept", by=person("advisor"))
    assert not Decision.objects.exists()


@pytest.mark.django_db
def test_a_referral_leaves_the_case_open_for_a_decision(case, person):
    assessment = assessed(case, "refer", probability=None, threshold=None)
    services.decide(case=case, assessment=assessment, outcome="refer", by=person("advisor"))
    services.decide(
        case=case,
        assessment=assessment,
        outcome="refuse",
        by=person("manager"),
        reason_code="data",
        reason=JUSTIFICATION,
    )
    assert list(Decision.objects.values_list("outcome", flat=True)) == ["refer", "refuse"]


@pytest.mark.django_db
class TestAboveTheAmount:
    """Accepting a large credit that the model refuses takes two people."""

    @pytest.fixture
    def proposed(self, case_of, person):
        case = case_of("advisor", amount_credit=900_000)
        return services.decide(
            case=case,
            assessment=assessed(case, "refuse"),
            outcome="accept",
            by=person("advisor"),
            reason_code="guarantee",
            reason=JUSTIFICATION,
        )

    def test_the_first_person_only_proposes(self, proposed):
        assert Decision.objects.get().status == "proposed"

    def test_a_second_person_makes_it_final(self, proposed, person):
        services.check_decision(decision=proposed, approve=True, reason=JUSTIFICATION, by=person("manager"))
        decision = Decision.objects.get()
        assert (decision.status, decision.checked_by) == ("final", person("manager"))
        assert AuditEvent.objects.filter(action="decision_check", actor="manager").exists()

    def test_a_rejection_is_stored_and_opens_the_case_again(self, proposed, person):
        services.check_decision(decision=proposed, approve=False, reason=JUSTIFICATION, by=person("manager"))
        assert Decision.objects.get().status == "rejected"
        notification = Notification.objects.get(recipient=proposed.decided_by)
        assert notification.kind == "not_approved"
        assert "the case waits" in notification.get_kind_display()
        event = AuditEvent.objects.get(action="decision_check")
        assert (event.details["previous"], event.details["new"]) == ("proposed", "rejected")
        services.decide(
            case=proposed.case, assessment=proposed.assessment, outcome="refuse", by=person("advisor")
        )
        assert Decision.objects.standing().get().outcome == "refuse"

    def test_nobody_checks_their_own_proposal(self, case_of, person):
        case = case_of("advisor", amount_credit=900_000)
        manager = person("manager")
        mine = services.decide(
            case=case,
            assessment=assessed(case, "refuse"),
            outcome="accept",
            by=manager,
            reason_code="guarantee",
            reason=JUSTIFICATION,
        )
        with pytest.raises(DecisionRefused, match="another person"):
            services.check_decision(decision=mine, approve=True, reason=JUSTIFICATION, by=manager)
        assert Decision.objects.get().status == "proposed"

    def test_an_advisor_checks_nothing(self, proposed, person):
        with pytest.raises(PermissionDenied):
            services.check_decision(
                decision=proposed, approve=True, reason=JUSTIFICATION, by=person("colleague")
            )


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["admin", "analyst", "auditor"])
def test_only_advisors_and_managers_decide(case, person, name):
    with pytest.raises(PermissionDenied):
        services.decide(case=case, assessment=assessed(case), outcome="accept", by=person(name))


@pytest.mark.django_db(transaction=True)
def test_two_people_deciding_at_once_make_one_decision(case, person):
    assessment, together = assessed(case), threading.Barrier(2)
    refused: list[str] = []

    def decide(name: str) -> None:
        together.wait()
        try:
            services.decide(case=case, assessment=assessment, outcome="accept", by=person(name))
        except DecisionRefused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    people = [threading.Thread(target=decide, args=(name,)) for name in ("advisor", "manager")]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    assert Decision.objects.count() == 1
    assert len(refused) == 1
    assert AuditEvent.objects.filter(action="decision").count() == 1
