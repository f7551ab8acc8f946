"""New case by hand: the same record as an import, a message at every invalid field."""

from datetime import timedelta
from itertools import islice

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from creditdesk.forms.application import ApplicationForm
from creditdesk.models import Assessment, Case, Draft
from scoring.ml.features import frames
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.tables.catalogue import PROTECTED
from scoring.ml.tables.folder import open_folder
from tests.factories import APPLICATION, typed_answers

NEW = "/cases/new/"


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def test_a_new_case_leads_to_its_verdict(advisor, model_in_use):
    response = advisor.post(NEW, typed_answers(APPLICATION))
    case = Case.objects.get()
    assert response.url == case.get_absolute_url()
    assert (case.client.name, case.advisor.username, case.origin) == ("Zoé Lefèvre", "advisor", "manual")
    assert "data-verdict" in advisor.get(response.url).content.decode()
    assert Assessment.objects.get().case == case


def test_the_stored_profile_equals_that_of_an_import(advisor, db):
    advisor.post(NEW, typed_answers(APPLICATION))
    profile = Case.objects.get().profile
    assert profile.application == APPLICATION
    assert (profile.history, profile.history_rows) == ({}, {})


def test_protected_columns_have_no_field_and_are_not_stored(advisor, db):
    html = advisor.get(NEW).content.decode()
    for name in (*PROTECTED, "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE"):
        assert name not in html
    advisor.post(NEW, typed_answers(APPLICATION, CODE_GENDER="F", NAME_FAMILY_STATUS="Married"))
    assert not set(PROTECTED) & set(Case.objects.get().profile.application)


@pytest.mark.real_data
def test_features_from_the_form_equal_those_of_the_batch(home_credit, tmp_path):
    applications = "application_train.parquet"
    (tmp_path / applications).symlink_to(home_credit / "seven_tables" / applications)
    batch = next(frames.profiles(open_folder(tmp_path)))
    by_batch = feature_matrix(batch.columns)
    for position, (record, _history) in enumerate(islice(batch.records(), 60)):
        form = ApplicationForm(typed_answers(record))
        assert form.is_valid(), form.errors
        by_form = feature_matrix(frames.columns_of([form.application()]))
        assert by_form.tobytes() == by_batch[position].tobytes()


def born(years: int) -> str:
    return (timezone.localdate() - timedelta(days=int(years * 365.25) + 5)).isoformat()


@pytest.mark.parametrize(
    ("field", "answer", "message"),
    [
        ("AMT_CREDIT", "-5000", "Must be at least"),
        ("AMT_CREDIT", "", "This field is required"),
        ("AMT_INCOME_TOTAL", "a lot", "Enter a number"),
        ("AMT_INCOME_TOTAL", "nan", "Enter a number"),
        ("AMT_ANNUITY", "1,5", "Enter a number"),
        ("CNT_CHILDREN", "1.5", "Enter a whole number"),
        ("EXT_SOURCE_2", "1.2", "Must be at most"),
        ("NAME_CONTRACT_TYPE", "Gift", "Gift is not one of the available choices"),
        ("NAME_HOUSING_TYPE", "Castle", "Castle is not one of the available choices"),
        ("DAYS_BIRTH", born(5), "must be between 18 years and 120 years old"),
        ("DAYS_BIRTH", born(130), "must be between 18 years and 120 years old"),
        ("DAYS_EMPLOYED", "2999-01-01", "after the application"),
        ("applied_on", "2999-01-01", "cannot be in the future"),
        ("client_name", " ", "This field is required"),
    ],
)
def test_an_invalid_answer_is_reported_at_its_field_and_nothing_is_lost(advisor, db, field, answer, message):
    response = advisor.post(NEW, typed_answers(APPLICATION, **{field: answer}))
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors[field])
    html = response.content.decode()
    assert message in html
    assert "Zoé Lefèvre" in html or field == "client_name"
    assert 'value="406597.5"' in html or field == "AMT_CREDIT"
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("fr", "202 500,50", 202500.5),
        ("fr", "202\u202f500", 202500.0),
        ("fr", "202500.5", 202500.5),
        ("en", "202,500.50", 202500.5),
        ("en", "202500", 202500.0),
    ],
)
def test_amounts_are_parsed_in_the_notation_of_the_language(db, language, text, value):
    with override(language):
        form = ApplicationForm(typed_answers(APPLICATION, AMT_INCOME_TOTAL=text))
        assert form.is_valid(), form.errors
        assert form.application()["AMT_INCOME_TOTAL"] == value


def test_no_employment_is_stored_as_such_not_as_missing(advisor, db):
    answers = typed_answers({**APPLICATION, "DAYS_EMPLOYED": 365243.0})
    advisor.post(NEW, answers)
    assert Case.objects.get().profile.application["DAYS_EMPLOYED"] == 365243.0
    both = typed_answers(APPLICATION, no_employment="on")
    assert "not both" in advisor.post(NEW, both).content.decode()
    assert Case.objects.count() == 1


def test_a_missing_critical_input_makes_the_verdict_refer(advisor, model_in_use):
    response = advisor.post(NEW, typed_answers({**APPLICATION, "AMT_INCOME_TOTAL": None}))
    assert 'data-verdict="refer"' in advisor.get(response.url).content.decode()


def test_an_earlier_application_counts_its_days_from_that_day(advisor, db):
    earlier = timezone.localdate() - timedelta(days=10)
    answers = typed_answers(APPLICATION, applied_on=earlier.isoformat())
    advisor.post(NEW, answers)
    case = Case.objects.get()
    assert timezone.localdate(case.submitted_at) == earlier
    assert case.profile.application["DAYS_BIRTH"] == float(APPLICATION["DAYS_BIRTH"]) + 10


def test_only_roles_that_open_cases_reach_the_form(client_as):
    for who in ("auditor", "analyst", "admin"):
        assert client_as(who).get(reverse("case_new")).status_code == 403
        assert client_as(who).post(reverse("case_new"), typed_answers(APPLICATION)).status_code == 403
    assert not Case.objects.exists()


def test_the_form_shows_reference_ranges_of_the_model(advisor, model_in_use):
    assert "Most clients: €1 to €9." in advisor.get(NEW).content.decode()


def test_without_a_model_the_form_shows_no_reference_range(advisor, db):
    assert "Most clients" not in advisor.get(NEW).content.decode()


def test_an_instalment_above_the_credit_is_refused(advisor, db):
    response = advisor.post(NEW, typed_answers(APPLICATION, AMT_ANNUITY="500000"))
    assert response.status_code == 422
    assert "cannot be above the whole credit" in response.content.decode()
    assert not Case.objects.exists()


def test_the_latest_draft_is_in_view_and_older_ones_folded(advisor, person):
    for number in range(3):
        Draft.objects.create(by=person("advisor"), answers={"client_name": f"Zoé {number}"})
    in_view, folded = advisor.get(NEW).content.decode().split("2 older drafts")
    assert [number for number in range(3) if f"<bdi>Zoé {number}</bdi></a>" in in_view] == [2]
    assert [number for number in range(3) if f"<bdi>Zoé {number}</bdi></a>" in folded] == [0, 1]
    assert folded.count('name="draft"') == 1 + 2
