"""Charges on file: no assessment that counts, and no decision, is of older ones."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from creditdesk import services
from creditdesk.models import Assessment, Case, Decision, DeclaredCharges
from creditdesk.services import ChargesDeclaration, DecisionRefused, ProfileToScore
from tests.creditdesk.policies import published
from tests.html import plain_text

pytestmark = pytest.mark.django_db

CHARGES = {"housing": 20_000.0, "loans": 8_000.0, "other": 1_000.0, "members": 2}
APPLICATION = {"AMT_INCOME_TOTAL": 200_000.0, "AMT_ANNUITY": 20_000.0}
GROUNDS = "The household can carry this instalment."


@pytest.fixture
def accepting(model_in_use, person):
    return published(
        person("manager"), person("admin"), accept_below=1.0, refuse_from=1.0, affordability_rule="fr-1"
    )


@pytest.fixture
def case(case_of):
    return case_of("advisor", application=APPLICATION)


@pytest.fixture
def of_no_charges(accepting, case, person):
    """An assessment that an earlier release let stand beside charges that were declared meanwhile."""
    stored = services.assess(case=case, by=person("advisor"))
    DeclaredCharges.objects.create(case=case, amounts=CHARGES, declared_by=person("advisor"))
    return stored


def declare(case: Case, by: Any, **changes: Any) -> None:
    services.declare_charges(case=case, declaration=ChargesDeclaration(**CHARGES | changes), by=by)


def current(case: Case) -> Assessment:
    latest = Case.objects.get(pk=case.pk).latest_assessment
    assert latest
    return latest


def housing_of(assessment: Assessment) -> float | None:
    assert assessment.budget
    return assessment.budget.budget.housing


@pytest.mark.parametrize("earlier", [{}, {"housing": 70_000.0}])
def test_an_assessment_begun_before_the_charges_is_stored_with_them(accepting, case, person, earlier):
    if earlier:
        declare(case, person("advisor"), **earlier)
    begun = services.score(case.profile, case=case)
    declare(case, person("advisor"))
    services.save_assessment(scored=begun, by=person("advisor"))
    stored = current(case)
    assert stored == Assessment.objects.filter(case=case).latest("pk")
    assert (stored.verdict, stored.affordability_outcome) == ("accept", "met")
    assert housing_of(stored) == CHARGES["housing"]


@pytest.mark.parametrize("contributions", [True, False])
def test_a_batch_begun_before_the_charges_is_stored_with_them(
    accepting, case, case_of, person, contributions
):
    other = case_of("advisor", application=APPLICATION)
    both = [ProfileToScore(each, each.profile) for each in (other, case)]
    begun = services.score_many(both, contributions=contributions)
    declare(case, person("advisor"))
    saved = services.save_assessments(scored=begun, standing=[], by=person("advisor"), api_key="")
    assert [(row.case, row.affordability_outcome, bool(row.contributions)) for row in saved] == [
        (other, "missing", contributions),
        (case, "met", contributions),
    ]
    assert current(case).affordability_outcome == "met"


def test_nobody_decides_on_an_assessment_of_earlier_charges(of_no_charges, case, person):
    fresh = Case.objects.get(pk=case.pk)
    assert services.standing_assessment(fresh) is None
    assert services.standing_assessments([fresh]) == {}
    with pytest.raises(DecisionRefused, match="Other charges were declared meanwhile"):
        services.decide(
            case=fresh,
            assessment=of_no_charges,
            outcome="refuse",
            reason_code="income",
            reason=GROUNDS,
            by=person("advisor"),
        )
    assert not Decision.objects.exists()


def test_the_page_judges_the_charges_on_file(of_no_charges, case, client_as):
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert 'data-affordability="met"' in page
    assert current(case).affordability_outcome == "met"


def test_an_unknown_instalment_is_not_taken_for_unknown_charges(accepting, case_of, person):
    case = case_of("advisor", application={"AMT_INCOME_TOTAL": 200_000.0, "AMT_ANNUITY": None})
    declare(case, person("advisor"))
    budget = current(case).budget
    assert budget
    assert budget.missing == ("instalment",)
    with pytest.raises(DecisionRefused, match="complete the application"):
        services.decide(
            case=case,
            assessment=current(case),
            outcome="accept",
            reason_code="income",
            reason=GROUNDS,
            by=person("advisor"),
        )


def test_a_contest_of_charges_that_no_rule_has_judged_leads_to_the_case_opened_again(
    model_in_use, case, person, client_as
):
    declare(case, person("advisor"))
    services.decide(
        case=case,
        assessment=current(case),
        outcome="refuse",
        reason_code="income",
        reason=GROUNDS,
        by=person("advisor"),
    )
    published(person("manager"), person("admin"), affordability_rule="fr-1")
    page = plain_text(client_as("manager").get(case.get_absolute_url()).content.decode())
    assert "Not judged assessed without a rule of affordability" in page
    assert "missing: the charges" not in page
    contest = services.contest(
        case=case, client_statement="I earn enough.", received_on=timezone.localdate(), by=person("advisor")
    )
    with pytest.raises(DecisionRefused, match="open the case again, which assesses it"):
        services.review(
            contest=contest,
            outcome="changed",
            justification=GROUNDS,
            reason_code="data",
            by=person("manager"),
        )
    services.review(contest=contest, outcome="reopen", justification=GROUNDS, by=person("manager"))
    assert current(case).affordability_outcome == "met"


@pytest.mark.parametrize(("changes", "counted"), [({}, "met"), ({"housing": 70_000.0}, "not_met")])
def test_the_desk_counts_charges_on_file_as_the_rule_judges_them_once_it_is_published(
    model_in_use, case, person, client_as, changes, counted
):
    published(person("manager"), person("admin"), accept_below=1.0, refuse_from=1.0)
    declare(case, person("advisor"), housing=30_000.0)
    declare(case, person("advisor"), **changes)
    assert current(case).affordability_outcome is None
    query = {"affordability_rule": "fr-1"}
    compared = client_as("manager").get(reverse("policy_desk"), query).context["page"].comparison.total.after
    published(
        person("manager"), person("admin"), accept_below=1.0, refuse_from=1.0, affordability_rule="fr-1"
    )
    services.assess(case=case, by=person("advisor"))
    stored = current(case)
    assert (stored.affordability_outcome, stored.verdict) == (
        counted,
        "accept" if counted == "met" else "refer",
    )
    assert (compared.accepted, compared.referred) == ((1, 0) if counted == "met" else (0, 1))


def test_a_referral_for_unknown_charges_leads_to_their_form_and_keeps_its_reasons_apart(
    accepting, case, person, client_as
):
    """The score would accept: its reasons speak for that, whatever the budget makes of the verdict."""
    stored = services.assess(case=case, by=person("advisor"))
    assert stored.shown_reasons
    assert all(reason.contribution < 0 for reason in stored.shown_reasons)
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert 'data-verdict="refer"' in page
    assert f'data-charges-wanted href="{case.get_absolute_url()}client/?show=budget#affordability"' in page
    assert "What speaks for accepting" in page
    assert "What speaks for refusing" not in page
    assert "data-charges-wanted" not in client_as("auditor").get(case.get_absolute_url()).content.decode()
