"""Promises of every request, whichever page it is for."""

import io
import logging
import uuid

import pytest
from django.test import Client as Browser
from django.test import override_settings

from accounts import request_id
from accounts.audit import Action
from accounts.models import AuditEvent
from tests.accounts.password_sign_in import PASSWORD, sign_in, user_with_password

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/?page=2"}


def test_a_fragment_without_a_session_brings_the_whole_sign_in_page():
    answer = Browser().get("/page/", headers=HTMX)
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fcases%2F%3Fpage%3D2"
    assert answer.content == b""


def test_a_fragment_never_leads_to_another_site():
    answer = Browser().get("/page/", headers=HTMX | {"HX-Current-URL": "https://evil.example/cases/"})
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2F"


def test_a_page_without_a_session_redirects_to_sign_in():
    answer = Browser().get("/page/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/page/")


NOT_RECORDED = "You are signed out: the last form recorded nothing."


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_who_was_signed_out_while_writing_reads_that_nothing_was_recorded(headers):
    browser = Browser()
    answer = browser.post("/page/", {"text": "what took an hour"}, headers=headers)
    page = browser.get(answer.get("HX-Redirect") or answer["Location"]).content.decode()
    assert page.count(NOT_RECORDED) == 1
    assert NOT_RECORDED not in browser.get("/accounts/login/").content.decode()


def test_a_sign_in_is_no_form_that_was_lost():
    user_with_password("anna", role="advisor")
    browser = Browser()
    browser.get("/page/")
    for password in ("wrong", PASSWORD):
        answer = sign_in(browser, "anna", password, follow=True)
        assert NOT_RECORDED not in answer.content.decode()


def test_caches_keep_fragments_and_pages_apart(client_as):
    assert "HX-Request" in client_as("advisor").get("/page/")["Vary"]


def test_what_a_signed_in_person_reads_is_stored_nowhere(client_as):
    for path in ("/page/", "/forbidden/", "/no-such-page/", "/accounts/sessions/", "/admin/"):
        answer = client_as("admin").get(path)
        assert "no-store" in answer["Cache-Control"], path
        assert "private" in answer["Cache-Control"], path


def test_public_answers_may_be_stored():
    assert "no-store" not in Browser().get("/healthz").get("Cache-Control", "")


def test_a_refusal_is_recorded_with_the_page_but_without_its_query(client_as, events):
    assert client_as("advisor").get("/forbidden/?name=Dupont").status_code == 403
    (event,) = events(Action.ACCESS_DENIED)
    assert (event.actor, event.target, event.details) == ("advisor", "/forbidden/", {"method": "GET"})


def test_strangers_cannot_fill_the_log_with_refusals():
    Browser(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x", "password": "y"})
    assert not AuditEvent.objects.exists()


def test_a_forged_request_of_a_signed_in_person_is_recorded(person, events):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(person("advisor"))
    assert browser.post("/page/").status_code == 403
    assert [event.target for event in events(Action.ACCESS_DENIED)] == ["/page/"]


def test_a_request_has_one_identifier_in_answer_log_and_audit(client_as, events):
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logging.Formatter("%(request_id)s %(message)s"))
    handler.addFilter(request_id.RequestIdFilter())
    logging.getLogger("django.request").addHandler(handler)
    answer = client_as("advisor").get("/forbidden/")
    logging.getLogger("django.request").removeHandler(handler)
    (event,) = events(Action.ACCESS_DENIED)
    assert uuid.UUID(answer["X-Request-ID"])
    assert event.request_id == answer["X-Request-ID"]
    assert lines.getvalue().startswith(answer["X-Request-ID"])


def test_a_sane_identifier_of_the_caller_is_taken_over(client_as):
    answer = client_as("advisor").get("/page/", HTTP_X_REQUEST_ID="trace-0123456789")
    assert answer["X-Request-ID"] == answer.content.decode() == "trace-0123456789"


@pytest.mark.parametrize(
    "proposed", ["", "short", "a" * 37, "with space here", "line\nbreak-0000", "<script>alert"]
)
def test_another_identifier_of_the_caller_is_not(client_as, proposed):
    answer = client_as("advisor").get("/page/", HTTP_X_REQUEST_ID=proposed)
    assert uuid.UUID(answer["X-Request-ID"])


def test_outside_a_request_there_is_no_identifier(client_as):
    client_as("advisor").get("/page/")
    assert request_id.current() == ""


@override_settings(REQUIRE_MFA=True)
def test_a_fragment_without_the_second_factor_brings_the_whole_enrolment_page(client_as):
    answer = client_as("advisor").get("/page/", headers=HTMX)
    assert answer["HX-Redirect"] == "/accounts/2fa/totp/activate/?next=%2Fcases%2F%3Fpage%3D2"
