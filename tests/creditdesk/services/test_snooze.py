"""A case that is put aside leaves the queues and comes back on its day."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit import verify
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.queue_navigation import first_in_queue
from creditdesk.models import Assessment, Case, Claim, Snooze
from creditdesk.services import ActRefused
from tests.factories import assessed, decided, refused
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db


def snooze(case: Case, by, days: int = 5) -> Snooze:
    day = timezone.localdate() + timedelta(days=days)
    return services.snooze(case=case, until_on=day, reason=" The payslips of May. ", by=by)


def test_a_snoozed_case_leaves_the_queue_and_is_back_on_its_day(case_of, person, monkeypatch):
    case, advisor = case_of("advisor"), person("advisor")
    services.claim(case=case, by=advisor)
    snooze(case, advisor)
    assert Snooze.objects.get().reason == "The payslips of May."
    assert (list(Case.objects.to_decide_by(advisor)), list(Case.objects.snoozed())) == ([], [case])
    assert first_in_queue(advisor) is None
    assert not Claim.objects.active().exists()
    day = timezone.localdate() + timedelta(days=5)
    monkeypatch.setattr(timezone, "localdate", lambda *_: day)
    assert (list(Case.objects.to_decide_by(advisor)), list(Case.objects.snoozed())) == ([case], [])
    # A second time, though nobody ended the first.
    snooze(case, advisor)
    assert Snooze.objects.filter(ended_at__isnull=True).count() == 1


def test_a_snoozed_case_is_late_all_the_same(case_of, person):
    case = case_of("advisor", submitted_at=timezone.now() - timedelta(days=90))
    snooze(case, person("advisor"))
    assert list(Case.objects.late()) == [case]


def test_a_case_is_taken_up_again_before_its_day(case_of, person):
    case, advisor = case_of("advisor"), person("advisor")
    snooze(case, advisor)
    services.end_snooze(case=case, by=advisor)
    assert list(Case.objects.to_decide_by(advisor)) == [case]
    with pytest.raises(ActRefused, match="not put aside"):
        services.end_snooze(case=case, by=advisor)
    assert [event.action for event in AuditEvent.objects.filter(target=case.reference)] == [
        "snooze_ended",
        "snooze",
    ]


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_case_is_put_aside_until_a_later_day_within_ninety(case_of, person, client_as, days):
    case = case_of("advisor")
    with pytest.raises(ActRefused, match="90 days"):
        snooze(case, person("advisor"), days)
    day = timezone.localdate() + timedelta(days=days)
    answer = client_as("advisor").post(f"/cases/{case.reference}/snooze/", {"until_on": day, "reason": "x"})
    assert answer.status_code == 422
    assert not Snooze.objects.exists()


def test_a_decided_claimed_or_escalated_case_is_not_put_aside(case_of, person):
    done, claimed, escalated = decided(case_of("advisor")), case_of("advisor"), case_of("advisor")
    services.claim(case=claimed, by=person("manager"))
    services.escalate(case=escalated, reason="Too much for me.", by=person("advisor"))
    for case in (done, claimed, escalated):
        with pytest.raises(ActRefused):
            snooze(case, person("advisor"))


@pytest.mark.parametrize(
    ("passed_on", "next_person"),
    [
        ("refer", "colleague"),
        ("claim", "advisor"),
        ("share", "advisor"),
        ("escalate and answer", "advisor"),
        ("refuse and reopen", "advisor"),
        ("withdraw and reopen", "advisor"),
    ],
)
def test_a_case_put_aside_is_hidden_from_nobody_who_has_it_next(case_of, person, passed_on, next_person):
    """A referral, a manager's answer and a reopening bring the case to somebody at once."""
    case, advisor, manager = assessed(case_of("advisor"), None, "refer"), person("advisor"), person("manager")
    put_aside, read = snooze(case, advisor), Assessment.objects.get()
    match passed_on:
        case "refer":
            services.decide(
                case=case, assessment=read, outcome="refer", by=advisor, refer_to=person("colleague")
            )
        case "claim":
            services.claim(case=case, by=advisor)
        case "share":
            services.share(case=case, by=advisor)
        case "escalate and answer":
            escalation = services.escalate(case=case, reason="Too much for me.", by=advisor)
            services.answer_escalation(escalation=escalation, answer="Go on without them.", by=manager)
        case "refuse and reopen":
            refused(read, advisor)
            services.reopen(case=case, reason="The payslips came.", by=manager)
        case _:
            today = timezone.localdate()
            services.withdraw(case=case, channel="phone", received_on=today, by=advisor)
            services.reopen(case=case, reason="The client calls again.", by=manager)
    assert list(Case.objects.to_decide_by(person(next_person))) == [case]
    put_aside.refresh_from_db()
    assert put_aside.ended_by == advisor
    ended = AuditEvent.objects.get(action="snooze_ended")
    assert (ended.target, ended.details["snooze"]) == (case.reference, put_aside.pk)
    assert verify() is None


def test_who_passed_a_case_on_does_not_put_it_aside(case_of, person, client_as, model_in_use):
    case, advisor, colleague = case_of("advisor"), person("advisor"), person("colleague")
    read = services.assess(case=case, by=advisor)
    services.decide(
        case=case, assessment=read, outcome="refer", by=advisor, refer_to=colleague,
        reason_code="other", reason="The branch knows the employer.",
    )  # fmt: skip
    with pytest.raises(ActRefused, match="You referred this case to colleague"):
        snooze(case, advisor)
    assert list(Case.objects.to_decide_by(colleague)) == [case]
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert "id_snooze_until_on" not in page
    assert snooze(case, colleague).snoozed_by == colleague


@pytest.mark.parametrize(
    "act",
    ["UPDATE creditdesk_snooze SET until_on = '2099-01-01'", "DELETE FROM creditdesk_snooze"],
)
def test_the_database_keeps_what_a_snooze_was(case_of, person, act):
    snooze(case_of("advisor"), person("advisor"))
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
