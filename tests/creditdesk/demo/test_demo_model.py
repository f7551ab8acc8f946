"""The demo's model: its band, its challenger, its reports, and what becomes of one that is retired."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from creditdesk.demo import model
from creditdesk.management.commands import demo as command
from creditdesk.models import Assessment, Case, Decision, ShadowScore
from scoring.ml.model import json_codec
from scoring.ml.monitoring import evidently_report
from scoring.models import Activation, ChallengerAppointment, Comparison, DriftReport, LossTable, Policy
from tests.creditdesk.demo.small_demo import PAST, demo, fake_evidently, past_cases
from tests.creditdesk.policies import BAND as PROPOSED
from tests.scoring.modelfolder import tiny_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_demo")]
# Narrow enough for the spread of the small demo.
BAND = replace(PROPOSED, accept_below=0.1, refuse_from=0.13)


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


def test_reasons_of_the_demo_about_models_and_tables_read_in_both_languages():
    demo()
    stored = [
        *Activation.objects.values_list("reason", flat=True),
        *LossTable.objects.values_list("reason", "answer_reason").get(),
    ]
    assert len(stored) == 3
    for text in stored:
        english, _, french = text.partition(" / ")
        assert "demo" in english
        assert "démonstration" in french


def test_a_version_that_proposes_no_band_leaves_its_threshold_in_force():
    demo()
    assert not Policy.objects.exists()


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
