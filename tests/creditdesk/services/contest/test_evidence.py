"""Evidence for the review of a contest: disagreeing models, disputed values, the fresh assessment."""

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Case, Contest, ContestPoint, Profile
from creditdesk.monitoring.replay import recompute
from creditdesk.pages.case.contest_evidence import ContestEvidence, Disagreement
from scoring import engine
from scoring import services as versions
from scoring.ml import lightgbm
from tests.factories import refused
from tests.html import HTMX, Elements
from tests.scoring.modelfolder import tiny_model
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db
STATEMENT = "My income is higher, and the loan elsewhere is repaid."


@pytest.fixture
def case(case_of, person, settings, tmp_path) -> Case:
    """Refused, by a model with an ensemble of three."""
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="explained-1", explain=True)
    versions.activate(version=versions.register(name="explained-1", by=None), by=None, reason="")
    case = case_of("advisor", amount_credit=100_000)
    refused(services.assess(case=case, by=person("advisor")), by=person("advisor"))
    return case


def contested(browser, case: Case, **more: object):
    fields = {
        "client_statement": STATEMENT,
        "received_on": timezone.localdate().isoformat(),
        "wrong_1": "AMT_INCOME_TOTAL",
        "claim_1": "270 000 <i>by month</i>",
        "unknown": ["repaid", "guarantee"],
        **more,
    }
    return browser.post(reverse("case_contest", args=[case.reference]), fields, headers=HTMX)


def test_the_points_of_a_contest_are_stored_and_sealed_without_the_words(client_as, case):
    assert contested(client_as("advisor"), case).status_code == 200
    points = [(point.kind, point.column, str(point.claim)) for point in ContestPoint.objects.all()]
    assert points == [
        ("value", "AMT_INCOME_TOTAL", "270 000 <i>by month</i>"),
        ("repaid", "", ""),
        ("guarantee", "", ""),
    ]
    event = AuditEvent.objects.get(action="contest")
    assert event.details["points"] == ["AMT_INCOME_TOTAL", "repaid", "guarantee"]
    assert "270 000" not in str(event.details)
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE creditdesk_contestpoint SET kind = 'other'")


@pytest.mark.parametrize(
    "wrong",
    [
        {"wrong_2": "AMT_INCOME_TOTAL"},
        {"claim_2": "5"},
        {"unknown": ["health"]},
        {"wrong_1": "CODE_GENDER"},
    ],
)
def test_points_that_make_no_sense_are_refused_with_the_form(client_as, case, wrong):
    assert contested(client_as("advisor"), case, **wrong).status_code == 422
    assert not Contest.objects.exists()


def test_the_reviewer_sees_which_models_disagree_and_what_is_disputed(client_as, case):
    contested(client_as("advisor"), case)
    page = client_as("manager").get(case.get_absolute_url()).content.decode()
    marked = Elements(page)
    assert [row["data-contested"] for row in marked.having("data-contested")] == ["AMT_INCOME_TOTAL"]
    assert "270 000 &lt;i&gt;by month&lt;/i&gt;" in page
    assert "A guarantee or a co-borrower" in page
    (ensemble,) = marked.having("data-disagreeing")
    # The same count, worked out apart from the page.
    assessment = case.decisions.get().assessment
    model = engine.current()
    assert model.explainer
    assert assessment.threshold is not None
    row = np.frombuffer(assessment.features, dtype="<f8")
    filled = np.where(np.isnan(row), model.fill, row)[None]
    raw = [float(lightgbm.raw_scores(booster, filled)[0]) for booster in model.explainer.boosters]
    refusing = model.calibration.probability(np.array(raw)) >= assessment.threshold
    disagreeing = sum(refusing != (assessment.verdict == "refuse"))
    assert (int(ensemble["data-disagreeing"]), int(ensemble["data-models"])) == (disagreeing, 3)


@pytest.mark.parametrize(
    ("language", "missing", "nobody"),
    [
        ("en", "missing when it was decided", "the model gives the same verdict each time"),
        (
            "fr",
            "non renseigné lors de la décision",
            "le modèle donne chaque fois la même recommandation",
        ),
    ],
)
def test_a_missing_value_and_agreeing_models_are_put_in_words(
    client_as, case, monkeypatch, language, missing, nobody
):
    contested(client_as("advisor"), case, wrong_2="OWN_CAR_AGE")
    assert case.decisions.get().assessment.record.get("OWN_CAR_AGE") is None
    agreeing = Disagreement(models=3, other=0, low=0.2, high=0.4)
    monkeypatch.setattr(ContestEvidence, "disagreement", agreeing)
    reviewer = client_as("manager")
    page = reviewer.get(case.get_absolute_url(), headers={"Accept-Language": language}).content.decode()
    assert page.count(missing) == 1
    assert nobody in page


def test_an_advisor_sees_no_evidence(client_as, case):
    contested(client_as("advisor"), case)
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert "data-contest-evidence" not in page


def test_a_corrected_case_shows_the_fresh_assessment_and_the_original_replays(client_as, case, person):
    contested(client_as("advisor"), case)
    original = case.decisions.get().assessment
    services.review(
        contest=Contest.objects.get(),
        outcome="reopen",
        justification="The payslips say another income: correct it.",
        by=person("manager"),
    )
    services.correct_application(
        case=Case.objects.get(pk=case.pk),
        changes={"AMT_INCOME_TOTAL": 270_000.0},
        profile_digest=Profile.objects.get(case=case).digest,
        reason="The last three payslips.",
        by=person("advisor"),
    )
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    fresh = Case.objects.get(pk=case.pk).latest_assessment
    assert fresh
    assert fresh.record["AMT_INCOME_TOTAL"] == 270_000.0
    (shown,) = Elements(page).having("data-fresh-assessment")
    assert int(shown["data-fresh-assessment"]) == fresh.pk != original.pk
    again = recompute(engine.current(), Assessment.objects.get(pk=original.pk))
    assert again.outcome == "exact"
    assert Contest.objects.get().outcome == "reopen"


def test_without_the_model_of_the_decision_the_rest_still_shows(client_as, case):
    contested(client_as("advisor"), case)
    stored = Contest.objects.get()
    evidence = ContestEvidence(stored, case)
    evidence.assessment.model_digest = "f" * 64
    assert evidence.disagreement is None
    assert [value.column for value in evidence.values] == ["AMT_INCOME_TOTAL"]
