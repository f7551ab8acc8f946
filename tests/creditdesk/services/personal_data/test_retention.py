"""Retention erases what is due by its table, once, and nothing that is still needed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from accounts.audit import Action
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.encryption import keyring
from creditdesk.models import Assessment, Case, Client, DataKey, Decision, Draft, Erasure
from creditdesk.retention_table import retention_days
from creditdesk.services.personal_data.erased_again import erase_again
from creditdesk.services.personal_data.erasure import erase_client
from creditdesk.services.personal_data.retention import apply_retention, what_is_due
from tests.factories import assessed, decided
from tests.triggers import triggers_off

pytestmark = pytest.mark.django_db


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def decided_days_ago(case: Case, outcome: str, days: int) -> Case:
    decided(assessed(case), outcome)
    with triggers_off():
        Decision.objects.filter(case=case).update(decided_at=days_ago(days))
    return case


def apply() -> list[int]:
    """The clients that were erased."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return list(apply_retention().clients)


@pytest.fixture
def retention(settings) -> None:
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "refused": 100, "accepted": 200, "undecided": 50}


def test_refused_accepted_and_undecided_cases_have_terms_of_their_own(case_of, retention):
    refused = decided_days_ago(case_of("advisor"), "refuse", 101)
    accepted = decided_days_ago(case_of("advisor"), "accept", 201)
    undecided = case_of("advisor", submitted_at=days_ago(51))
    for outcome, days in (("refuse", 99), ("accept", 199)):
        decided_days_ago(case_of("advisor"), outcome, days)
    case_of("advisor", submitted_at=days_ago(49))
    due = {case.client_id for case in (refused, accepted, undecided)}
    assert set(what_is_due().clients) == due
    assert set(apply()) == due
    assert set(Erasure.objects.values_list("client", flat=True)) == due
    assert Client.objects.get(pk=refused.client_id).name == "erased"


def test_a_client_with_a_younger_case_is_kept(case_of, retention):
    old = decided_days_ago(case_of("advisor"), "refuse", 101)
    Case.objects.filter(pk=case_of("advisor").pk).update(client=old.client)
    assert apply() == []


def test_a_contested_case_is_kept(case_of, person, retention):
    case = decided_days_ago(case_of("advisor"), "refuse", 101)
    services.contest(
        case=case,
        client_statement="I have repaid it.",
        received_on=timezone.localdate(),
        by=person("advisor"),
    )
    assert apply() == []


def test_a_second_run_finds_nothing(case_of, retention):
    decided_days_ago(case_of("advisor"), "refuse", 101)
    assert len(apply()) == 1
    events = AuditEvent.objects.count()
    assert apply() == []
    assert (AuditEvent.objects.count(), Erasure.objects.count()) == (events, 1)


def test_the_log_names_what_expired(case_of, retention):
    case = decided_days_ago(case_of("advisor"), "refuse", 101)
    apply()
    event = AuditEvent.objects.get(action=Action.RETENTION)
    assert event.details["clients"] == [case.client_id]
    assert list(event.details["rows"]) == ["creditdesk_erasure"]


def test_old_drafts_and_applications_without_a_case_expire(person, model_in_use, settings):
    old = Draft.objects.create(by=person("advisor"), answers={"client_name": "Zoé"})
    Draft.objects.create(by=person("advisor"), answers={"client_name": "Jean"})
    Draft.objects.filter(pk=old.pk).update(saved_at=days_ago(31))
    assessment = Assessment.objects.create(
        profile_digest="0" * 64,
        inputs={"application": {"AMT_CREDIT": 1.0}},
        verdict="refer",
        refer_reason="x",
    )
    day = timezone.localdate() - timedelta(days=settings.RETENTION_DAYS["applications"] + 1)
    DataKey.objects.exclude(day=None).update(day=day.isoformat())
    apply()
    keyring.forget()
    assert [draft.answers["client_name"] for draft in Draft.objects.all()] == ["Jean"]
    assert Assessment.objects.get(pk=assessment.pk).inputs == {}
    assert Erasure.objects.get().day == day.isoformat()


def test_a_dry_run_changes_nothing(case_of, retention, capsys):
    decided_days_ago(case_of("advisor"), "refuse", 101)
    call_command("apply_retention", "--dry-run")
    expected = "Due: 0 drafts, 0 answers, 0 days of applications without a case, 1 clients\n"
    assert capsys.readouterr().out == expected
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("table", [["audit=182"], ["letters=3"], ["refused=0"]])
def test_a_table_that_breaks_the_law_or_names_nothing_is_refused(table):
    with pytest.raises(ImproperlyConfigured, match="RETENTION_DAYS"):
        retention_days(table)


def test_a_table_changes_what_it_names():
    assert retention_days(["refused=7"])["refused"] == 7


def test_what_an_older_copy_of_the_database_brings_back_is_erased_again(case_of, person):
    client = case_of("advisor").client
    key = DataKey.objects.get(client=client)
    with TestCase.captureOnCommitCallbacks(execute=True):
        erase_client(client=client, by=person("manager"), approved_by=person("admin"))
    with triggers_off():
        Erasure.objects.all()._raw_delete("default")
    DataKey.objects.create(number=key.number, wrapped=key.wrapped, client=client)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert erase_again() == 1
    keyring.forget()
    assert Client.objects.get(pk=client.pk).name == "erased"
    assert Erasure.objects.get().key_number == key.number
    assert erase_again() == 0
