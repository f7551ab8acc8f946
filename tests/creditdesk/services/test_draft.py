"""Drafts survive a sign-out, belong to their author, and expire."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from creditdesk.models import Case, Draft, MonitoringRecord
from creditdesk.models.draft import RETENTION
from creditdesk.services.draft import MAX_DRAFTS
from tests.factories import APPLICATION, typed_answers
from tests.html import HTMX, Elements

NEW, SAVE, DELETE = "/cases/new/", "/cases/new/draft/", "/cases/new/draft/delete/"


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def saved_draft(browser, **answers) -> Draft:
    """A draft as the page saves it while somebody types."""
    key = str(uuid.uuid4())
    browser.post(SAVE, {"draft": key, **answers}, headers=HTMX)
    return Draft.objects.get(key=key)


def form_values(browser, draft) -> dict[str, str]:
    html = browser.get(f"{NEW}?draft={draft.key}").content.decode()
    return {field["name"]: field.get("value", "") for field in Elements(html).having("name")}


def test_answers_come_back_after_signing_out(client_as, advisor):
    draft = saved_draft(advisor, client_name="Zoé <b>Lefèvre</b>", AMT_CREDIT="abc", AMT_ANNUITY="24 700,50")
    advisor.logout()
    again = form_values(client_as("advisor"), draft)
    assert (again["client_name"], again["AMT_CREDIT"]) == ("Zoé <b>Lefèvre</b>", "abc")
    assert again["AMT_ANNUITY"] == "24 700,50"
    assert again["draft"] == str(draft.key)


def test_typing_on_writes_the_same_draft(advisor, db):
    draft = saved_draft(advisor, client_name="Zoé")
    advisor.post(SAVE, {"draft": str(draft.key), "client_name": "Zoé L"}, headers=HTMX)
    assert Draft.objects.get().answers == {"client_name": "Zoé L"}


def test_an_empty_form_is_no_draft(advisor, db):
    advisor.post(SAVE, {"draft": str(uuid.uuid4()), "applied_on": "2026-11-22"}, headers=HTMX)
    assert not Draft.objects.exists()


def test_an_untouched_draft_leads_back_to_the_form_without_javascript(advisor, db):
    response = advisor.post(SAVE, {"draft": str(uuid.uuid4()), "applied_on": "2026-11-22"}, follow=True)
    assert response.status_code == 200
    assert "There is nothing to save yet." in response.content.decode()
    assert not Draft.objects.exists()


def test_the_page_of_a_refused_file_can_be_loaded_again(advisor, db):
    file = "/cases/new/file/"
    assert advisor.post(file, {}).status_code == 422
    assert advisor.get(file).url == NEW


def test_a_draft_is_listed_for_its_author_alone(advisor, client_as):
    draft = saved_draft(advisor, client_name="مريم")
    assert "مريم" in advisor.get(NEW).content.decode()
    colleague = client_as("colleague")
    assert "مريم" not in colleague.get(NEW).content.decode()
    assert colleague.get(f"{NEW}?draft={draft.key}").status_code == 404
    colleague.post(DELETE, {"draft": str(draft.key)})
    colleague.post(SAVE, {"draft": str(draft.key), "client_name": "mine"}, headers=HTMX)
    assert Draft.objects.get(by=draft.by).answers == {"client_name": "مريم"}


def test_opening_the_case_ends_its_draft(advisor, model_in_use):
    draft = saved_draft(advisor, client_name="Zoé")
    advisor.post(NEW, {**typed_answers(APPLICATION), "draft": str(draft.key)})
    assert Case.objects.count() == 1
    assert not Draft.objects.exists()


def test_a_case_that_is_refused_keeps_its_draft(advisor, db):
    draft = saved_draft(advisor, client_name="Zoé")
    assert advisor.post(NEW, {"draft": str(draft.key), "client_name": "Zoé"}).status_code == 422
    assert Draft.objects.get() == draft


def test_a_draft_goes_a_month_after_its_last_change(advisor, db):
    old, young = saved_draft(advisor, client_name="Old"), saved_draft(advisor, client_name="Young")
    Draft.objects.filter(pk=old.pk).update(saved_at=timezone.now() - RETENTION - timedelta(minutes=1))
    page = advisor.get(NEW).content.decode()
    assert list(Draft.objects.all()) == [young]
    assert f"after {RETENTION.days} days" in page


def test_one_person_has_a_limited_number_of_drafts(advisor, person):
    Draft.objects.bulk_create(
        Draft(by=person("advisor"), answers={"client_name": str(n)}) for n in range(MAX_DRAFTS)
    )
    html = advisor.post(SAVE, {"draft": str(uuid.uuid4()), "client_name": "One more"}, headers=HTMX)
    assert "twenty drafts already" in html.content.decode()
    assert Draft.objects.count() == MAX_DRAFTS


def test_without_javascript_a_button_saves_and_opens_the_draft(advisor, db):
    response = advisor.post(SAVE, {"draft": str(uuid.uuid4()), "client_name": "Zoé"})
    assert response.url == f"{NEW}?draft={Draft.objects.get().key}"


def test_a_draft_stores_neither_sex_nor_family_status(advisor, db):
    draft = saved_draft(advisor, client_name="Zoé", CODE_GENDER="F", NAME_FAMILY_STATUS="Married")
    assert draft.answers == {"client_name": "Zoé"}
    assert not MonitoringRecord.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "0" * 32, "'; DROP TABLE"])
def test_an_invalid_key_opens_no_draft(advisor, db, key):
    saved_draft(advisor, client_name="Zoé")
    page = advisor.get(NEW, {"draft": key})
    assert page.status_code == 404
    assert "Zoé" not in page.content.decode()


def test_a_very_long_answer_is_cut_not_stored_whole(advisor, db):
    assert len(saved_draft(advisor, client_name="x" * 5_000).answers["client_name"]) == 200
