"""Figures of blind opinions: agreement and changed minds with their intervals, of 20 cases or more."""

import pytest
from django.urls import reverse

from creditdesk.models import BlindDraw, BlindOpinion, Case, ReasonsReading
from creditdesk.pages.portfolio.opinions import OpinionFigures, decided_unread
from tests.factories import assessed, decided
from tests.html import Elements

pytestmark = pytest.mark.django_db


def opined(case: Case, opinion: str, decision: str) -> Case:
    """A drawn case with a verdict of accept: the opinion of its advisor, then their decision."""
    assessed(case)
    assert case.latest_assessment
    BlindDraw.objects.create(case=case, share=0.05, seed="seed")
    BlindOpinion.objects.create(
        case=case, assessment=case.latest_assessment, outcome=opinion, given_by=case.advisor
    )
    return decided(case, decision, override=decision != "accept")


def test_the_page_counts_who_agrees_and_who_changes_their_mind(case_of, client_as):
    for opinion, decision, count in (
        ("accept", "accept", 14),
        ("accept", "refuse", 1),
        ("refuse", "accept", 4),
        ("refuse", "refuse", 2),
    ):
        for _ in range(count):
            opined(case_of("advisor"), opinion, decision)
    figures = OpinionFigures.of(Case.objects.all())
    rates = figures.agreement, figures.switched, figures.followed, figures.against_both
    assert [(rate.count, rate.of) for rate in rates] == [(15, 21), (5, 21), (4, 6), (1, 15)]
    page = Elements(client_as("manager").get(reverse("portfolio_totals")).content.decode())
    shown = {row["data-rate"]: row for row in page.having("data-rate")}
    assert float(shown["switched"]["data-share"]) == pytest.approx(5 / 21)
    # Wilson's interval of 5 in 21, computed apart from the desk.
    assert float(shown["switched"]["data-low"]) == pytest.approx(0.1063, abs=1e-4)
    assert float(shown["switched"]["data-high"]) == pytest.approx(0.4509, abs=1e-4)
    # Six cases say more about single people than about deciding.
    assert "data-share" not in shown["followed"]


def test_an_opinion_whose_giver_did_not_decide_counts_in_no_rate(case_of, person):
    case = assessed(case_of("advisor"))
    assert case.latest_assessment
    BlindDraw.objects.create(case=case, share=0.05, seed="seed")
    BlindOpinion.objects.create(
        case=case, assessment=case.latest_assessment, outcome="accept", given_by=person("colleague")
    )
    decided(case)
    figures = OpinionFigures.of(Case.objects.all())
    assert (figures.drawn, figures.rows) == (1, [])


def test_a_decision_without_opening_the_reasons_counts_since_that_is_recorded(case_of):
    decided(case_of("advisor"))
    read, unread = case_of("advisor"), case_of("advisor")
    ReasonsReading.objects.create(case=read, read_by=read.advisor)
    decided(read)
    decided(unread)
    rate = decided_unread(Case.objects.all())
    assert (rate.count, rate.of) == (1, 2)
