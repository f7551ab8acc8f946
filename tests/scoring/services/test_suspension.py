import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.append_only import AppendOnlyError
from accounts.models import AuditEvent
from creditdesk import services as desk
from creditdesk.models import Assessment
from scoring import engine, services
from scoring.models import Suspension, model_as_of
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db

WHY = "Complaints about refusals since this morning."


@pytest.fixture
def suspended(model_in_use, person) -> Suspension:
    return services.suspend(reason=WHY, by=person("admin"))


def test_every_verdict_after_a_suspension_is_refer(suspended, case_of, person):
    desk.assess(case=case_of("advisor"), by=person("advisor"))
    row = Assessment.objects.get()
    assert (row.verdict, row.probability) == ("refer", None)
    assert WHY in row.refer_reason


def test_a_verdict_given_before_no_longer_stands(model_in_use, case_of, person):
    case = case_of("advisor")
    desk.assess(case=case, by=person("advisor"))
    services.suspend(reason=WHY, by=person("admin"))
    assert desk.standing_assessment(case) is None


def test_after_a_resumption_the_same_version_answers_again(suspended, person):
    services.resume(reason="The complaints were about another desk.", by=person("admin"))
    assert engine.current().version == "tiny-1"
    events = AuditEvent.objects.filter(action__in=["model_suspended", "model_resumed"])
    assert [event.details["suspension"] for event in events.order_by("sequence")] == [
        row.pk for row in Suspension.objects.order_by("pk")
    ]
    assert suspended.reason == WHY


def test_another_version_put_in_use_does_not_lift_the_suspension(suspended, model_in_use):
    services.activate(version=model_in_use, by=None, reason="again")
    with pytest.raises(engine.ModelSuspended):
        engine.current()


def test_no_version_answered_while_suspended(suspended):
    assert model_as_of(suspended.at) is None


@pytest.mark.parametrize("name", ["advisor", "manager", "analyst", "auditor"])
def test_only_an_administrator_suspends_and_resumes(model_in_use, person, name):
    with pytest.raises(PermissionDenied):
        services.suspend(reason=WHY, by=person(name))
    assert engine.current()


def test_a_switch_needs_a_reason_and_something_to_switch(model_in_use, person):
    with pytest.raises(services.SuspensionRefused, match="20"):
        services.suspend(reason="stop", by=person("admin"))
    with pytest.raises(services.SuspensionRefused, match="not suspended"):
        services.resume(reason=WHY, by=person("admin"))


def test_a_suspension_cannot_be_taken_out_of_the_record(suspended):
    with pytest.raises(AppendOnlyError):
        suspended.delete()
    with pytest.raises(Exception, match=REFUSED), connection.cursor() as cursor:
        cursor.execute("UPDATE scoring_suspension SET suspends = NOT suspends")


def test_the_desk_stays_ready_and_says_so_on_every_page(suspended, client_as):
    browser = client_as("advisor")
    assert browser.get("/readyz").json() == {"ready": True, "database": "ok", "model": "suspended"}
    assert "The model is suspended" in browser.get("/cases/").content.decode()
