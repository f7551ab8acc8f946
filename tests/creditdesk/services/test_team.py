"""Teams: their members see what is referred to them, claim it, and see it no more once they have left."""

import csv
import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.audit import verify
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.team import who_sees
from creditdesk.models import (
    Absence,
    Assessment,
    Case,
    Claim,
    Notification,
    Team,
    TeamMembership,
    TeamReferral,
)
from creditdesk.services import ActRefused, DecisionRefused
from tests.factories import CaseFactory, UserFactory
from tests.html import HTMX

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(person) -> Team:
    team = services.make_team(name="North", by=person("manager"))
    for name in ("colleague", "advisor"):
        services.add_member(team=team, person=person(name), by=person("manager"))
    return team


@pytest.fixture
def case(model_in_use, case_of) -> Case:
    return case_of("advisor")


def refer(browser, case, team, status=200) -> str:
    page = browser.get(case.get_absolute_url())
    posted = {
        "assessment": page.context["page"].assessment.pk,
        "outcome": "refer",
        "reason_code": "other",
        "reason": "The branch knows the employer and calls there.",
        "refer_to": f"team-{team.pk}",
    }
    answer = browser.post(reverse("case_decide", args=[case.reference]), posted, headers=HTMX)
    assert answer.status_code == status
    return answer.content.decode()


def test_who_is_in_the_team_sees_the_case_claims_it_and_decides_it(client_as, case, team, person):
    colleague, other = client_as("colleague"), UserFactory(username="other", role="advisor")
    assert colleague.get(case.get_absolute_url()).status_code == 404
    shown = refer(client_as("advisor"), case, team)
    assert "Referred to the team North." in shown
    referral = TeamReferral.objects.get(ended_at=None)
    assert (referral.case, referral.team, referral.referred_by) == (case, team, person("advisor"))
    assert Notification.objects.get(kind="referred").recipient == person("colleague")
    assert {user.username for user in who_sees(case)} == {"advisor", "colleague", "manager"}
    assert not Case.objects.visible_to(other).exists()
    assert list(Case.objects.visible_to(person("colleague")).shared()) == [case]
    colleague.post(reverse("case_claim", args=[case.reference]), headers=HTMX)
    assert Claim.objects.active().get().held_by == person("colleague")
    assert list(Case.objects.visible_to(person("colleague")).to_decide_by(person("colleague"))) == [case]
    event = AuditEvent.objects.get(action="team_referral")
    assert event.target == case.reference
    assert event.details["new"] == f"team:{team.pk}"
    assert verify() is None


def test_who_referred_a_case_to_a_team_leaves_it_to_the_others_while_one_is_there(
    client_as, case, team, person
):
    advisor, colleague = person("advisor"), person("colleague")
    page = refer(client_as("advisor"), case, team)
    assert "You referred it to North." in page
    assert "data-decision-form" not in page
    assert not Case.objects.to_decide_by(advisor).exists()
    assert list(Case.objects.to_decide_by(colleague)) == [case]
    read = Case.objects.get(pk=case.pk).latest_assessment
    decision = {
        "case": case,
        "assessment": read,
        "outcome": "refuse",
        "reason_code": "documents",
        "reason": "The payslips are missing.",
    }
    with pytest.raises(DecisionRefused, match="the team North, which decides it"):
        services.decide(by=advisor, **decision)
    with pytest.raises(ActRefused, match="the team North, which decides it"):
        services.claim(case=case, by=advisor)
    day = timezone.localdate()
    Absence.objects.create(person=colleague, recorded_by=colleague, from_on=day, until_on=day)
    assert services.decide(by=advisor, **decision).decided_by == advisor


def test_whoever_leaves_the_team_sees_its_cases_no_more_and_claims_none(client_as, case, team, person):
    refer(client_as("advisor"), case, team)
    services.claim(case=case, by=person("colleague"))
    browser = client_as("manager")
    membership = TeamMembership.objects.in_force().get(member=person("colleague"))
    browser.post(reverse("team_remove", args=[membership.pk]))
    assert client_as("colleague").get(case.get_absolute_url()).status_code == 404
    assert not Claim.objects.active().exists()
    membership.refresh_from_db()
    assert membership.removed_by == person("manager")
    assert not Notification.objects.visible_to(person("colleague")).exists()
    with pytest.raises(ActRefused, match="left this team already"):
        services.remove_member(membership=membership, by=person("manager"))
    assert AuditEvent.objects.filter(action__in=["team_made", "team_joined", "team_left"]).count() == 4
    assert verify() is None


def test_who_referred_a_case_of_somebody_else_to_a_team_sees_and_is_notified_what_came_of_it(
    client, case, team, person
):
    """The person is neither the advisor of the case nor in the team."""
    third = UserFactory(username="third", role="advisor")
    services.share(case=case, by=person("advisor"))
    services.assess(case=case, by=person("advisor"))
    why: dict[str, Any] = {"reason_code": "other", "reason": "The branch knows the employer."}
    services.decide(
        case=case, assessment=case.latest_assessment, outcome="refer", by=third, refer_to=team, **why
    )
    services.assign(case=case, to=person("colleague"), by=person("manager"))
    assert third in who_sees(case)
    services.decide(
        case=case, assessment=case.latest_assessment, outcome="refuse", by=person("colleague"), **why
    )
    assert Notification.objects.visible_to(third).filter(kind="decided").count() == 1
    client.force_login(third)
    assert client.get(case.get_absolute_url()).status_code == 200
    assert not Case.objects.visible_to(UserFactory(username="fourth", role="advisor")).exists()


