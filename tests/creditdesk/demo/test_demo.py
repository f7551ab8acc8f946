import time
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, User
from accounts.roles import Role
from creditdesk.demo import clients, decisions, model, people
from creditdesk.management.commands import demo as command
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
    ShadowScore,
    TeamReferral,
)
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model import json_codec
from scoring.ml.model.manifest_choices import AcceptLimit, ReferBand
from scoring.ml.monitoring import evidently_report
from scoring.models import Activation, ChallengerAppointment, Comparison, DriftReport, LossTable, Policy
from tests.factories import CaseFactory
from tests.folders import application, write_tables
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
CLIENTS, PAST = 90, 30  # the last ones are of the past
BAND = ReferBand(
    limit=AcceptLimit(default_rate=0.04, refer_share=0.15),
    confidence=0.999,
    clients=400,
    accept_below=0.1,
    refuse_from=0.13,
    accepted=0.5,
    referred=0.3,
    default_rate=Estimate(0.03, 0.02, 0.04),
)


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ninety clients instead of make_portfolio's synthetic ones, which have their own tests."""
    rows = [
        application(
            n,
            AMT_CREDIT=100_000 + 20_000 * n,
            WEEKDAY_APPR_PROCESS_START=WEEKDAYS[n % 5],
            HOUR_APPR_PROCESS_START=n % 24,
            EXT_SOURCE_2=n / 100,
        )
        for n in range(1, CLIENTS + 1)
    ]
    folder = write_tables(tmp_path_factory.mktemp("portfolio"), application_train=rows)
    write_past(folder, timezone.localdate())
    return folder


def write_past(folder: Path, today: date) -> None:
    """Application days of all, months of repayment of those who applied 3 to 18 months ago."""
    applied, outcomes = ["SK_ID_CURR,APPLIED_ON"], ["reference,month,days_past_due,balance,defaulted"]
    for n in range(1, CLIENTS + 1):
        age = 3 + n % 16 if n > CLIENTS - PAST else 0
        months = [months_ago(today, age - month) for month in range(age)]
        applied.append(f"{n},{months[0] if months else today}")
        outcomes += [f"{n},{month:%Y-%m},{days_late(n, month)},1000,0" for month in months[1:]]
    (folder / "applied.csv").write_text("\n".join(applied))
    (folder / "outcomes.csv").write_text("\n".join(outcomes))


def months_ago(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, 1)


def days_late(n: int, month: date) -> int:
    return 10 if (n + month.month) % 7 == 0 else 0


@pytest.fixture(scope="module")
def demo_artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ml_artifacts")
    tiny_model(path, name="demo-1", is_demo=True)
    tiny_model(path, name="real-1")
    return path


@pytest.fixture(autouse=True)
def small_demo(monkeypatch, settings, portfolio, demo_artifacts):
    settings.ML_ARTIFACTS = demo_artifacts
    monkeypatch.delenv("CREDITDESK_DEMO_PASSWORD", raising=False)
    for place in (clients, command):
        monkeypatch.setattr(place, "CLIENTS", CLIENTS)
    monkeypatch.setattr(decisions, "ASSESSED_EACH", 20)

    def make_portfolio(name: str, out: Path, **options: object) -> None:
        out.symlink_to(portfolio)

    monkeypatch.setattr(clients, "call_command", make_portfolio)


