"""The stored mark of a pending case is what has closed or reopened it says, whoever writes the rows."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from creditdesk import services
from creditdesk.models import Case, Contest
from creditdesk.services.personal_data.erasure import erase_client
from tests.factories import assessed, decided
from tests.triggers import triggers_off

pytestmark = pytest.mark.django_db
REASON = "The income was typed with a digit too few."


def is_marked_pending(case: Case) -> bool:
    """The mark as it is stored, once no case of the desk contradicts its own rows."""
    assert list(Case.objects.wrongly_marked()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_pending FROM creditdesk_case WHERE id = %s", [case.pk])
        return bool(cursor.fetchone()[0])


@pytest.fixture
def case(case_of, person) -> Case:
    """The case of an advisor, beside a pending and a decided one of which no act may change the mark."""
    decided(case_of("colleague"))
    case_of("colleague")
    return assessed(case_of("advisor"), 0.05, "accept")


def test_only_a_final_acceptance_or_refusal_closes_a_case(case_of, person):
    for outcome, status, is_pending in (
        ("accept", "final", False),
        ("refuse", "final", False),
        ("refer", "final", True),
        ("accept", "proposed", True),
    ):
        case = case_of("advisor")
        assert is_marked_pending(case)
        assert is_marked_pending(decided(case, outcome, status, override=True)) == is_pending


@pytest.mark.parametrize("approve", [True, False])
def test_a_second_person_closes_a_proposed_case_or_leaves_it_open(case, person, approve):
    decided(case, status="proposed", override=True)
    services.check_decision(
        decision=case.decisions.get(), approve=approve, reason="Read again.", by=person("manager")
    )
    assert is_marked_pending(case) != approve


def test_a_withdrawn_case_is_pending_again_once_it_is_reopened(case, person, model_in_use):
    services.withdraw(case=case, channel="phone", received_on=timezone.localdate(), by=person("advisor"))
    assert not is_marked_pending(case)
    services.reopen(case=case, reason=REASON, by=person("manager"))
    assert is_marked_pending(case)


@pytest.mark.parametrize(("outcome", "is_pending"), [("upheld", False), ("changed", False), ("reopen", True)])
def test_a_contest_closes_or_reopens_the_case(case, person, model_in_use, outcome, is_pending):
    decided(case, "refuse", override=True)
    contest = services.contest(
        case=case, client_statement="No.", received_on=timezone.localdate(), by=person("advisor")
    )
    services.review(
        contest=contest, outcome=outcome, justification=REASON, by=person("manager"), reason_code="data"
    )
    assert Contest.objects.get().outcome == outcome
    assert is_marked_pending(case) == is_pending


def test_the_cases_of_an_erased_client_are_pending_no_more_nor_is_a_later_one(case, person):
    erase_client(client=case.client, by=person("manager"), approved_by=person("admin"))
    assert not is_marked_pending(case)
    later = {"reference": "later", "client_id": case.client_id, "advisor_id": case.advisor_id}
    later |= {"submitted_at": timezone.now(), "contract_type": "Cash loans", "amount_credit": 100_000}
    assert not is_marked_pending(Case.objects.create(**later))


def test_neither_sql_nor_a_stale_object_marks_a_case_as_what_it_is_not(case):
    stale = Case.objects.get(pk=case.pk)
    decided(case)
    assert stale.is_pending
    stale.save()
    assert not is_marked_pending(case)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE creditdesk_case SET is_pending = NOT is_pending")
    assert not is_marked_pending(case)
    assert {case.is_pending for case in Case.objects.all()} == {True, False}


def test_the_command_names_a_case_whose_mark_was_changed_past_the_triggers(case, capsys):
    call_command("verify_pending_cases")
    assert "3 cases, 2 of them pending" in capsys.readouterr().out
    with triggers_off():
        Case.objects.filter(pk=case.pk).update(is_pending=False)
    with pytest.raises(CommandError, match=f"1 cases .*{case.reference}"):
        call_command("verify_pending_cases")
