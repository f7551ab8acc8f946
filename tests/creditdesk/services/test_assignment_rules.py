"""Rules that choose who gets a case of somebody who left or is away."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from creditdesk import services
from creditdesk.assignment_rules import assignment_rules
from tests.creditdesk.services.test_handover import advisor_of, away
from tests.factories import CaseFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_rules_choose_by_product_then_by_amount(settings, person):
    boris, chloe, third = (UserFactory(username=name) for name in ("boris", "chloe", "third"))
    settings.ASSIGNMENT_RULES = assignment_rules(
        ["product:Revolving loans=boris+chloe", "amount:900000=chloe", "any=third"]
    )
    leaver = person("advisor")
    revolving = [CaseFactory(advisor=leaver, contract_type="Revolving loans") for _ in range(2)]
    large = CaseFactory(advisor=leaver, amount_credit=900_000)
    small = CaseFactory(advisor=leaver, amount_credit=899_999)
    leaver.is_active = False
    leaver.save()
    assert {advisor_of(case) for case in revolving} == {boris.username, chloe.username}
    assert advisor_of(large) == chloe.username
    assert advisor_of(small) == third.username


def test_a_rule_whose_people_are_all_away_is_passed_over(settings, person):
    boris = UserFactory(username="boris")
    settings.ASSIGNMENT_RULES = assignment_rules(["any=boris+nobody-of-that-name"])
    away(boris)
    colleague, case = person("colleague"), CaseFactory(advisor=person("advisor"))
    away(person("advisor"))
    assert advisor_of(case) == colleague.username


def test_strictly_in_turn_goes_on_where_it_stopped_and_passes_over_who_is_away(settings, person):
    anna, boris, _ = (UserFactory(username=name) for name in ("anna", "boris", "chloe"))
    CaseFactory.create_batch(5, advisor=anna)
    settings.ASSIGNMENT_RULES = assignment_rules(["any=anna>boris>chloe"])
    for number, leaver in enumerate(("first", "second")):
        gone = UserFactory(username=leaver)
        cases = CaseFactory.create_batch(4, advisor=gone)
        if number:
            away(boris)
        gone.is_active = False
        gone.save()
        order = [["boris", "chloe", "anna", "boris"], ["chloe", "anna", "chloe", "anna"]][number]
        assert [advisor_of(case) for case in cases] == order


def test_a_team_of_a_rule_stands_for_its_members_of_the_day(settings, person):
    anna, boris, chloe, _third = (UserFactory(username=name) for name in ("anna", "boris", "chloe", "third"))
    team = services.make_team(name="Large loans", by=person("manager"))
    memberships = [
        services.add_member(team=team, person=member, by=person("manager")) for member in (anna, boris, chloe)
    ]
    services.remove_member(membership=memberships[1], by=person("manager"))
    settings.ASSIGNMENT_RULES = assignment_rules(["amount:900000=team: large loans", "any=third"])
    leaver = person("advisor")
    large = CaseFactory.create_batch(4, advisor=leaver, amount_credit=900_000)
    small = CaseFactory(advisor=leaver, amount_credit=899_999)
    leaver.is_active = False
    leaver.save()
    assert sorted(advisor_of(case) for case in large) == ["anna", "anna", "chloe", "chloe"]
    assert advisor_of(small) == "third"


def test_a_team_takes_turns_beside_people_and_each_of_them_has_one(settings, person):
    anna, _boris, chloe = (UserFactory(username=name) for name in ("anna", "boris", "chloe"))
    team = services.make_team(name="North", by=person("manager"))
    for member in (chloe, anna):
        services.add_member(team=team, person=member, by=person("manager"))
    settings.ASSIGNMENT_RULES = assignment_rules(["product:Cash loans=boris>team:North>anna"])
    for leaver, turns in (("first", ["boris", "anna"]), ("second", ["chloe", "boris", "anna"])):
        gone = UserFactory(username=leaver)
        cases = CaseFactory.create_batch(len(turns), advisor=gone)
        gone.is_active = False
        gone.save()
        assert [advisor_of(case) for case in cases] == turns


def test_a_rule_of_a_team_without_anybody_there_is_passed_over(settings, person):
    team = services.make_team(name="North", by=person("manager"))
    boris = UserFactory(username="boris")
    services.add_member(team=team, person=boris, by=person("manager"))
    away(boris)
    settings.ASSIGNMENT_RULES = assignment_rules(["any=team:North", "any=team:Nowhere", "any=colleague"])
    colleague, case = person("colleague"), CaseFactory(advisor=person("advisor"))
    away(person("advisor"))
    assert advisor_of(case) == colleague.username


@pytest.mark.parametrize(
    "rule",
    ["any=team:", "any=a>b+c", "any", "any=", "product:=anna", "amount:much=anna", "amount:-1=a", "moon:1=a"],
)
def test_a_rule_that_cannot_be_read_is_refused_at_the_start(rule):
    with pytest.raises(ImproperlyConfigured, match="ASSIGNMENT_RULES"):
        assignment_rules([rule])