def demo() -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("demo", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


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


def test_the_demo_has_a_drift_report_of_its_own_assessments():
    demo()
    report = DriftReport.objects.get()
    assert report.source == "desk"
    recent = Assessment.objects.filter(assessed_at__gt=timezone.now() - timedelta(days=90))
    assert report.current_rows == recent.values("profile_digest").distinct().count() >= 40


def test_the_demo_adds_evidentlys_page_once_and_only_on_request(monkeypatch, settings, tmp_path):
    settings.DRIFT_REPORTS = tmp_path
    monkeypatch.setattr(evidently_report, "evaluate", fake_evidently)
    demo()
    assert [report.page for report in DriftReport.objects.all()] == [""]
    for _ in range(2):
        call_command("demo", "--reports", stdout=StringIO(), stderr=StringIO())
    newest = DriftReport.objects.first()
    assert newest
    assert (tmp_path / newest.page).read_text() == "<p>Evidently</p>"
    assert DriftReport.objects.count() == 2


def fake_evidently(*_sides: object, **_options: object) -> evidently_report.EvidentlyReport:
    return evidently_report.EvidentlyReport({"columns": {}, "drifted": 0, "share": 0.0}, "<p>Evidently</p>")


def test_the_demo_has_a_challenger_that_never_answers(monkeypatch, settings, demo_artifacts, tmp_path):
    settings.DRIFT_REPORTS = tmp_path
    monkeypatch.setattr(evidently_report, "evaluate", fake_evidently)
    if not (demo_artifacts / model.CHALLENGER).exists():
        tiny_model(demo_artifacts, name=model.CHALLENGER, is_demo=True)
    demo()
    for _ in range(2):
        call_command("demo", "--reports", stdout=StringIO(), stderr=StringIO())
    appointment = ChallengerAppointment.objects.get()
    assert appointment.version
    assert appointment.version.name == model.CHALLENGER
    assert Activation.objects.get().version.name == "demo-1"
    assert ShadowScore.objects.count() == Assessment.objects.count() > 0


def test_the_demo_shows_a_comparison_of_candidates(client_as):
    for _ in range(2):
        demo()
    recorded = Comparison.objects.get().results
    page = client_as("analyst").get("/models/compare/").content.decode()
    assert len(recorded["rows"]) == 7
    best = max(row["metrics"]["auc"]["value"] for row in recorded["rows"])
    assert f"{best:.4f}" in page


def test_the_demo_has_a_loss_table_of_two_people_and_an_expected_loss(client_as):
    demo()
    table = LossTable.objects.get()
    assert (table.version, table.proposed_by.username) == (1, "manager")
    assert (table.answered_by and table.answered_by.username) == "admin"
    assert "data-expected-loss" in client_as("manager").get(reverse("expected_loss")).content.decode()


def test_the_demo_works_by_the_band_that_its_version_proposes(client_as, settings, tmp_path):
    settings.ML_ARTIFACTS = tmp_path / "with a band"
    tiny_model(settings.ML_ARTIFACTS, name="demo-1", is_demo=True, refer_band=json_codec.encode(BAND))
    demo()
    policy = Policy.objects.get()
    assert (policy.proposed_by.username, policy.answered_by and policy.answered_by.username) == (
        "manager",
        "admin",
    )
    assert (policy.accept_below, policy.refuse_from) == (BAND.accept_below, BAND.refuse_from)
    assert policy.evidence["cases"] == PAST
    past, recent = (
        Assessment.objects.filter(case__in=cases)
        for cases in (past_cases(), Case.objects.exclude(pk__in=past_cases()))
    )
    assert set(past.values_list("policy", flat=True)) == {None}
    assert set(recent.values_list("policy", flat=True)) == {policy.pk}
    referred = recent.filter(verdict=Assessment.Verdict.REFER)
    assert referred.exists()
    in_the_band = referred.filter(
        probability__gte=BAND.accept_below or 1, probability__lt=BAND.refuse_from or 0
    )
    assert in_the_band.count() == referred.count()
    assert Decision.objects.filter(assessment__in=referred).exclude(outcome="refer").exists()
    case = Case.objects.filter(latest_assessment__in=referred)[0]
    page = client_as("manager").get(case.get_absolute_url()).content.decode()
    assert "data-referred-by-policy" in page
    assert audit.verify() is None


def test_a_version_that_proposes_no_band_leaves_its_threshold_in_force():
    demo()
    assert not Policy.objects.exists()


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


def past_cases():
    references = [str(n) for n in range(CLIENTS - PAST + 1, CLIENTS + 1)]
    return Case.objects.filter(reference__in=references)


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


def test_a_model_that_somebody_activated_stays_in_use(model_in_use):
    demo()
    assert Activation.objects.get().version == model_in_use


def test_a_demo_model_that_no_longer_ships_gives_way_to_the_one_that_does(settings, tmp_path):
    call_command("demo", stdout=StringIO())
    settings.ML_ARTIFACTS = tmp_path / "next release"
    settings.ML_ARTIFACTS.mkdir()
    tiny_model(settings.ML_ARTIFACTS, name="demo-2", is_demo=True)
    call_command("demo", stdout=StringIO())
    activated = Activation.objects.order_by("pk").values_list("version__name", flat=True)
    assert list(activated) == ["demo-1", "demo-2"]


def test_a_retired_demo_model_gives_way_and_what_it_answered_can_still_be_recomputed(
    monkeypatch, settings, tmp_path
):
    settings.ML_ARTIFACTS, settings.DRIFT_REPORTS = tmp_path / "both releases", tmp_path
    monkeypatch.setattr(evidently_report, "evaluate", fake_evidently)
    monkeypatch.setattr(model, "CHALLENGER", "challenger-1")
    for name in ("demo-1", "challenger-1"):
        tiny_model(settings.ML_ARTIFACTS, name=name, is_demo=True)
    call_command("demo", "--reports", stdout=StringIO(), stderr=StringIO())
    for place in (model, command):
        monkeypatch.setattr(place, "RETIRED", {"demo-1", "challenger-1"})
    monkeypatch.setattr(model, "CHALLENGER", "challenger-2")
    for name in ("demo-0-newer", "challenger-2"):
        tiny_model(settings.ML_ARTIFACTS, name=name, is_demo=True)
    for _ in range(2):
        call_command("demo", "--reports", stdout=StringIO(), stderr=StringIO())
    activated = Activation.objects.order_by("pk").values_list("version__name", flat=True)
    assert list(activated) == ["demo-1", "demo-0-newer"]
    appointed = ChallengerAppointment.objects.order_by("pk").values_list("version__name", flat=True)
    assert list(appointed) == ["challenger-1", "challenger-2"]
    out = StringIO()
    call_command("replay_assessments", stdout=out)
    assert f"{Assessment.objects.count()} assessments replayed, all the same" in out.getvalue()
