"""Notifications: read and cleared by their own person, counted in the header, mailed when wished."""

import time

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from accounts.sign_in import sessions
from creditdesk import services
from creditdesk.models import Notification
from tests.factories import assessed, proposed
from tests.html import HTMX

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(case_of, person):
    """A case that the colleague was given by a manager."""
    case = case_of("advisor", name="Zoé Lefèvre")
    services.assign(case=case, to=person("colleague"), by=person("manager"))
    return case


def unread(browser) -> str:
    return browser.get("/notifications/count/", headers=HTMX).content.decode()


def test_a_notification_is_counted_listed_and_cleared(client_as, given):
    browser = client_as("colleague")
    assert 'data-unread="1"' in browser.get("/cases/").content.decode()
    page = browser.get("/notifications/").content.decode()
    assert 'data-notification="assigned"' in page
    assert given.get_absolute_url() in page
    browser.post("/notifications/read/", {"notification": Notification.objects.get().pk})
    assert Notification.objects.get().read_at is not None
    assert 'data-unread="0"' in unread(browser)


@pytest.mark.parametrize(
    ("language", "written"), [("en", "1\xa0Dec\xa02026, 4:45 a.m."), ("fr", "01/12/2026 04:45")]
)
def test_no_reader_takes_a_day_for_another(client_as, given, language, written):
    Notification.objects.update(at="2026-12-01T03:45:00Z")
    page = client_as("colleague").get("/notifications/", headers={"Accept-Language": language})
    assert f">{written}</time>" in page.content.decode()


def test_nobody_reads_or_clears_what_is_somebody_elses(client_as, given):
    browser = client_as("advisor")
    assert "data-notification" not in browser.get("/notifications/").content.decode()
    browser.post("/notifications/read/", {"notification": Notification.objects.get().pk})
    browser.post("/notifications/read/", {"until": timezone.now().isoformat()})
    assert Notification.objects.get().read_at is None


def test_clearing_all_spares_what_came_after_the_page(client_as, given, case_of, person):
    shown = timezone.now().isoformat()
    services.assign(case=case_of("advisor"), to=person("colleague"), by=person("manager"))
    client_as("colleague").post("/notifications/read/", {"until": shown})
    assert Notification.objects.unread().count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        *({"until": moment} for moment in ("yesterday", "2024-02-30T10:00:00Z", "0001-01-01T00:00:00+14:00")),
        *({"notification": number} for number in ("-1", "x", "9" * 5000)),
    ],
)
def test_a_request_that_cannot_be_read_is_no_error(client_as, given, sent):
    assert client_as("colleague").post("/notifications/read/", sent).status_code == 302
    assert Notification.objects.filter(kind="assigned").count() == 1


def test_a_case_that_was_given_on_is_neither_listed_nor_counted(client_as, given, person):
    given.refresh_from_db()
    services.assign(case=given, to=person("advisor"), by=person("manager"))
    browser = client_as("colleague")
    assert 'data-unread="0"' in unread(browser)
    assert "Lefèvre" not in browser.get("/notifications/").content.decode()


def test_the_second_person_the_manager_and_the_advisor_are_notified(case_of, person, settings):
    settings.SECOND_PERSON_ABOVE = 1.0
    case, advisor, manager = assessed(case_of("advisor"), 0.4, "refuse"), person("advisor"), person("manager")
    assert case.latest_assessment
    decision = proposed(case.latest_assessment, advisor)
    services.check_decision(decision=decision, approve=True, reason="Surety checked.", by=manager)
    escalation = services.escalate(case=case_of("advisor"), reason="Please look at it.", by=advisor)
    services.answer_escalation(escalation=escalation, answer="Go on with it.", by=manager)
    contest = services.contest(
        case=case, client_statement="No.", received_on=timezone.localdate(), by=advisor
    )
    assert contest.pk
    of = {
        name: list(
            Notification.objects.filter(recipient__username=name)
            .order_by("pk")
            .values_list("kind", flat=True)
        )
        for name in ("advisor", "manager")
    }
    assert of == {
        "advisor": ["decided", "answered"],
        "manager": ["second_opinion", "escalated", "contested"],
    }


def test_looking_by_itself_keeps_no_session_alive_and_looking_while_somebody_types_does(
    client_as, given, settings
):
    browser = client_as("colleague")
    browser.get("/cases/")
    session = browser.session
    session[sessions.SEEN_AT] = int(time.time()) - settings.SESSION_IDLE_SECONDS + 5
    session.save()
    unread(browser)
    assert browser.session[sessions.SEEN_AT] == session[sessions.SEEN_AT]
    browser.get("/notifications/count/", headers=HTMX | {"X-Typed": "true"})
    written = browser.session[sessions.SEEN_AT]
    assert written > session[sessions.SEEN_AT]
    session.save()
    browser.get("/notifications/")
    assert browser.session[sessions.SEEN_AT] > session[sessions.SEEN_AT]
    assert Session.objects.count() == 1


# ---- digest


@pytest.fixture
def reader(person, settings) -> User:
    settings.DIGESTS = True
    colleague = person("colleague")
    colleague.email, colleague.wants_digest = "colleague@bank.example", True
    colleague.save()
    return colleague


def test_a_digest_counts_in_both_languages_names_nobody_and_is_sent_once(reader, given):
    for _ in range(2):
        call_command("send_digests")
    (message,) = mail.outbox
    assert message.to == ["colleague@bank.example"]
    assert message.subject.startswith("Credit desk: 1 unread notification / ") or message.subject.endswith(
        " / Credit desk: 1 unread notification"
    )
    assert "A case was assigned to you: 1" in message.body
    assert "Un dossier vous a été attribué\u00a0: 1" in message.body
    assert "/notifications/" in message.body
    assert "Lefèvre" not in message.body
    assert given.reference not in message.body


@pytest.mark.parametrize("change", [{"wants_digest": False}, {"email": ""}, {"is_active": False}])
def test_whoever_wishes_no_digest_or_has_left_gets_none(reader, given, change):
    User.objects.filter(pk=reader.pk).update(**change)
    call_command("send_digests")
    assert mail.outbox == []


def test_a_digest_that_cannot_be_sent_is_tried_again(reader, given, monkeypatch):
    def refuse(*args: object) -> None:
        raise ConnectionRefusedError("no mail server")

    with monkeypatch.context() as broken:
        broken.setattr("creditdesk.services.digest.send_mail", refuse)
        with pytest.raises(CommandError, match="Not sent: 1"):
            call_command("send_digests")
    call_command("send_digests")
    assert len(mail.outbox) == 1


def test_the_digest_is_a_preference_where_mail_is_sent(client_as, reader, settings):
    browser = client_as("colleague")
    browser.post("/accounts/preferences/", {"has_single_keys": "on"})
    assert not User.objects.get(pk=reader.pk).wants_digest
    settings.DIGESTS = False
    browser.post("/accounts/preferences/", {"has_single_keys": "on", "wants_digest": "on"})
    assert not User.objects.get(pk=reader.pk).wants_digest
    assert "wants_digest" not in browser.get("/accounts/preferences/").content.decode()
