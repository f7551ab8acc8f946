"""Cases are assigned, one or a hundred at once; what is in the way of some keeps no other back."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Assignment, Case, Claim, Note, Notification
from creditdesk.services import ActRefused, DecisionRefused
from tests.factories import UserFactory, assessed, decided, proposed
from tests.triggers import REFUSED


def read(case: Case) -> Assessment:
    """The newest assessment, as the person who decides has read it."""
    assessment = Case.objects.get(pk=case.pk).latest_assessment
    assert assessment
    return assessment


def trail(action: str) -> list[tuple[str, str, str, str]]:
    events = AuditEvent.objects.filter(action=action).order_by("sequence")
    return [(e.actor, e.target, e.details["previous"], e.details["new"]) for e in events]


def notified(username: str) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(recipient__username=username).order_by("pk")
    return list(rows.values_list("kind", "case__reference"))


@pytest.mark.django_db
def test_an_assigned_case_changes_hands_with_note_notification_and_audit_event(case_of, person, client_as):
    case = case_of("advisor")
    assert client_as("colleague").get(case.get_absolute_url()).status_code == 404
    services.assign(case=case, to=person("colleague"), by=person("manager"), note="You know the client.")
    assert Case.objects.get(pk=case.pk).advisor.username == "colleague"
    assert not Case.objects.visible_to(person("advisor")).exists()
    row = Assignment.objects.get()
    assert (row.previous.username, row.advisor.username, row.kind) == ("advisor", "colleague", "assigned")
    assert trail("assignment") == [("manager", case.reference, "advisor", "colleague")]
    assert (Note.objects.get().text, Note.objects.get().author) == ("You know the client.", person("manager"))
    assert notified("colleague") == [("assigned", case.reference)]
    assert notified("manager") == []


@pytest.mark.django_db
def test_of_a_hundred_cases_ninety_seven_are_assigned_and_three_are_named(case_of, person):
    manager, colleague = person("manager"), person("colleague")
    cases = [case_of("advisor") for _ in range(100)]
    decided(cases[10])
    services.share(case=cases[20], by=person("advisor"))
    services.claim(case=cases[20], by=UserFactory(username="third"))
    services.assign(case=cases[30], to=UserFactory(username="fourth"), by=manager)
    before = AuditEvent.objects.count()
    result = services.assign_many(
        cases={case.pk: person("advisor").pk for case in cases}, to=colleague, by=manager
    )
    assert len(result.done) == 97
    assert result.conflicts.keys() == {cases[i].reference for i in (10, 20, 30)}
    assert result.conflicts[cases[10].reference].startswith("Already decided")
    assert result.conflicts[cases[20].reference].startswith("third has claimed this case")
    assert result.conflicts[cases[30].reference] == "It was given to fourth meanwhile."
    assert Case.objects.filter(advisor=colleague).count() == 97
    assert Assignment.objects.filter(advisor=colleague).count() == 97
    assert AuditEvent.objects.count() == before + 97
    assert [kind for kind, _case in notified("colleague")].count("assigned") == 97


@pytest.mark.django_db
def test_assigning_twice_changes_nothing_the_second_time(case_of, person):
    case = case_of("advisor")
    services.assign(case=case, to=person("colleague"), by=person("manager"))
    again = services.assign_many(cases={case.pk: None}, to=person("colleague"), by=person("manager"))
    assert (list(again.done), again.conflicts) == ([], {case.reference: "It is colleague's case already."})
    assert Assignment.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["advisor", "auditor", "admin"])
def test_whoever_may_not_assign_changes_nothing(case_of, person, name):
    case = case_of("advisor")
    with pytest.raises(PermissionDenied):
        services.assign(case=case, to=person("colleague"), by=person(name))
    assert not Assignment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["auditor", "analyst", "admin"])
def test_a_case_goes_to_nobody_who_decides_no_cases(case_of, person, role):
    case = case_of("advisor")
    with pytest.raises(ActRefused, match="decides no cases"):
        services.assign(case=case, to=person(role), by=person("manager"))
    closed = UserFactory(username="closed", is_active=False)
    with pytest.raises(ActRefused, match="decides no cases"):
        services.assign(case=case, to=closed, by=person("manager"))


@pytest.mark.django_db
def test_more_cases_than_may_be_assigned_at_once_are_refused_whole(person):
    with pytest.raises(ActRefused, match="At most 1000"):
        services.assign_many(cases=dict.fromkeys(range(1001)), to=person("colleague"), by=person("manager"))


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_at_once_one_assigns_and_the_other_is_refused(case_of, person):
    refused: list[str] = []
    case, together = case_of("advisor"), threading.Barrier(2)
    advisor = case.advisor_id
    targets = {"manager": person("colleague"), "second": UserFactory(username="third")}
    managers = {"manager": person("manager"), "second": UserFactory(username="second", role="manager")}

    def assign(name: str) -> None:
        together.wait()
        try:
            result = services.assign_many(cases={case.pk: advisor}, to=targets[name], by=managers[name])
            refused.extend(result.conflicts.values())
        finally:
            connection.close()

    threads = [threading.Thread(target=assign, args=(name,)) for name in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (row,) = Assignment.objects.all()
    assert refused == [f"It was given to {row.advisor.username} meanwhile."]


@pytest.mark.django_db
def test_the_database_keeps_assignments_as_they_were_written(case_of, person):
    case = case_of("advisor")
    services.assign(case=case, to=person("colleague"), by=person("manager"))
    for act in ("UPDATE creditdesk_assignment SET kind = 'referred'", "DELETE FROM creditdesk_assignment"):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)
    with pytest.raises(IntegrityError, match="assignment_changes_advisor"), transaction.atomic():
        Assignment.objects.create(
            case=case, previous=person("advisor"), advisor=person("advisor"), kind="handed_on"
        )


# ---- referral


@pytest.mark.django_db
def test_a_referred_case_is_seen_and_decided_by_the_named_colleague(case_of, person, client_as):
    case = assessed(case_of("advisor"), None, "refer")
    services.decide(
        case=case,
        assessment=read(case),
        outcome="refer",
        by=person("advisor"),
        refer_to=person("colleague"),
        note="The employer is unknown to me.",
    )
    assert notified("colleague") == [("referred", case.reference)]
    assert Case.objects.visible_to(person("colleague")).to_decide_by(person("colleague")).exists()
    assert not Case.objects.to_decide_by(person("advisor")).exists()
    assert client_as("colleague").get(case.get_absolute_url()).status_code == 200
    assert Note.objects.get().text == "The employer is unknown to me."
    with pytest.raises(DecisionRefused, match="You referred this case to colleague"):
        services.decide(
            case=case, assessment=read(case), outcome="accept", by=person("advisor"),
            reason_code="income", reason="The income is documented.",
        )  # fmt: skip
    with pytest.raises(ActRefused, match="You referred this case to colleague"):
        services.claim(case=case, by=person("advisor"))
    services.decide(
        case=case, assessment=read(case), outcome="accept", by=person("colleague"),
        reason_code="income", reason="The income is documented.",
    )  # fmt: skip
    # Who referred it is notified of what became of it, and sees it.
    assert notified("advisor") == [("decided", case.reference)]
    assert client_as("advisor").get(case.get_absolute_url()).status_code == 200
    assert not Case.objects.visible_to(UserFactory(username="third")).exists()


@pytest.mark.django_db
def test_a_colleague_refers_a_case_back_and_its_advisor_decides(case_of, person):
    case = assessed(case_of("advisor"), None, "refer")
    advisor, colleague = person("advisor"), person("colleague")
    assessment = read(case)
    for by, to in ((advisor, colleague), (colleague, advisor)):
        services.decide(case=case, assessment=assessment, outcome="refer", by=by, refer_to=to)
    services.decide(
        case=case, assessment=assessment, outcome="refuse", by=advisor,
        reason_code="documents", reason="The payslips are missing.",
    )  # fmt: skip
    assert notified("advisor") == [("referred", case.reference)]


@pytest.mark.django_db
def test_a_case_that_has_come_back_is_referred_again_to_anybody(case_of, person):
    case = assessed(case_of("advisor"), None, "refer")
    advisor, colleague, manager = person("advisor"), person("colleague"), person("manager")
    for by, to in (
        (advisor, colleague), (colleague, advisor), (advisor, colleague), (colleague, advisor),
        (advisor, manager), (manager, advisor), (advisor, None), (advisor, manager),
    ):  # fmt: skip
        services.decide(case=case, assessment=read(case), outcome="refer", by=by, refer_to=to)
    assert [row.decided_by for row in case.decisions.all()] == [
        advisor, colleague, advisor, colleague, advisor, manager, advisor, advisor,
    ]  # fmt: skip
    assert [(row.previous, row.advisor) for row in case.assignments.all()][-2:] == [
        (manager, advisor), (advisor, manager),
    ]  # fmt: skip
    with pytest.raises(DecisionRefused, match="You referred this case to manager"):
        services.decide(case=case, assessment=read(case), outcome="refer", by=advisor)
    assert case.decisions.count() == 8


@pytest.mark.django_db
def test_a_referral_without_a_name_goes_to_the_team(case_of, person):
    case = assessed(case_of("advisor"), None, "refer")
    services.decide(
        case=case, assessment=read(case), outcome="refer", by=person("advisor"), note="Who knows?"
    )
    assert Case.objects.visible_to(person("colleague")).filter(shared_by=person("advisor")).exists()
    assert Note.objects.get().text == "Who knows?"


@pytest.mark.django_db
def test_whoever_may_take_a_case_that_is_referred_to_everybody_is_notified_once_while_it_waits(
    case_of, person
):
    for name in ("colleague", "manager", "auditor"):
        person(name)
    first, second, third = (assessed(case_of("advisor"), None, "refer") for _ in range(3))

    def offer(case: Case) -> None:
        services.decide(case=case, assessment=read(case), outcome="refer", by=person("advisor"))

    offer(first)
    assert notified("colleague") == notified("manager") == [("offered", first.reference)]
    assert notified("advisor") == notified("auditor") == []
    offer(second)
    assert notified("colleague") == [("offered", first.reference)]
    services.claim(case=first, by=person("manager"))
    services.claim(case=second, by=person("manager"))
    offer(third)
    assert sorted(notified("colleague")) == [("offered", first.reference), ("offered", third.reference)]


@pytest.mark.django_db
@pytest.mark.parametrize("earlier", ["to a person", "to a team"])
def test_who_passed_a_case_on_takes_it_once_somebody_else_offers_it_to_everybody(
    case_of, person, client_as, earlier, model_in_use
):
    case = case_of("advisor")
    advisor, colleague, manager = person("advisor"), person("colleague"), person("manager")
    services.assess(case=case, by=advisor)
    team = services.make_team(name="North", by=manager)
    services.add_member(team=team, person=colleague, by=manager)
    why: dict[str, Any] = {"reason_code": "other", "reason": "I do not know this employer."}
    to = colleague if earlier == "to a person" else team
    services.decide(case=case, assessment=read(case), outcome="refer", by=advisor, refer_to=to, **why)
    # Their own offer, which an earlier release took, takes nothing back from those who have it.
    Case.objects.update(shared_at=timezone.now(), shared_by=advisor)
    with pytest.raises(ActRefused, match="You referred this case"):
        services.claim(case=case, by=advisor)
    Case.objects.update(shared_at=None, shared_by=None)
    services.decide(case=case, assessment=read(case), outcome="refer", by=colleague, **why)
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert f'action="/cases/{case.reference}/claim/"' in page
    assert services.claim(case=case, by=advisor).held_by == advisor


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["advisor", "auditor"])
def test_a_referral_to_oneself_or_to_who_decides_nothing_records_nothing(case_of, person, to):
    case = assessed(case_of("advisor"), None, "refer")
    with pytest.raises(DecisionRefused):
        services.decide(
            case=case, assessment=read(case), outcome="refer", by=person("advisor"),
            refer_to=person(to),
        )  # fmt: skip
    assert not case.decisions.exists()
    assert not Assignment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("approve", [True, False])
def test_everybody_who_referred_a_case_is_notified_once_its_decision_is_final(
    case_of, person, settings, approve
):
    settings.SECOND_PERSON_ABOVE = 1.0
    case = assessed(case_of("advisor"), 0.4, "refuse")
    advisor, colleague, third = person("advisor"), person("colleague"), UserFactory(username="third")
    why: dict[str, Any] = {"reason_code": "other", "reason": "I do not know this employer."}
    for by, to in ((advisor, colleague), (colleague, third)):
        services.decide(case=case, assessment=read(case), outcome="refer", by=by, refer_to=to, **why)
    decision = proposed(read(case), third)
    assert notified("advisor") == []
    services.check_decision(
        decision=decision, approve=approve, reason="Surety checked.", by=person("manager")
    )
    final = [("decided", case.reference)] if approve else []
    assert notified("advisor") == final
    assert notified("colleague") == [("referred", case.reference), *final]


@pytest.mark.django_db
def test_who_referred_a_case_and_passed_it_on_to_a_manager_is_notified_once(case_of, person):
    case = assessed(case_of("advisor"), None, "refer")
    advisor, colleague = person("advisor"), person("colleague")
    services.decide(case=case, assessment=read(case), outcome="refer", by=advisor, refer_to=colleague)
    services.escalate(case=case, reason="The colleague is new here.", by=advisor)
    services.decide(
        case=case, assessment=read(case), outcome="refuse", by=person("manager"),
        reason_code="documents", reason="The payslips are missing.",
    )  # fmt: skip
    assert notified("advisor") == [("answered", case.reference)]
    assert notified("colleague") == [("referred", case.reference), ("decided", case.reference)]


# ---- claims that expire


@pytest.mark.django_db
def test_an_expired_claim_stops_nobody_and_is_ended_by_the_next(case_of, person, settings, client_as):
    case = services.share(case=case_of("advisor"), by=person("advisor"))
    services.claim(case=case, by=person("colleague"))
    assert not Case.objects.unclaimed().exists()
    settings.CLAIM_HOURS = 1e-9
    assert Case.objects.unclaimed().exists()
    assert not Case.objects.claimed_by(person("colleague")).exists()
    assert 'data-claimed-by=""' in client_as("advisor").get(case.get_absolute_url()).content.decode()
    services.claim(case=case, by=person("advisor"))
    rows = {(row.held_by.username, row.released_at is None, row.released_by) for row in Claim.objects.all()}
    assert rows == {("colleague", False, None), ("advisor", True, None)}
    assert trail("claim_expired") == [("", case.reference, "colleague", "")]


@pytest.mark.django_db
def test_a_claim_holds_until_it_is_released_where_claims_do_not_expire(case_of, person, settings):
    settings.CLAIM_HOURS = 0
    services.claim(case=case_of("advisor"), by=person("advisor"))
    assert services.end_expired_claims() == 0
    assert not Case.objects.unclaimed().exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("hours_ahead", "holds"), [(0.1, True), (48, False)])
def test_a_claim_from_further_ahead_than_claims_last_holds_no_more(
    case_of, person, monkeypatch, hours_ahead, holds
):
    case, true_time = services.share(case=case_of("advisor"), by=person("advisor")), timezone.now()
    with monkeypatch.context() as ahead:
        ahead.setattr(timezone, "now", lambda: true_time + timedelta(hours=hours_ahead))
        services.claim(case=case, by=person("colleague"))
    assert Claim.objects.get().is_active is holds
    assert Case.objects.unclaimed().exists() is not holds
    assert services.end_expired_claims() == (not holds)


@pytest.mark.django_db
def test_a_person_whose_account_was_closed_meanwhile_decides_nothing(case_of, person):
    case, advisor = assessed(case_of("advisor")), person("advisor")
    type(advisor).objects.filter(pk=advisor.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        services.decide(case=case, assessment=read(case), outcome="accept", by=advisor)
    assert not case.decisions.exists()
