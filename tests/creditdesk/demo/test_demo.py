"""The demo: people, a portfolio, work done by them, and nothing on a desk that has cases of its own."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, User
from accounts.roles import Role
from creditdesk.demo import people
from creditdesk.models import (
    Assessment,
    Case,
    Claim,
    Client,
    Contest,
    Decision,
    MonthlyOutcome,
    Note,
    Notification,
    Profile,
    Reopening,
    TeamReferral,
)
from scoring.models import Activation
from tests.creditdesk.demo.small_demo import PAST, demo, past_cases
from tests.factories import CaseFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_demo")]


def counts() -> dict[str, int]:
    tables = (User, Client, Case, Profile, Assessment, Decision, Note, Activation, AuditEvent)
    return {model.__name__: model.objects.count() for model in tables}


def test_the_demo_has_people_a_portfolio_a_model_and_work_done():
    demo()
    roles = {user.username: user.role for user in User.objects.all()}
    assert roles == {
        "advisor": Role.ADVISOR,
        "colleague": Role.ADVISOR,
        "manager": Role.MANAGER,
        "analyst": Role.ANALYST,
        "auditor": Role.AUDITOR,
        "admin": Role.ADMIN,
    }
    owners = Counter(Case.objects.values_list("advisor__username", flat=True))
    assert owners == {"advisor": 45, "colleague": 45}
    assert set(Case.objects.values_list("origin", flat=True)) == {Case.Origin.DEMO}
    assert Activation.objects.get().version.name == "demo-1"
    assert Assessment.objects.count() >= 40
    assert Decision.objects.filter(status=Decision.Status.FINAL).count() >= 20
    assert Note.objects.exists()
    assert audit.verify() is None


def test_overrides_have_a_reason_and_one_decision_waits_for_a_second_person():
    demo()
    overrides = Decision.objects.filter(is_override=True)
    assert overrides.exists()
    assert all(decision.reason and decision.reason_code for decision in overrides)
    assert Decision.objects.filter(status=Decision.Status.PROPOSED).count() == 1
    recent = Decision.objects.exclude(case__in=past_cases())
    assert recent.filter(checked_by__username="manager").count() == 1


def test_advisors_only_worked_on_their_own_cases():
    demo()
    for decision in Decision.objects.filter(replaces=None).select_related("case"):
        assert decision.decided_by_id == decision.case.advisor_id


def test_every_queue_has_cases_and_contests_are_reviewed_by_another_person():
    demo()
    cases = Case.objects.all()
    assert cases.shared().exists()
    assert cases.withdrawn().exists()
    reopening = Reopening.objects.get()
    assert reopening.decision
    assert reopening.reopened_by != reopening.decision.decided_by
    assert TeamReferral.objects.in_force().get().team.memberships.count() == 2
    assert cases.escalated().exists()
    assert Claim.objects.active().exists()
    contests = list(Contest.objects.all())
    assert contests
    assert all(contest.reviewer_id != contest.decided_by_id for contest in contests if contest.closed_at)


def test_the_past_was_decided_in_its_time_and_the_log_is_in_the_order_of_time():
    demo()
    for case in past_cases():
        decision = case.decisions.order_by("-pk").first()
        assert decision
        waited = decision.decided_at - case.submitted_at
        assert timedelta(0) < waited < timedelta(days=8)
        assert abs(decision.assessment.assessed_at - decision.decided_at) < timedelta(minutes=1)
    unread = Notification.objects.filter(read_at=None)
    assert unread.exists()
    assert not unread.filter(case__in=past_cases()).exists()
    times = list(AuditEvent.objects.order_by("sequence").values_list("at", flat=True))
    assert times == sorted(times)
    assert Activation.objects.get().activated_at < min(case.submitted_at for case in past_cases())
    assert timezone.now() - Case.objects.latest("submitted_at").submitted_at < timedelta(weeks=10)


def test_repayment_is_known_of_granted_loans_of_the_past_and_only_of_them(client_as):
    demo()
    granted = past_cases().filter(
        decisions__outcome=Decision.Outcome.ACCEPT, decisions__status=Decision.Status.FINAL
    )
    observed = set(MonthlyOutcome.objects.values_list("case_id", flat=True))
    assert observed == set(granted.values_list("pk", flat=True))
    assert 0 < len(observed) < PAST
    assert AuditEvent.objects.get(action="outcomes_imported").details["rejected"] == 0
    page = client_as("manager").get("/outcomes/").content.decode()
    assert f'data-loans="{len(observed)}"' in page


def test_recent_applications_are_submitted_on_the_weekday_and_hour_of_the_form():
    demo()
    now = timezone.now()
    for case in Case.objects.exclude(pk__in=past_cases()).select_related("profile"):
        local = timezone.localtime(case.submitted_at)
        assert local.strftime("%A").upper() == case.profile.application["WEEKDAY_APPR_PROCESS_START"]
        assert local.hour == case.profile.application["HOUR_APPR_PROCESS_START"]
        assert now - timedelta(weeks=10) < case.submitted_at < now


def test_a_second_run_changes_nothing_and_is_quick():
    demo()
    before = counts()
    started = time.monotonic()
    out, _ = demo()
    assert time.monotonic() - started < 2
    assert counts() == before
    assert "password" not in out


def test_a_generated_password_is_shown_once_and_works():
    out, _ = demo()
    password = out.split("Their password: ")[1].split(" ")[0]
    assert all(user.check_password(password) for user in User.objects.all())


def test_the_chosen_password_is_used_and_can_be_changed_later(monkeypatch):
    monkeypatch.setenv("CREDITDESK_DEMO_PASSWORD", "first password of the demo")
    out, _ = demo()
    assert "first password of the demo" not in out
    monkeypatch.setenv("CREDITDESK_DEMO_PASSWORD", "second password of the demo")
    demo()
    assert all(user.check_password("second password of the demo") for user in User.objects.all())
    monkeypatch.delenv("CREDITDESK_DEMO_PASSWORD")
    demo()
    assert all(user.check_password("second password of the demo") for user in User.objects.all())


@pytest.mark.parametrize("origin", [Case.Origin.IMPORTED, Case.Origin.MANUAL])
def test_a_desk_with_other_cases_is_not_touched(origin):
    CaseFactory(origin=origin)
    before = counts()
    with pytest.raises(CommandError, match="not demo cases") as error:
        demo()
    assert error.value.returncode == 1
    assert counts() == before


def test_a_demo_desk_with_imported_cases_still_starts_and_stays_as_it_is(monkeypatch):
    demo()
    CaseFactory(origin=Case.Origin.IMPORTED)
    before = counts()
    monkeypatch.setenv("CREDITDESK_DEMO_PASSWORD", "another password of the demo")
    out, _ = demo()
    assert "nothing was changed" in out
    assert counts() == before
    assert not people.named("advisor").check_password("another password of the demo")


def test_a_case_entered_by_hand_does_not_stop_the_demo():
    demo()
    CaseFactory(origin=Case.Origin.MANUAL, reference="M000001", advisor=people.named("advisor"))
    out, _ = demo()
    assert "nothing was changed" not in out


def test_an_interrupted_demo_is_completed(settings, demo_artifacts, tmp_path):
    settings.ML_ARTIFACTS = tmp_path
    _, err = demo()
    assert "every verdict will be refer" in err
    assert Assessment.objects.count() == 0
    settings.ML_ARTIFACTS = demo_artifacts
    demo()
    assert Activation.objects.get().version.name == "demo-1"
    assert Decision.objects.exists()