def test_a_case_that_is_given_to_one_person_is_the_teams_no_more(client_as, case, team, person):
    refer(client_as("advisor"), case, team)
    third = UserFactory(username="third", role="advisor")
    services.assign(case=case, to=third, by=person("manager"))
    assert TeamReferral.objects.get().ended_at
    assert not Case.objects.visible_to(person("colleague")).exists()
    assert list(Case.objects.visible_to(third)) == [case]
    assert verify() is None


def test_a_case_that_its_team_refers_back_is_its_advisors_again(client_as, case, team, person):
    advisor, colleague = person("advisor"), person("colleague")
    refer(client_as("advisor"), case, team)
    read = Assessment.objects.get()
    why: dict[str, Any] = {"reason_code": "other", "reason": "The branch knows the employer."}
    services.decide(case=case, assessment=read, outcome="refer", by=colleague, refer_to=advisor, **why)
    back = case.assignments.get()
    assert (back.previous, back.advisor, back.assigned_by) == (colleague, advisor, colleague)
    assert TeamReferral.objects.get().ended_at
    assert list(Case.objects.to_decide_by(advisor)) == [case]
    with pytest.raises(DecisionRefused, match="You referred this case to advisor"):
        services.decide(case=case, assessment=read, outcome="refuse", by=colleague, **why)
    assert services.decide(case=case, assessment=read, outcome="refuse", by=advisor, **why).status == "final"
    assert Case.objects.visible_to(colleague).exists()
    assert Notification.objects.filter(kind="decided", recipient=colleague).count() == 1
    assert verify() is None


def test_a_manager_gives_a_case_back_from_a_team_to_its_own_advisor(client_as, case, team, person):
    advisor, manager = person("advisor"), person("manager")
    browser, choice = client_as("manager"), f'<option value="{advisor.pk}">advisor</option>'
    assert choice not in browser.get(case.get_absolute_url()).content.decode().partition("id_assign_to")[2]
    refer(client_as("advisor"), case, team)
    assert choice in browser.get(case.get_absolute_url()).content.decode().partition("id_assign_to")[2]
    services.assign(case=case, to=advisor, by=manager)
    assert TeamReferral.objects.get().ended_at
    assert list(Case.objects.to_decide_by(advisor)) == [case]
    assert not Case.objects.visible_to(person("colleague")).exists()
    row = case.assignments.get()
    assert (row.previous, row.advisor, row.assigned_by) == (manager, advisor, manager)
    with pytest.raises(ActRefused, match="It is advisor's case already"):
        services.assign(case=case, to=advisor, by=manager)
    assert verify() is None


def test_the_form_offers_teams_with_members_and_takes_no_other(client_as, case, team, person):
    empty = services.make_team(name="Empty", by=person("manager"))
    browser = client_as("advisor")
    page = browser.get(case.get_absolute_url()).content.decode()
    assert f'<option value="team-{team.pk}">North</option>' in page
    assert f"team-{empty.pk}" not in page
    refer(browser, case, empty, status=422)
    assert not TeamReferral.objects.exists()


def test_a_team_of_which_nobody_else_is_there_takes_no_case(client_as, case, person):
    alone = services.make_team(name="Alone", by=person("manager"))
    services.add_member(team=alone, person=person("advisor"), by=person("manager"))
    shown = refer(client_as("advisor"), case, alone, status=409)
    assert "Nobody else of the team Alone is there today." in shown
    assert not TeamReferral.objects.exists()
    assert not case.decisions.exists()


def test_a_team_is_made_once_by_who_may_and_has_members_who_decide(client_as, person, team):
    browser = client_as("admin")
    assert browser.post(reverse("teams"), {"name": "north"}).status_code == 422
    assert browser.post(reverse("teams"), {"name": "  South   coast "}).status_code == 302
    assert sorted(Team.objects.values_list("name", flat=True)) == ["North", "South coast"]
    browser.post(reverse("team_add", args=[team.pk]), {"person": person("analyst").pk})
    browser.post(reverse("team_add", args=[team.pk]), {"person": person("advisor").pk})
    assert TeamMembership.objects.filter(team=team).count() == 2
    browser.post(reverse("team_add", args=[team.pk]), {"person": person("manager").pk})
    assert TeamMembership.objects.get(member=person("manager")).added_by == person("admin")
    for refused in (
        lambda: services.make_team(name="West", by=person("advisor")),
        lambda: services.add_member(team=team, person=person("advisor"), by=person("advisor")),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMembership.objects.create(team=team, member=person("advisor"), added_by=person("manager"))


def test_a_colleagues_case_is_referred_by_nobody_who_does_not_see_it(case, team, person, model_in_use):
    hidden = CaseFactory(advisor=UserFactory(username="third", role="advisor"))
    assessment = services.assess(case=hidden, by=person("manager"))
    with pytest.raises((PermissionDenied, DecisionRefused, Case.DoesNotExist)):
        services.decide(
            case=hidden,
            assessment=assessment,
            outcome="refer",
            reason_code="other",
            reason="Nobody should be able to do this at all.",
            refer_to=team,
            by=person("advisor"),
        )
    assert not TeamReferral.objects.exists()


def test_the_exported_timeline_names_the_team(client_as, case, team):
    refer(client_as("advisor"), case, team)
    lines = client_as("manager").get(f"/cases/{case.reference}/history.csv").getvalue().decode()
    (row,) = [row for row in csv.DictReader(io.StringIO(lines)) if row["event"] == "team_referral"]
    assert (row["by"], row["previous"], row["new"]) == ("advisor", "", "North")
