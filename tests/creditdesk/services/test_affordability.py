"""Affordability beside the score: charges, verdict, decision, letter, replay; read from the database."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.letters.grounds import grounds_of
from creditdesk.models import Assessment, Case, Decision, DeclaredCharges
from creditdesk.pages.budget_sentences import ground_sentences
from creditdesk.services import ActRefused, ChargesDeclaration, DecisionRefused
from scoring.ml.model.affordability import Affordability, Budget, affordability
from scoring.presentation import formatting
from tests.creditdesk.policies import published
from tests.factories import assessed
from tests.html import case_page, plain_text
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db

BUREAU, HERE = "BURO_ACTIVE_AMT_ANNUITY_sum", "PREV_RUNNING_AMT_ANNUITY_sum"
GROUNDS = "The household cannot carry this instalment."


@pytest.fixture
def accepting(model_in_use, person):
    """A policy with the French rule, under which the score accepts everybody."""
    return published(
        person("manager"), person("admin"), accept_below=1.0, refuse_from=1.0, affordability_rule="fr-1"
    )


@pytest.fixture
def refusing(model_in_use, person):
    return published(
        person("manager"), person("admin"), accept_below=0.0, refuse_from=0.0, affordability_rule="fr-1"
    )


@pytest.fixture
def case(case_of):
    """An income of 200,000 and an instalment of 20,000 as stored; 10,000 are due elsewhere, 4,000 here."""
    return case_of(
        "advisor",
        application={"AMT_INCOME_TOTAL": 200_000.0, "AMT_ANNUITY": 20_000.0},
        history={BUREAU: 10_000.0, HERE: 4_000.0},
        history_rows={"bureau": 2, "previous_application": 1},
    )


def declaration(**changes: Any) -> ChargesDeclaration:
    amounts: dict[str, Any] = {
        "housing": 20_000.0,
        "loans": 8_000.0,
        "other": 1_000.0,
        "members": 2,
    } | changes
    return ChargesDeclaration(**amounts)


def declare(case: Case, person, **changes: float) -> Assessment:
    services.declare_charges(case=case, declaration=declaration(**changes), by=person("advisor"))
    return Assessment.objects.filter(case=case).latest("pk")


def budget_of(stored: Assessment) -> Affordability:
    assert stored.budget
    return stored.budget


def decide(case: Case, by, outcome: str, **why: Any) -> Decision:
    case = Case.objects.get(pk=case.pk)
    assert case.latest_assessment
    return services.decide(case=case, assessment=case.latest_assessment, outcome=outcome, by=by, **why)


def test_without_charges_nobody_is_accepted_or_refused(accepting, case, person):
    services.assess(case=case, by=person("advisor"))
    stored = Assessment.objects.get(case=case)
    assert (stored.verdict, stored.affordability_outcome) == ("refer", "missing")
    assert stored.refer_reason == "affordability fr-1: charges, members"
    with pytest.raises(DecisionRefused, match="charges"):
        decide(case, person("advisor"), "accept", reason_code="income", reason=GROUNDS)
    assert not Decision.objects.exists()


def test_reasons_stand_under_the_side_that_they_push_to(accepting, case, client_as):
    """The score accepts, the unknown budget refers: what speaks for accepting is not called the contrary."""
    page = plain_text(case_page(client_as("advisor"), case))
    stored = Assessment.objects.get(case=case)
    assert stored.verdict == "refer"
    assert {reason.contribution < 0 for reason in stored.shown_reasons} == {True}
    assert "What speaks for accepting" in page
    assert "What speaks for refusing" not in page


def test_inputs_and_ratios_are_stored_with_the_assessment(accepting, case, person):
    stored = declare(case, person)
    budget = budget_of(stored)
    assert (stored.verdict, stored.affordability_outcome, stored.policy) == ("accept", "met", accepting)
    assert budget.budget.loans_reported == 10_000.0
    burden = 20_000 + 10_000 + 4_000 + 20_000 + 1_000
    assert budget.debt_ratio == burden / 200_000
    assert budget.left_per_member == (200_000 - burden) / 2
    assert budget.min_left_per_member == formatting.stored_amount(400)
    assert Case.objects.get(pk=case.pk).latest_assessment == stored


def test_what_is_beyond_a_limit_is_referred_with_its_grounds_and_accepted_by_two(accepting, case, person):
    stored = declare(case, person, housing=60_000.0)
    assert (stored.verdict, stored.affordability_outcome) == ("refer", "not_met")
    assert stored.refer_reason == "affordability fr-1: debt_ratio"
    decision = decide(case, person("advisor"), "accept", reason_code="guarantee", reason=GROUNDS)
    assert case.amount_credit > 0
    assert (decision.needs_checker, decision.status) == (True, "proposed")


def test_the_page_names_the_budget_and_no_limit_of_amount_as_what_takes_two_people(
    accepting, case, person, client_as
):
    declare(case, person, other=200_000.0)
    page = plain_text(client_as("advisor").get(case.get_absolute_url()).content.decode())
    assert "budget goes beyond a limit: if you accept, a second person has to confirm" in page
    assert "and it is above" not in page


def test_a_refusal_of_the_score_stays_one(refusing, case, person):
    stored = declare(case, person, housing=60_000.0)
    assert (stored.verdict, stored.refer_reason) == ("refuse", "")
    assert budget_of(stored).grounds == ("debt_ratio",)


@pytest.mark.parametrize(
    ("language", "share"), [("en", "48% of your income; our limit is 35%"), ("fr", "48 % de vos revenus")]
)
def test_the_letter_words_the_ratio_that_a_refusal_rests_on(accepting, case, person, language, share):
    declare(case, person, housing=60_500.0)
    decision = decide(case, person("advisor"), "refuse", reason_code="affordability", reason=GROUNDS)
    with translation.override(language):
        texts = grounds_of(Decision.objects.get(pk=decision.pk), language).texts
    assert len(texts) == 2
    assert share in texts[1].replace("\u202f", " ").replace("\xa0", " ")


def test_the_letter_of_who_can_afford_it_says_nothing_of_limits(refusing, case, person):
    declare(case, person)
    decision = decide(case, person("advisor"), "refuse")
    assert not any("our limit" in text for text in grounds_of(decision, "en").texts)


def test_the_database_refuses_an_acceptance_beyond_the_budget(accepting, case, person):
    stored = declare(case, person, housing=60_000.0)
    columns = {"case": case, "outcome": "accept", "is_override": True, "reason_code": "income"}
    columns |= {"reason": GROUNDS, "decided_by": person("advisor")}
    with pytest.raises(IntegrityError, match="afford"), transaction.atomic():
        Decision.objects.create(assessment=stored, status="final", **columns)
    services.assess(case=case, by=person("advisor"))
    fields = {f.attname: getattr(stored, f.attname) for f in Assessment._meta.concrete_fields}
    with pytest.raises(IntegrityError, match="afford"), transaction.atomic():
        Assessment.objects.create(**{**fields, "id": None, "verdict": "accept", "refer_reason": ""})


def test_charges_are_recorded_once_by_who_may_and_never_changed(accepting, case, person):
    for name in ("auditor", "analyst", "admin", "colleague"):
        with pytest.raises(PermissionDenied):
            services.declare_charges(case=case, declaration=declaration(), by=person(name))
    for wrong in ({"housing": -1.0}, {"members": 0}):
        with pytest.raises(ActRefused):
            services.declare_charges(case=case, declaration=declaration(**wrong), by=person("advisor"))
    assert not DeclaredCharges.objects.exists()
    declare(case, person)
    charges = DeclaredCharges.objects.get()
    event = AuditEvent.objects.get(action="charges")
    assert (event.target, event.details["charges"]) == (case.reference, charges.pk)
    assert set(event.details["rows"]) == {"creditdesk_declaredcharges"}
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        DeclaredCharges.objects.all()._raw_delete(using="default")


def test_a_decided_case_takes_no_charges(accepting, case, person):
    declare(case, person)
    decide(case, person("advisor"), "accept")
    with pytest.raises(ActRefused, match="Already decided"):
        services.declare_charges(case=case, declaration=declaration(), by=person("advisor"))


def test_a_replay_judges_the_stored_budget_again(accepting, case, person, capsys):
    declare(case, person, housing=60_000.0)
    declare(case, person)
    services.assess(case=case, by=person("manager"))
    call_command("replay_assessments")
    assert "3 assessments replayed, all the same" in capsys.readouterr().out


def test_without_a_rule_nothing_is_judged(model_in_use, case, person):
    services.declare_charges(case=case, declaration=declaration(), by=person("advisor"))
    stored = Assessment.objects.get(case=case)
    assert (stored.affordability, stored.affordability_outcome) == (None, None)


def test_the_page_takes_charges_as_people_write_them_and_shows_the_budget(accepting, case, client_as):
    advisor = client_as("advisor")
    page = advisor.get(case.get_absolute_url()).content.decode()
    assert 'data-affordability="missing"' in page
    assert 'data-verdict="refer"' in page
    typed = {"housing": "1,000", "loans": "0", "other": "50.5", "members": "2"}
    assert advisor.post(reverse("case_charges", args=[case.reference]), typed).status_code == 302
    amounts = DeclaredCharges.objects.get(case=case).amounts
    assert amounts["housing"] == pytest.approx(formatting.stored_amount(1000))
    assert amounts["members"] == 2
    stored = Assessment.objects.filter(case=case).latest("pk")
    address = reverse("case_client", args=[case.reference])
    page = advisor.get(address, {"show": "budget"}).content.decode()
    assert f'data-debt-ratio="{budget_of(stored).debt_ratio!r}"' in page
    assert f'data-left-per-member="{budget_of(stored).left_per_member!r}"' in page
    assert "never in the score" in plain_text(page)


def test_wrong_charges_are_named_and_not_recorded(accepting, case, client_as):
    address = reverse("case_charges", args=[case.reference])
    for wrong in ({}, {"housing": "-5", "loans": "0", "other": "0", "members": "2"}):
        answer = client_as("advisor").post(address, wrong)
        assert answer.status_code == 422
        assert "aria-invalid" in answer.content.decode()
    assert not DeclaredCharges.objects.exists()


def test_the_policy_desk_counts_who_cannot_afford_it_as_referred(accepting, case_of, person, client_as):
    cases = [case_of("advisor") for _ in range(3)]
    assessed(cases[0])
    declare(cases[1], person, housing=0.0, loans=0.0, other=0.0)
    declare(cases[2], person, housing=150_000.0)
    outcomes = dict(Assessment.objects.values_list("case", "affordability_outcome"))
    assert outcomes == {cases[0].pk: None, cases[1].pk: "met", cases[2].pk: "not_met"}
    manager = client_as("manager")
    under_rule = manager.get(reverse("policy_desk")).context["page"].comparison
    assert (under_rule.total.after.accepted, under_rule.total.after.referred) == (1, 2)
    without = manager.get(reverse("policy_desk"), {"affordability_rule": ""}).context["page"].comparison
    assert (without.total.before.referred, without.total.after.referred) == (2, 0)


def test_the_proposed_rule_is_named_by_the_policy_and_its_event(accepting, person):
    assert accepting.affordability_rule == "fr-1"
    assert AuditEvent.objects.filter(action="policy_published").get().details["affordability_rule"] == "fr-1"
    with pytest.raises(ActRefused, match="no such rule"):
        published(person("manager"), person("admin"), affordability_rule="xx-9")


def test_a_credit_above_the_limit_of_one_person_still_takes_two(accepting, case, person):
    assert accepting.second_person_above == Decimal(100_000)
    declare(case, person)
    assert decide(case, person("advisor"), "accept").status == "final"


@pytest.mark.parametrize(
    ("charges", "words"), [({}, "is not known: the charges"), ({"housing": 60_000.0}, "our limit is 35%")]
)
def test_a_simulation_says_that_the_budget_refers_it(accepting, case, person, client_as, charges, words):
    if charges:
        declare(case, person, **charges)
    page = client_as("advisor").post(reverse("case_simulate", args=[case.reference]), {}).content.decode()
    assert 'data-simulation="refer"' in page
    assert f'data-simulated-affordability="{"not_met" if charges else "missing"}"' in page
    assert words in plain_text(page)


def test_the_charges_of_a_case_that_is_with_somebody_else_wait(accepting, case, person, client_as):
    services.escalate(case=case, reason="The amount is above what I decide.", by=person("advisor"))
    with pytest.raises(services.ActRefused, match="with a manager"):
        services.declare_charges(case=case, declaration=declaration(), by=person("advisor"))
    assert not DeclaredCharges.objects.exists()
    page = client_as("advisor").get(f"{case.get_absolute_url()}client/?show=budget").content.decode()
    assert reverse("case_charges", args=[case.reference]) not in page
    services.declare_charges(case=case, declaration=declaration(), by=person("manager"))
    assert DeclaredCharges.objects.get().declared_by == person("manager")


@pytest.mark.parametrize(
    ("housing", "words"),
    [
        (1051.0, ["would take 35.03% of your income; our limit is 35.00%"]),
        (2600.5, ["€399.50 a month would be left", "we ask for €400.00"]),
    ],
)
def test_no_sentence_gives_a_figure_and_its_limit_as_the_same(housing, words):
    charges = {"housing": housing, "loans": 0.0, "other": 0.0, "members": 1}
    record = {"AMT_INCOME_TOTAL": 3000.0, "AMT_ANNUITY": 0.0}
    judged = affordability(
        "fr-1", Budget.of_record(record, charges), max_debt_ratio=0.35, min_left_per_member=400.0
    )
    with translation.override("en"):
        sentences = " ".join(ground_sentences(judged))
    assert all(word in sentences for word in words), sentences
