"""A form of a new case that is sent twice, one after the other or at once, opens one case."""

import threading
import uuid

import pytest
from django.db import connection

from accounts.audit import verify
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Case, Client, Draft, MonitoringRecord
from tests.factories import APPLICATION, typed_answers

NEW = "/cases/new/"


@pytest.fixture
def advisor(client_as, db):
    return client_as("advisor")


def sent_form(name: str = "Zoé Lefèvre", **answers) -> dict[str, str]:
    return {**typed_answers(APPLICATION, client_name=name, **answers), "draft": str(uuid.uuid4())}


@pytest.mark.parametrize("name", ["Zoé Lefèvre", "Zoé"])
def test_a_form_sent_twice_in_a_row_leads_to_its_case(advisor, name):
    form = sent_form(name)
    first, second = advisor.post(NEW, form), advisor.post(NEW, form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert second.url == first.url == Case.objects.get().get_absolute_url()
    assert AuditEvent.objects.filter(action="case_opened").count() == 1


def test_a_form_whose_draft_was_saved_leads_to_its_case_too(advisor, person):
    form = sent_form(client_key="K-7")
    monitoring = {"sex": "F", "family_status": "Married"}
    services.save_draft(
        by=person("advisor"),
        key=uuid.UUID(form["draft"]),
        answers={"client_name": "Zoé"},
        monitoring=monitoring,
    )
    first, second = advisor.post(NEW, form), advisor.post(NEW, form)
    assert second.url == first.url
    assert (Case.objects.count(), Client.objects.count(), MonitoringRecord.objects.count()) == (1, 1, 1)
    assert not Draft.objects.exists()


def test_a_case_that_a_colleague_has_by_now_is_not_opened_again(advisor, person):
    form = sent_form()
    first = advisor.post(NEW, form)
    Case.objects.update(advisor=person("colleague"))
    assert advisor.post(NEW, form).url == first.url
    assert Case.objects.count() == 1


def test_another_client_in_the_same_form_is_another_case(advisor):
    form = sent_form()
    first = advisor.post(NEW, form)
    second = advisor.post(NEW, {**form, "client_name": "Jean Martin"})
    assert second.status_code == 302
    assert second.url != first.url
    assert Case.objects.count() == 2


def test_the_key_of_a_colleagues_form_leads_to_no_case_of_theirs(advisor, client_as):
    form = sent_form()
    first = advisor.post(NEW, form)
    assert client_as("colleague").post(NEW, form).url != first.url
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("client_key", ["", "K-9"])
def test_a_form_sent_twice_at_once_opens_one_case(client_as, client_key):
    form = sent_form("Zoé", client_key=client_key)
    browsers = [client_as("advisor"), client_as("advisor")]
    together, answers, failures = threading.Barrier(2), [], []

    def send(browser) -> None:
        together.wait()
        try:
            answers.append(browser.post(NEW, form))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    clicks = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert failures == []
    assert [answer.status_code for answer in answers] == [302, 302]
    assert {answer.url for answer in answers} == {Case.objects.get().get_absolute_url()}
    assert Client.objects.count() == 1
    assert verify() is None


@pytest.mark.django_db(transaction=True)
def test_two_equal_entries_at_once_are_the_same_case(person):
    """Both have looked for an earlier case and seen none."""
    by, key, together = person("advisor"), uuid.uuid4(), threading.Barrier(2)
    cases, failures = [], []

    def enter() -> None:
        together.wait()
        try:
            cases.append(services.open_case(by=by, name="Zoé", application=APPLICATION, draft_key=key))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    people = [threading.Thread(target=enter) for _ in range(2)]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    assert failures == []
    assert cases == [Case.objects.get()] * 2
