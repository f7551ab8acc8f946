"""Budgets that nobody knows, on the policy desk: counted, and assumed where a person says so."""

import csv
import io

import pytest
from django.urls import reverse

from scoring.models import Policy
from tests.creditdesk.policies import WHY, published
from tests.factories import CaseFactory, assessed
from tests.html import plain_text

pytestmark = pytest.mark.django_db

TERMS = {"threshold_rule": "chosen", "threshold": "10", "band_below": "0", "band_above": "0"}
QUERY = {**TERMS, "affordability_rule": "fr-1"}


@pytest.fixture
def manager(client_as, person):
    """Three cases of a policy without a rule, one of them refused in force and accepted at 10 %."""
    for probability in (0.01, 0.07, 0.3):
        assessed(CaseFactory(advisor=person("advisor")), probability, "accept")
    published(person("manager"), person("admin"), accept_below=0.05, refuse_from=0.05)
    return client_as("manager")


def test_unknown_budgets_are_counted_and_can_be_taken_as_within_the_limits(manager):
    """Of cases from before a rule nobody knows the charges: what a threshold changes must still be seen."""
    referred = manager.get(reverse("policy_desk"), QUERY)
    assert 'data-unknown-budgets="3"' in referred.content.decode()
    page = referred.context["page"]
    assert (page.comparison.total.after.referred, page.comparison.won.cases) == (3, 0)
    without = manager.get(reverse("policy_desk"), TERMS).context["page"].comparison
    assert (without.unknown_budgets, without.won.cases) == (0, 1)
    answer = manager.get(f"{reverse('policy_desk')}?{page.query_with_budgets}")
    assumed = answer.context["page"]
    assert (assumed.comparison.total, assumed.comparison.cells) == (without.total, without.cells)
    assert "3 cases are not known: they are taken" in plain_text(answer.content.decode())
    assert assumed.query_with_budgets == page.query


def test_an_export_and_a_proposal_name_the_budgets_that_were_assumed(manager):
    query = {**QUERY, "fits_unknown": "True"}
    export = b"".join(manager.get(reverse("policy_export"), query)).decode()
    assert [line["affordability"] for line in csv.DictReader(io.StringIO(export))] == ["assumed_met"] * 3
    manager.post(reverse("policy_propose"), {**query, "based_on": "1", "reason": WHY})
    proposal = Policy.objects.latest("pk")
    assert (proposal.evidence["budgets_assumed"], proposal.evidence["won"][0]) == (3, 1)
    page = plain_text(manager.get(reverse("policy_detail", args=[proposal.pk])).content.decode())
    assert "The budgets of 3 cases were not known and taken as within the limits." in page
