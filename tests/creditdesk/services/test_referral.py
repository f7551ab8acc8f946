"""Cases are referred to a colleague, a team or everybody, and come back."""

from typing import Any

import pytest
from django.utils import timezone

from creditdesk import services
from creditdesk.models import Assignment, Case, Note
from creditdesk.services import ActRefused, DecisionRefused
from tests.creditdesk.services.test_assignment import notified, read
from tests.factories import UserFactory, assessed, proposed


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
def test_nobody_is_invited_to_refer_to_everybody_again_what_nobody_has_taken(case_of, person, client_as):
    """Agreeing with the verdict "refer" would be refused."""
    case = assessed(case_of("advisor"), None, "refer")
    browser, address = client_as("advisor"), case.get_absolute_url()
    assert "data-agree" in browser.get(address).content.decode()
    services.decide(case=case, assessment=read(case), outcome="refer", by=person("advisor"))
    page = browser.get(address).content.decode()
    assert "data-decision-form" in page
    assert "data-agree" not in page
    services.claim(case=case, by=person("colleague"))
    services.release(case=case, by=person("colleague"))
    assert "data-agree" in browser.get(address).content.decode()


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
