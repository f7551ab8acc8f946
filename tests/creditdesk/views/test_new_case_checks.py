"""New case by hand: progress, duplicates of a client and implausible answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit import Action
from accounts.models import AuditEvent
from creditdesk.models import Case, Draft
from tests.factories import APPLICATION, typed_answers
from tests.html import Elements

NEW = "/cases/new/"
# A third of the income of APPLICATION is 67,500.
TOO_MUCH = {"AMT_ANNUITY": "80000"}
OPENED = {"origin": "manual", "previous": "", "new": "pending"}


@pytest.fixture
def advisor(client_as, db):
    return client_as("advisor")


def to_confirm(response):
    """The codes that the page wants confirmed."""
    return [item["data-confirm"] for item in Elements(response.content.decode()).having("data-confirm")]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("instalment_share", TOO_MUCH),
        ("credit_over_price", {"AMT_GOODS_PRICE": "200000"}),
        ("long_term", {"AMT_ANNUITY": "5000"}),
        ("age_in_job", {"DAYS_EMPLOYED": (timezone.localdate() - timedelta(days=7000)).isoformat()}),
    ],
)
def test_an_implausible_answer_is_opened_only_when_it_is_confirmed(advisor, code, changes):
    answers = typed_answers(APPLICATION, **changes)
    response = advisor.post(NEW, answers)
    assert (response.status_code, to_confirm(response)) == (422, [code])
    assert not Case.objects.exists()
    assert advisor.post(NEW, {**answers, "confirmed": [code]}).status_code == 302
    (event,) = AuditEvent.objects.filter(action=Action.CASE_OPENED)
    assert event.details == OPENED | {"confirmed": [code]}


def test_a_plausible_case_is_opened_without_a_question(advisor):
    advisor.post(NEW, typed_answers(APPLICATION))
    (event,) = AuditEvent.objects.filter(action=Action.CASE_OPENED)
    assert event.details == OPENED


def test_a_confirmation_holds_for_what_was_shown_alone(advisor):
    answers = typed_answers(APPLICATION, **TOO_MUCH, AMT_GOODS_PRICE="200000")
    response = advisor.post(NEW, {**answers, "confirmed": ["instalment_share"]})
    assert to_confirm(response) == ["instalment_share", "credit_over_price"]
    checked = Elements(response.content.decode()).having("checked")
    assert [box["value"] for box in checked if box.get("name") == "confirmed"] == ["instalment_share"]
    assert not Case.objects.exists()


@pytest.fixture
def known_case(case_of):
    """The advisor's case of a client with the name and the birth date of the answers."""
    return case_of("advisor", application=APPLICATION, name="Zoé Lefèvre")


def test_a_client_with_a_case_already_is_shown_with_it(advisor, known_case):
    response = advisor.post(NEW, typed_answers(APPLICATION, client_name="LEFEVRE Zoe"))
    assert to_confirm(response) == [f"duplicate:{known_case.reference}"]
    html = response.content.decode()
    assert "Same name and birth date" in html
    assert known_case.get_absolute_url() in html
    assert Case.objects.count() == 1


def test_a_namesake_born_on_another_day_is_another_client(advisor, known_case):
    born = (timezone.localdate() - timedelta(days=15_000)).isoformat()
    assert advisor.post(NEW, typed_answers(APPLICATION, DAYS_BIRTH=born)).status_code == 302
    assert Case.objects.count() == 2


def test_a_namesake_without_a_birth_date_may_be_the_same(advisor, known_case):
    response = advisor.post(NEW, typed_answers({**APPLICATION, "DAYS_BIRTH": None}))
    assert to_confirm(response) == [f"duplicate:{known_case.reference}"]
    assert "birth date as" not in response.content.decode()


def test_a_longer_name_is_another_client(advisor, known_case):
    assert advisor.post(NEW, typed_answers(APPLICATION, client_name="Zoé Anne Lefèvre")).status_code == 302


def test_the_case_of_a_colleague_is_not_revealed(client_as, known_case):
    assert client_as("colleague").post(NEW, typed_answers(APPLICATION)).status_code == 302
    assert Case.objects.count() == 2


def progress_of(response):
    (progress,) = Elements(response.content.decode()).having("data-answered")
    return int(progress["data-answered"]), int(progress["data-total"])


def test_progress_counts_the_main_answers(advisor):
    assert progress_of(advisor.get(NEW)) == (1, 19)
    response = advisor.post(NEW, {"client_name": "Zoé", "AMT_CREDIT": "x", "no_employment": "on"})
    assert progress_of(response) == (3, 19)
    assert "Still required: Date of the application, Contract type" in response.content.decode()


def test_progress_follows_while_the_draft_is_saved(advisor):
    answers = {"client_name": "Zoé", "AMT_CREDIT": "5", "applied_on": "2026-11-01"}
    response = advisor.post("/cases/new/draft/", answers, headers={"HX-Request": "true"})
    assert progress_of(response) == (3, 19)
    assert Elements(response.content.decode()).having("hx-swap-oob")
    assert Draft.objects.get().answers == answers
