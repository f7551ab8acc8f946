"""Cases are assigned, one or a hundred at once; what is in the way of some keeps no other back."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Assignment, Case, Claim, Note, Notification
from creditdesk.services import ActRefused
from tests.factories import UserFactory, assessed, decided
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
