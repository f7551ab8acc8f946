"""Portfolio page: what waits, and what a period brought, read back from the database."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from creditdesk.models import Case, Decision
from creditdesk.pages.portfolio.counts import ageing
from creditdesk.pages.portfolio.figures import distribution, trend
from creditdesk.pages.portfolio.period import Flow, Period, override_reasons
from creditdesk.pages.portfolio.totals import PortfolioTotals
from tests.factories import assessed, decided
from tests.triggers import triggers_off

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def days_ago(days: int):
    """The same hour of the day so many days ago, also where the clock was changed in between."""
    now = timezone.localtime()
    return timezone.make_aware(now.replace(tzinfo=None) - timedelta(days=days))


def decided_on(case: Case, days: int) -> None:
    with triggers_off():
        Decision.objects.filter(case=case).update(decided_at=days_ago(days))


@pytest.fixture
def decisions(case_of) -> None:
    """Accepted today, accepted against the verdict 40 days ago, refused 100 days ago, one only proposed."""
    decided(assessed(case_of("advisor", amount_credit=1000), 0.02))
    overridden = decided(
        assessed(case_of("advisor", amount_credit=2000, submitted_at=days_ago(45)), 0.3, "refuse"),
        override=True,
    )
    decided_on(overridden, 40)
    old = decided(
        assessed(case_of("colleague", amount_credit=4000, submitted_at=days_ago(120)), 0.4, "refuse"),
        "refuse",
    )
    decided_on(old, 100)
    decided(
        assessed(case_of("colleague", amount_credit=8000), 0.4, "refuse"), status="proposed", override=True
    )


@pytest.mark.parametrize(
    ("code", "flow"),
    [
        ("30", Flow(2, 1, Decimal(1000), Decimal(0), 0)),
        ("90", Flow(3, 2, Decimal(3000), Decimal(0), 1)),
        ("365", Flow(4, 3, Decimal(3000), Decimal(4000), 1)),
    ],
)
def test_a_period_counts_what_was_received_decided_and_lent_in_it(decisions, code, flow):
    assert Flow.of(Case.objects.all(), Period.named(code)) == flow


def test_the_period_before_ends_where_the_period_begins(decisions):
    period = Period.named("90")
    assert period.before.end == period.first - timedelta(days=1)
    assert period.before.bounds[1] == period.bounds[0]
    assert Flow.of(Case.objects.all(), period.before) == Flow(1, 1, Decimal(0), Decimal(4000), 0)


def test_an_unknown_period_is_the_default_one(client_as, decisions):
    page = client_as("manager").get("/portfolio/?days=soon")
    assert b'data-period="90"' in page.content


def test_overrides_are_counted_by_their_reason_out_of_all_decisions(decisions):
    (reason,) = override_reasons(Case.objects.all(), Period.named("90"))
    assert (reason.accepted, reason.refused, reason.rate) == (1, 0, 0.5)
    assert reason.label == Decision.objects.get(is_override=True, status="final").get_reason_code_display()


def test_the_trend_adds_up_to_the_period_and_leaves_no_week_out(decisions):
    period = Period.named("90")
    received, accepted, overrides = trend(Case.objects.all(), period)
    totals = [sum(column) for column in zip(*(row.values for row in received.rows), strict=True)]
    assert totals == [3, 2]
    assert sum(row.values[0] or 0 for row in accepted.rows) == 3.0
    assert [row.values for row in overrides.rows if row.values[1]] == [[1.0, 1], [0.0, 1]]
    assert len(received.rows) in {13, 14}


def test_each_pending_case_is_in_one_band_of_age(case_of, settings):
    settings.DECISION_DAYS = 60
    for days in (0, 7, 8, 30, 31, 60, 61, 200):
        case_of("advisor", submitted_at=days_ago(days), amount_credit=100)
    decided(assessed(case_of("advisor", submitted_at=days_ago(5))))
    bands = [(band.first, band.last, band.cases, int(band.credit)) for band in ageing(Case.objects.all())]
    assert bands == [(0, 7, 2, 200), (8, 30, 2, 200), (31, 60, 2, 200), (61, None, 2, 200)]
    assert bands[-1][2] == Case.objects.late().count()


def test_the_threshold_stands_in_the_distribution_where_its_probability_is(case_of):
    assessed(case_of("advisor"), 0.05)
    bins = PortfolioTotals(Case.objects.all()).bins
    figure = distribution(bins, 0.09)
    ((position, _label),) = figure.markers
    # The fifth bin, 8 % to 10 %, has its middle at 4.
    assert position == pytest.approx(4.0)
    assert "9.00%" in str(figure.summary)
    assert distribution(bins, None).markers == []
    assert [row.values for row in figure.rows].index([1, 0, 0]) == 2


def test_the_page_names_what_waits_for_the_reader_first(client_as, decisions, model_in_use):
    page = client_as("manager").get("/portfolio/").content.decode()
    assert page.index('href="/cases/?queue=to_decide">1</a>') < page.index('data-period="90"')
    for code in ("received", "accepted", "overrides"):
        assert f'id="{code}" data-chart' in page
    totals = client_as("manager").get("/portfolio/totals/").content.decode()
    assert 'id="distribution" data-chart' in totals
