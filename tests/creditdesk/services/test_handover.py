"""Nothing stays with somebody who left or is away."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit import verify
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Absence, Assignment, Case, Claim, Notification, TeamReferral
from creditdesk.services import ActRefused
from tests.factories import UserFactory, decided
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db


def advisor_of(case: Case) -> str:
    return Case.objects.get(pk=case.pk).advisor.username


def away(person, *, days: int = 0, until: int = 3, deputy=None, by=None) -> Absence:
    today = timezone.localdate()
    return services.record_absence(
        person=person,
        from_on=today + timedelta(days=days),
        until_on=today + timedelta(days=until),
        deputy=deputy,
        by=by or person,
    )


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "analyst"}])
def test_the_cases_of_a_leaver_go_on_at_once_and_in_equal_parts(case_of, person, change):
    cases = [case_of("advisor") for _ in range(4)]
    closed = decided(case_of("advisor"))
    case_of("colleague")
    third, leaver = UserFactory(username="third"), person("advisor")
    services.claim(case=cases[0], by=leaver)
    for name, value in change.items():
        setattr(leaver, name, value)
    leaver.save()
    # The colleague had one case already.
    given = sorted(advisor_of(case) for case in cases)
    assert given.count("colleague") == 2
    assert given.count(third.username) == 2
    assert advisor_of(closed) == "advisor"
    assert Claim.objects.active().count() == 0
    assert Assignment.objects.filter(kind="handed_on", assigned_by=None).count() == 4
    assert AuditEvent.objects.filter(action="handover").count() == 4
    assert Notification.objects.filter(kind="handed_on", recipient=third).count() == 2


def test_a_leaver_hands_on_through_the_administration(client_as, case_of, person):
    case, leaver = case_of("advisor"), person("advisor")
    person("colleague")
    browser = client_as("admin")
    fields = {"first_name": "", "last_name": "", "email": "", "role": "advisor", "is_active": ""}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "accounts.administration.users.raise_if_reauthentication_required", lambda *_, **__: None
        )
        answer = browser.post(f"/admin/accounts/user/{leaver.pk}/change/", fields)
    assert answer.status_code == 302
    assert advisor_of(case) == "colleague"


def test_signing_in_or_changing_a_name_hands_nothing_on(case_of, person):
    case, advisor = case_of("advisor"), person("advisor")
    person("colleague")
    advisor.last_name = "Renaud"
    advisor.save()
    advisor.last_login = timezone.now()
    advisor.save(update_fields=["last_login"])
    assert advisor_of(case) == "advisor"
    assert not Assignment.objects.exists()


def test_where_nobody_is_there_cases_stand_in_the_queue_of_unassigned_ones(case_of, person):
    case, leaver = case_of("advisor"), person("advisor")
    leaver.is_active = False
    leaver.save()
    assert advisor_of(case) == "advisor"
    assert list(Case.objects.unassigned()) == [case]
    manager = person("manager")
    assert services.hand_on_all() == 1
    assert advisor_of(case) == manager.username
    assert not Case.objects.unassigned().exists()


def test_the_deputy_gets_the_cases_of_who_is_away(case_of, person):
    case = case_of("advisor")
    person("colleague")
    deputy = UserFactory(username="deputy")
    away(person("advisor"), deputy=deputy)
    assert advisor_of(case) == "deputy"
    assert AuditEvent.objects.get(action="absence").details["deputy"] == "deputy"


def test_the_deputy_of_a_deputy_who_is_away_too_stands_in(case_of, person):
    case, second = case_of("advisor"), UserFactory(username="second")
    away(person("colleague"), deputy=second)
    away(person("advisor"), deputy=person("colleague"))
    assert advisor_of(case) == "second"


def test_two_deputies_of_each_other_who_are_both_away_end_nowhere(case_of, person):
    case = case_of("advisor")
    third = UserFactory(username="third")
    away(person("colleague"), deputy=person("advisor"))
    away(person("advisor"), deputy=person("colleague"))
    assert advisor_of(case) == third.username


def test_an_absence_to_come_begins_with_its_day(case_of, person, monkeypatch):
    case = case_of("advisor")
    away(person("advisor"), days=2, until=4, deputy=person("colleague"))
    assert advisor_of(case) == "advisor"
    first_day = timezone.localdate() + timedelta(days=2)
    monkeypatch.setattr(timezone, "localdate", lambda *_: first_day)
    # Without a worker the case is seen to be with nobody.
    assert list(Case.objects.unassigned()) == [case]
    call_command("maintain_queues")
    assert advisor_of(case) == "colleague"


def test_a_colleague_goes_on_with_the_case_of_a_leaver_that_they_had_claimed(case_of, person):
    case, leaver, third = case_of("advisor"), person("advisor"), UserFactory(username="third")
    person("colleague")
    services.share(case=case, by=leaver)
    services.claim(case=case, by=third)
    leaver.is_active = False
    leaver.save()
    assert advisor_of(case) == "colleague"
    assert list(Case.objects.visible_to(third).to_decide_by(third)) == [case]
    services.release(case=case, by=third)
    # Nobody holds it: its new advisor has it, and everybody may still take it.
    assert Case.objects.visible_to(person("colleague")).to_decide_by(person("colleague")).exists()
    assert Case.objects.visible_to(third).shared().exists()


def test_a_case_that_is_with_a_team_stays_there_when_its_advisor_leaves(case_of, person, model_in_use):
    case, leaver, colleague = case_of("advisor"), person("advisor"), person("colleague")
    UserFactory(username="third")
    team = services.make_team(name="North", by=person("manager"))
    services.add_member(team=team, person=colleague, by=person("manager"))
    services.decide(
        case=case, assessment=services.assess(case=case, by=leaver), outcome="refer", by=leaver,
        refer_to=team, reason_code="other", reason="The branch knows the employer.",
    )  # fmt: skip
    services.claim(case=case, by=colleague)
    away(leaver, deputy=UserFactory(username="deputy"))
    assert advisor_of(case) == "deputy"
    assert TeamReferral.objects.get().ended_at is None
    assert list(Case.objects.visible_to(colleague).to_decide_by(colleague)) == [case]
    assert verify() is None


def test_who_is_away_without_own_cases_holds_no_colleagues_case_up(case_of, person, monkeypatch, settings):
    settings.CLAIM_HOURS = 0
    case, away_soon = case_of("advisor"), UserFactory(username="third")
    services.share(case=case, by=person("advisor"))
    services.claim(case=case, by=away_soon)
    away(away_soon, days=2, until=4)
    first_day = timezone.localdate() + timedelta(days=2)
    monkeypatch.setattr(timezone, "localdate", lambda *_: first_day)
    call_command("maintain_queues")
    assert Claim.objects.get().released_at
    assert list(Case.objects.to_decide_by(person("advisor"))) == [case]


def test_nobody_assigns_a_case_to_who_is_away(case_of, person):
    away(person("colleague"))
    with pytest.raises(ActRefused, match="colleague is away today"):
        services.assign(case=case_of("advisor"), to=person("colleague"), by=person("manager"))


def test_a_cancelled_absence_ends_at_once(case_of, person):
    absence = away(person("colleague"))
    services.cancel_absence(absence=absence, by=person("colleague"))
    services.assign(case=case_of("advisor"), to=person("colleague"), by=person("manager"))
    with pytest.raises(ActRefused, match="over already"):
        services.cancel_absence(absence=absence, by=person("colleague"))


@pytest.mark.parametrize(
    ("from_on", "until_on", "why"),
    [(-1, 2, "begins today or later"), (3, 2, "no earlier"), (0, 400, "a year"), (2, 8, "covers some")],
)
def test_an_impossible_absence_is_refused(person, from_on, until_on, why):
    away(person("advisor"), days=5, until=6)
    with pytest.raises(ActRefused, match=why):
        away(person("advisor"), days=from_on, until=until_on)
    assert Absence.objects.count() == 1


def test_an_advisor_records_no_absence_of_a_colleague(client_as, person):
    with pytest.raises(PermissionDenied):
        away(person("colleague"), by=person("advisor"))
    day = timezone.localdate().isoformat()
    client_as("advisor").post(
        "/absences/", {"person": person("colleague").pk, "from_on": day, "until_on": day}
    )
    assert [absence.person.username for absence in Absence.objects.all()] == ["advisor"]


def test_a_manager_records_and_cancels_anybodys_absence_on_the_page(client_as, person, case_of):
    case, day = case_of("advisor"), timezone.localdate().isoformat()
    browser = client_as("manager")
    answer = browser.post(
        "/absences/",
        {"person": person("advisor").pk, "from_on": day, "until_on": day, "deputy": person("colleague").pk},
    )
    assert answer.status_code == 302
    assert advisor_of(case) == "colleague"
    assert 'data-absence="advisor"' in browser.get("/absences/").content.decode()
    browser.post(f"/absences/{Absence.objects.get().pk}/cancel/")
    assert Absence.objects.get().cancelled_by == person("manager")


def test_a_wrong_day_is_named_beside_its_field(client_as):
    answer = client_as("advisor").post("/absences/", {"from_on": "2020-01-01", "until_on": "2019-01-01"})
    assert answer.status_code == 422
    assert "An absence begins today or later." in answer.content.decode()
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    "act",
    ["UPDATE creditdesk_absence SET until_on = '2099-01-01'", "DELETE FROM creditdesk_absence"],
)
def test_the_database_keeps_what_an_absence_was(person, act):
    away(person("colleague"))
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


# ---- overdue


def test_an_overdue_case_is_reported_once_to_each_of_its_advisors(case_of, person, settings):
    since = timezone.now() - timedelta(days=settings.DECISION_DAYS + 2)
    case = case_of("advisor", submitted_at=since)
    case_of("advisor", submitted_at=since - timedelta(days=30))
    assert [services.notify_overdue() for _ in range(2)] == [1, 0]
    services.assign(case=case, to=person("colleague"), by=person("manager"))
    assert services.notify_overdue() == 1
    rows = Notification.objects.filter(kind="overdue").values_list("recipient__username", "case")
    assert set(rows) == {("advisor", case.pk), ("colleague", case.pk)}
