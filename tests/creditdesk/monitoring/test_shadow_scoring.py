import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accounts.models import AuditEvent
from creditdesk import services as desk
from creditdesk.models import Assessment, MonitoringRecord, ShadowScore
from creditdesk.monitoring import shadow_scoring
from creditdesk.pages.shadow import ShadowPage
from scoring import engine, services
from scoring.models import ChallengerAppointment
from tests.creditdesk.policies import published
from tests.factories import decided
from tests.html import plain_text
from tests.scoring.modelfolder import tiny_model
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db

WHY = "Retrained on the clients of October."


@pytest.fixture
def challenger(settings, tmp_path):
    """Scores as the version in use, which accepts everybody, and refuses everybody."""
    settings.ML_ARTIFACTS = tmp_path
    for name, threshold in (("lenient", 1.0), ("strict", 0.0)):
        tiny_model(tmp_path, name=name, threshold=threshold)
    services.activate(version=services.register(name="lenient", by=None), by=None, reason="")
    return services.register(name="strict", by=None)


@pytest.fixture
def appointed(challenger):
    services.appoint(version=challenger, by=None, reason=WHY)
    return challenger


def assess(case, person, django_capture_on_commit_callbacks) -> Assessment:
    with django_capture_on_commit_callbacks(execute=True):
        return desk.assess(case=case, by=person("advisor"))


def test_both_models_are_judged_under_the_policy_of_the_assessment(
    appointed, case_of, person, django_capture_on_commit_callbacks
):
    policy = published(person("manager"), person("admin"), accept_below=0.0, refuse_from=0.999)
    assessment = assess(case_of("advisor"), person, django_capture_on_commit_callbacks)
    score = ShadowScore.objects.get(assessment=assessment)
    assert (assessment.verdict, score.verdict, score.threshold) == ("refer", "refer", policy.refuse_from)


@pytest.fixture
def assessed(appointed, case_of, person, django_capture_on_commit_callbacks) -> Assessment:
    return assess(case_of("advisor"), person, django_capture_on_commit_callbacks)


def test_the_challenger_scores_what_has_been_committed(assessed, appointed):
    row = ShadowScore.objects.get(assessment=assessed)
    assert (row.model_version, row.model_digest) == ("strict", appointed.digest)
    assert row.probability == assessed.probability
    assert (row.verdict, row.threshold) == ("refuse", 0.0)


def test_without_a_challenger_nothing_is_scored(
    model_in_use, case_of, person, django_capture_on_commit_callbacks
):
    assess(case_of("advisor"), person, django_capture_on_commit_callbacks)
    assert not ShadowScore.objects.exists()


def test_a_broken_challenger_changes_no_answer(
    challenger, settings, case_of, person, django_capture_on_commit_callbacks
):
    services.appoint(version=challenger, by=None, reason=WHY)
    (settings.ML_ARTIFACTS / "strict" / "model.txt").write_text("trees")
    assert assess(case_of("advisor"), person, django_capture_on_commit_callbacks).probability is not None
    assert not ShadowScore.objects.exists()
    with pytest.raises(CommandError, match="cannot be loaded"):
        call_command("score_shadow")


def test_a_dismissed_challenger_scores_no_more_and_its_scores_stay(
    assessed, case_of, person, django_capture_on_commit_callbacks
):
    services.dismiss(by=None, reason="Enough was seen of it.")
    assess(case_of("advisor"), person, django_capture_on_commit_callbacks)
    assert ShadowScore.objects.get().assessment == assessed
    assert AuditEvent.objects.filter(action="challenger").count() == 2


def test_what_was_stored_before_can_be_scored_later(challenger, case_of, person, capsys):
    for income in (90_000.0, 180_000.0):
        desk.assess(case=case_of("advisor", application={"AMT_INCOME_TOTAL": income}), by=person("advisor"))
    services.appoint(version=challenger, by=None, reason=WHY)
    call_command("score_shadow")
    call_command("score_shadow")
    assert ShadowScore.objects.count() == 2
    assert "strict scored 0 assessments" in capsys.readouterr().out


def test_an_assessment_is_scored_once_by_one_challenger(assessed):
    shadow_scoring.score([assessed.pk])
    assert ShadowScore.objects.count() == 1


def test_a_shadow_score_is_never_changed(assessed):
    with pytest.raises(Exception, match=REFUSED), connection.cursor() as cursor:
        cursor.execute("UPDATE creditdesk_shadowscore SET verdict = 'accept'")


def test_the_page_counts_agreement_and_names_cases_to_who_may_see_them(assessed, client_as):
    page = client_as("auditor").get("/models/shadow/").content.decode()
    assert 'data-scored="1"' in page
    assert re.search(r"challenger less answer [+−]?\d+\.\d\d points?", plain_text(page))
    assert assessed.case.reference in page


def test_who_decides_cases_sees_the_challenger_on_decided_ones_alone(assessed, client_as):
    browser = client_as("manager")
    assert assessed.case.reference not in browser.get("/models/shadow/").content.decode()
    decided(assessed.case)
    assert assessed.case.reference in browser.get("/models/shadow/").content.decode()


def test_an_analyst_sees_counts_and_no_case(assessed, client_as):
    page = client_as("analyst").get("/models/shadow/").content.decode()
    assert 'data-scored="1"' in page
    assert assessed.case.reference not in page


def test_an_advisor_never_sees_what_the_challenger_says(assessed, client_as):
    browser = client_as("advisor")
    assert browser.get("/models/shadow/").status_code == 403
    page = browser.get(assessed.case.get_absolute_url()).content.decode()
    assert "strict" not in page


@pytest.mark.parametrize(("defaulted", "answered", "challenger_cost"), [(True, 10.0, 0.0), (False, 0.0, 1.0)])
def test_costs_are_those_of_what_came_true(
    appointed, case_of, person, django_capture_on_commit_callbacks, defaulted, answered, challenger_cost
):
    case = case_of("advisor")
    MonitoringRecord.objects.filter(case=case).update(defaulted=defaulted)
    assess(case, person, django_capture_on_commit_callbacks)
    appointment = ChallengerAppointment.objects.in_force()
    assert appointment is not None
    costs = ShadowPage(appointment, engine.challenger(), person("analyst")).costs
    assert costs is not None
    assert (costs.answered, costs.challenger) == (answered, challenger_cost)


def test_without_a_challenger_the_page_says_how_to_get_one(model_in_use, client_as):
    assert "manage.py retrain" in client_as("analyst").get("/models/shadow/").content.decode()
