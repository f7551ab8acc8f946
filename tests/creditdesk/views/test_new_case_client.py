"""Whose case a new one is: by the bank's number, by choice among the namesakes, or a new client's."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.audit import Action, verify
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Case, Client, ClientKey, Draft
from tests.factories import APPLICATION, typed_answers
from tests.html import Elements

NEW = "/cases/new/"
NAME = "Zoé Lefèvre"


@pytest.fixture
def advisor(client_as, db):
    return client_as("advisor")


@pytest.fixture
def namesake(case_of) -> Case:
    """A case of a namesake with the same birth date, in the advisor's portfolio."""
    return case_of("advisor", application=APPLICATION, name=NAME)


def newest() -> Case:
    return Case.objects.select_related("client").latest("pk")


def test_the_banks_number_finds_the_person_and_makes_one_where_there_is_none(advisor):
    answers = typed_answers(APPLICATION, client_key="K-7")
    assert advisor.post(NEW, answers).status_code == 302
    first = newest()
    assert first.client.client_key.key == "K-7"
    assert advisor.post(NEW, {**answers, "client_name": "LEFEVRE Zoe"}).status_code == 302
    second = newest()
    assert (second.pk != first.pk, second.client_id) == (True, first.client_id)
    event = AuditEvent.objects.filter(action=Action.CASE_OPENED).latest("sequence")
    assert event.details["client"] == first.client_id
    assert "K-7" not in str(event.details)


def test_a_colleagues_client_is_found_by_the_number_without_showing_the_case(advisor, case_of, model_in_use):
    theirs = case_of("colleague", name=NAME)
    ClientKey.objects.create(client=theirs.client, key="K-7")
    assert advisor.post(NEW, typed_answers(APPLICATION, client_key="K-7")).status_code == 302
    case = newest()
    assert case.client_id == theirs.client_id
    page = advisor.get(f"/cases/{case.reference}/client/").content.decode()
    assert "data-client-key>K-7<" in page
    assert theirs.reference not in page
    assert "Other cases" not in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_key": "K-7", "client_name": "Jean Roux"}, "The client with this number has another name."),
        ({"client_key": "K 7"}, "Letters, digits and . _ / - only"),
        ({"client_key": "x" * 65}, "at most 64"),
    ],
)
def test_a_number_that_does_not_fit_opens_nothing(advisor, namesake, changes, message):
    ClientKey.objects.create(client=namesake.client, key="K-7")
    response = advisor.post(NEW, typed_answers(APPLICATION, **changes))
    assert (response.status_code, message in response.content.decode()) == (422, True)
    assert (Case.objects.count(), ClientKey.objects.count()) == (1, 1)


def test_a_namesake_is_chosen_as_the_same_client_or_not(advisor, namesake):
    answers = typed_answers(APPLICATION)
    page = Elements(advisor.post(NEW, answers).content.decode())
    choices = [item["value"] for item in page.having("name") if item["name"] == "same_client"]
    assert choices == [namesake.reference, ""]
    assert (
        advisor.post(NEW, {**answers, "same_client": namesake.reference, "client_key": "K-9"}).status_code
        == 302
    )
    assert (newest().client_id, newest().client.client_key.key) == (namesake.client_id, "K-9")
    codes = [f"duplicate:{case.reference}" for case in Case.objects.all()]
    assert advisor.post(NEW, {**answers, "same_client": "", "confirmed": codes}).status_code == 302
    assert newest().client_id != namesake.client_id


def test_the_number_of_another_client_than_the_chosen_one_is_refused(advisor, namesake, case_of):
    ClientKey.objects.create(client=case_of("advisor", name=NAME).client, key="K-8")
    for key in ("K-8", "K-9"):
        answers = typed_answers(APPLICATION, client_key=key, same_client=namesake.reference)
        ClientKey.objects.update_or_create(client=namesake.client, defaults={"key": "K-1"})
        response = advisor.post(NEW, answers)
        assert (response.status_code, "client number" in response.content.decode()) == (422, True)
    assert Case.objects.count() == 2


def test_a_case_that_was_not_shown_cannot_be_chosen(advisor, case_of):
    theirs = case_of("colleague", application=APPLICATION, name=NAME)
    answers = typed_answers(APPLICATION, same_client=theirs.reference)
    assert advisor.post(NEW, answers).status_code == 302
    assert newest().client_id != theirs.client_id
    assert Client.objects.count() == 2


def test_the_number_is_kept_in_a_draft(advisor):
    advisor.post(
        "/cases/new/draft/", {"client_name": "Zoé", "client_key": "K-7"}, headers={"HX-Request": "true"}
    )
    draft = Draft.objects.get()
    assert draft.answers["client_key"] == "K-7"
    assert 'value="K-7"' in advisor.get(f"{NEW}?draft={draft.key}").content.decode()


def test_a_dropped_file_brings_the_banks_number(advisor):
    content = b"NAME,CLIENT_KEY,AMT_CREDIT\nZo\xc3\xa9 Lef\xc3\xa8vre,K-7,200000\n"
    answer = advisor.post(
        "/cases/new/file/", {"file": SimpleUploadedFile("client.csv", content)}, follow=True
    )
    fields = {field["name"]: field.get("value") for field in Elements(answer.content.decode()).having("name")}
    assert fields["client_key"] == "K-7"
    refused = advisor.post(
        "/cases/new/file/", {"file": SimpleUploadedFile("client.csv", b"CLIENT_KEY,AMT_CREDIT\nK 7,200000\n")}
    )
    assert refused.status_code == 422
    assert "client_key: Letters, digits" in refused.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_one_new_number_at_once_both_cases_are_one_clients(person):
    together, failures = threading.Barrier(2), []

    def enter(name: str) -> None:
        together.wait()
        try:
            services.open_case(by=person(name), name=NAME, application=APPLICATION, client_key="K-9")
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    people = [threading.Thread(target=enter, args=(name,)) for name in ("advisor", "colleague")]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    assert failures == []
    assert {case.client.client_key.key for case in Case.objects.all()} == {"K-9"}
    assert (Case.objects.count(), Client.objects.count(), ClientKey.objects.count()) == (2, 1, 1)
    assert verify() is None
