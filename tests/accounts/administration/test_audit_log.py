"""The audit log in the administration: found, read, and never changed."""

import csv
import json
import re

import pytest
from django.db import transaction
from django.utils.timezone import localtime

from accounts.audit import Action, record
from accounts.models import AuditEvent
from accounts.roles import Role

pytestmark = pytest.mark.django_db
LOG = "/admin/accounts/auditevent/"


def listed(page) -> list[str]:
    return [event.target for event in page.context["cl"].result_list]


@pytest.fixture
def one_of_each(person) -> None:
    with transaction.atomic():
        record(
            action=Action.DECISION,
            actor=person("advisor"),
            target="case:100002",
            details={"outcome": "accept"},
        )
        record(action=Action.EXPORT, actor=person("manager"), target="cases", details={"rows": 12})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=100002", ["case:100002"]),
        ("q=manager", ["cases"]),
        ("action=export", ["cases"]),
        ("actor=advisor", ["case:100002"]),
        ("q=nobody", []),
    ],
)
def test_events_are_searched_and_filtered(client_as, one_of_each, query, expected):
    assert listed(client_as("auditor").get(f"{LOG}?{query}")) == expected


def test_events_are_found_by_request(client_as, one_of_each):
    client_as("advisor").get("/admin/", HTTP_X_REQUEST_ID="trace-0123456789")
    assert listed(client_as("auditor").get(f"{LOG}?q=trace-0123456789")) == ["/admin/"]


def test_an_event_is_read_with_its_details(client_as, one_of_each):
    event = AuditEvent.objects.get(action=Action.DECISION)
    page = client_as("admin").get(f"{LOG}{event.pk}/change/").content.decode()
    assert "&quot;outcome&quot;: &quot;accept&quot;" in page
    assert event.own_hash in page
    assert 'name="target"' not in page


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_nobody_adds_changes_or_deletes_an_event(client_as, record_events, role):
    event = record_events(1)[0]
    browser = client_as(role.value)
    refused = [
        browser.post(f"{LOG}add/", {"actor": "x"}),
        browser.post(f"{LOG}{event.pk}/change/", {"actor": "x"}),
        browser.post(f"{LOG}{event.pk}/delete/", {"post": "yes"}),
    ]
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    browser.post(LOG, {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    assert AuditEvent.objects.get(pk=event.pk).actor == "advisor"


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.MANAGER, Role.ANALYST])
def test_other_roles_cannot_read_the_log(client_as, record_events, role):
    event = record_events(1)[0]
    for address in (LOG, f"{LOG}{event.pk}/change/"):
        answer = client_as(role.value).get(address)
        assert answer.status_code == 403
        assert event.target not in answer.content.decode()


def test_who_reads_the_log_is_in_the_log_once_a_session(client_as, record_events, events):
    event = record_events(1)[0]
    browser = client_as("auditor")
    browser.get(LOG)
    browser.get(f"{LOG}?q=x")
    browser.get(f"{LOG}{event.pk}/change/")
    assert [viewed.actor for viewed in events(Action.AUDIT_VIEWED)] == ["auditor"]


def test_the_list_says_that_the_end_of_the_log_fits(client_as, record_events):
    record_events(3)
    # The minute may change while the page is made.
    page = client_as("auditor").get(LOG).content.decode()
    assert f"Log intact, verified at {localtime():%H}:" in page


def test_the_list_says_that_the_newest_event_was_removed(client_as, record_events, by_hand):
    browser = client_as("auditor")
    browser.get(LOG)
    record_events(2)
    by_hand("DELETE FROM accounts_auditevent WHERE sequence = 3")
    assert "event 3: it was removed from the end" in browser.get(LOG).content.decode()


def test_a_changed_event_is_marked_in_the_list(client_as, record_events, by_hand):
    browser = client_as("auditor")
    browser.get(LOG)
    record_events(2)
    by_hand("UPDATE accounts_auditevent SET target = 'case:7' WHERE sequence = 2")
    page = browser.get(LOG).content.decode()
    assert page.count("icon-no.svg") == 1
    assert page.count("icon-yes.svg") == 2
    assert page.count('width="13" height="13"') == 3, "columns would move once the pictures are there"


def test_titles_of_the_administration_are_right_in_french_before_a_vowel(client_as, one_of_each):
    browser, french = client_as("auditor"), {"Accept-Language": "fr"}
    newest = f"{LOG}{AuditEvent.objects.latest('sequence').pk}/change/"
    assert browser.get(LOG, headers=french).context["title"] == "Consulter\xa0: événement d’audit"
    assert browser.get(newest, headers=french).context["title"] == "Consultation\xa0: événement d’audit"


def test_the_export_holds_the_filtered_events_and_is_an_event_itself(client_as, one_of_each, events):
    answer = client_as("auditor").get(f"{LOG}export.csv?actor=advisor")
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    event = AuditEvent.objects.get(actor="advisor")
    assert [(row["sequence"], row["own_hash"]) for row in rows] == [(str(event.sequence), event.own_hash)]
    assert json.loads(rows[0]["details"]) == event.details
    assert [(e.actor, e.details) for e in events(Action.AUDIT_EXPORTED)] == [("auditor", {"events": 1})]


def test_an_exported_cell_runs_no_formula(client_as, person):
    with transaction.atomic():
        record(action=Action.NOTE, actor=person("advisor"), target="=1+1", details={})
    answer = client_as("auditor").get(f"{LOG}export.csv?q=1%2B1")
    assert b"'=1+1" in b"".join(answer.streaming_content)


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.MANAGER, Role.ANALYST])
def test_other_roles_export_nothing(client_as, one_of_each, events, role):
    assert client_as(role.value).get(f"{LOG}export.csv").status_code == 403
    assert events(Action.AUDIT_EXPORTED) == []


def test_a_change_is_shown_with_its_values_before_and_after(client_as, person):
    details = {"changed": [{"changed": {"fields": ["Role"]}}, {"values": {"role": ["advisor", "manager"]}}]}
    with transaction.atomic():
        event = record(action=Action.ADMIN_CHANGE, actor=person("admin"), target="user:x", details=details)
    page = client_as("auditor").get(f"{LOG}{event.pk}/change/").content.decode()
    assert "<del>advisor</del>" in page
    assert "<ins>manager</ins>" in page


def test_the_administration_follows_the_language_of_its_reader(client_as):
    page = client_as("auditor").get(LOG, headers={"Accept-Language": "fr"}).content.decode()
    assert 'name="language" value="en"' in page
    assert "Retour à l’application" in page
    assert "Journal intact, vérifié à" in page


def test_events_are_counted_in_the_plural_and_what_they_are_about_is_in_the_readers_language(client_as):
    targets = ("policy 3", "loss table", "policy-3")
    with transaction.atomic():
        policy, *_ = (record(action=Action.NOTE, actor=None, target=target) for target in targets)
    browser, french = client_as("auditor"), {"Accept-Language": "fr"}
    page = browser.get(LOG, headers=french).content.decode()
    assert f"{AuditEvent.objects.count()} événements d’audit" in page
    assert re.findall(r'field-on_what">([^<]*)<', page)[-3:] == ["policy-3", "table de pertes", "politique 3"]
    page = browser.get(f"{LOG}{policy.pk}/change/", headers=french).content.decode()
    assert "politique 3" in page
    assert "policy 3" not in page
    assert AuditEvent.objects.get(pk=policy.pk).target == "policy 3"
