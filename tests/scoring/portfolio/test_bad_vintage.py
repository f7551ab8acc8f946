"""A planted bad vintage at the size of the demo: found wherever it is, and never where there is none."""

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from creditdesk.demo import CLIENTS
from scoring.ml.metrics.vintages import NEVER, Loans, VintageTest, vintage_tests
from scoring.ml.portfolio import outcomes
from scoring.ml.portfolio.generate import Portfolio
from scoring.ml.portfolio.outcomes import LAST_MONTH, Month

# A desk lends to those whom its model does not refuse.
LENT_BELOW = 0.12
# Months before the last one in which the demo's past was applied for.
PAST = range(2, 21)
CAMPAIGN = Month(2025, 7)


@pytest.fixture(scope="module")
def people(portfolio: Portfolio) -> dict[str, np.ndarray]:
    return portfolio._people(np.random.default_rng(20), CLIENTS, 100_001)


def loans_of(people: dict[str, np.ndarray], seed: int, campaign: Month | None = None) -> Loans:
    """What a desk would see of the loans that it granted, by quarter of application."""
    drawn = outcomes.draw(np.random.default_rng([seed, 0, 1]), people, campaign=campaign)
    applied = [Month(*map(int, day.split("-")[:2])).since_year_0 for day in drawn["applied"]["APPLIED_ON"]]
    month = dict(zip(people["SK_ID_CURR"].tolist(), applied, strict=True))
    rows = drawn["outcomes"]
    months = [Month.parse(text).since_year_0 for text in rows["month"]]
    default_age: dict[int, int] = {}
    for reference, at, defaulted in zip(rows["reference"].tolist(), months, rows["defaulted"], strict=True):
        if defaulted:
            default_age.setdefault(reference, at - month[reference])
    lent = [
        place
        for place, reference in enumerate(people["SK_ID_CURR"].tolist())
        if people["CHANCE"][place] < LENT_BELOW and LAST_MONTH.since_year_0 - month[reference] in PAST
    ]
    references = people["SK_ID_CURR"][lent].tolist()
    quarters = np.array([month[reference] - month[reference] % 3 for reference in references])
    first_months, vintage = np.unique(quarters, return_inverse=True)
    return Loans(
        vintage=vintage,
        probability=people["CHANCE"][lent],
        default_age=np.array([default_age.get(reference, NEVER) for reference in references]),
        last_ages=np.maximum(LAST_MONTH.since_year_0 - (first_months + 2), 0),
    )


def unusual(loans: Loans) -> list[VintageTest]:
    return [test for test in vintage_tests(loans) if test.is_unusual]


def test_the_planted_vintage_is_found_in_each_of_twenty_drawn_portfolios(people):
    for seed in range(20):
        planted = loans_of(people, seed, CAMPAIGN)
        size = np.bincount(planted.vintage)
        assert [test.vintage for test in unusual(planted)] == [int(size.argmax())], seed


@pytest.mark.parametrize("campaign", [None, CAMPAIGN])
def test_twenty_portfolios_without_one_raise_no_alarm(people, monkeypatch, campaign):
    """As they are, and with a quarter of as many clients who repay like all the rest."""
    monkeypatch.setattr(outcomes, "CAMPAIGN_DEFAULTS", 0.0)
    tests = [test for seed in range(20) for test in vintage_tests(loans_of(people, seed, campaign))]
    assert len(tests) >= 10
    assert not [test for test in tests if test.is_unusual]


def test_a_campaign_changes_no_table_and_nobody_outside_it(people):
    """Those who did not come with it, and did not apply in its quarter, repay as they would have."""
    plain, planted = (
        outcomes.draw(np.random.default_rng(5), people, campaign=campaign) for campaign in (None, CAMPAIGN)
    )
    before, after = plain["applied"]["APPLIED_ON"], planted["applied"]["APPLIED_ON"]
    moved = before != after
    inside = np.array([day[:7] in {"2025-07", "2025-08", "2025-09"} for day in after])
    assert 0.1 < moved.mean() < 0.3
    assert inside[moved].all()
    elsewhere = set(people["SK_ID_CURR"][~moved & ~inside].tolist())
    defaults = [
        {
            reference
            for reference, flag in zip(
                drawn["outcomes"]["reference"].tolist(), drawn["outcomes"]["defaulted"], strict=True
            )
            if flag and reference in elsewhere
        }
        for drawn in (plain, planted)
    ]
    assert defaults[0] == defaults[1]
    assert len(elsewhere) > CLIENTS / 2


@pytest.mark.parametrize("month", ["2026-10", "2026-08", "2024-09", "October"])
def test_a_quarter_that_is_not_observed_is_wrong_usage(tmp_path, month):
    with pytest.raises(CommandError):
        call_command(
            "make_portfolio", tmp_path / "out", f"--bad-vintage={month}", clients=5, seed=1, verbosity=0
        )
    assert not (tmp_path / "out").exists()
