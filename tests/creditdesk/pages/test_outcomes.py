"""Outcomes page: its figures are those of the stored months; with too few loans it says so."""

import re
from datetime import UTC, date, datetime

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from creditdesk.models import Case, Decision, MonthlyOutcome
from creditdesk.pages.outcomes.loans import ObservedLoans, buckets_month_by_month, roll_counts_on_file
from creditdesk.pages.outcomes.page import OutcomesPage
from creditdesk.pages.outcomes.performance import MIN_OVERRIDES
from tests.creditdesk.observed_loans import loan
from tests.factories import assessed, decided, newer_assessment
from tests.html import plain_text
from tests.triggers import triggers_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio():
    """120 loans of January 2024, every seventh a default in its fifth month."""
    rng = np.random.default_rng(3)
    probabilities = rng.uniform(0.01, 0.2, 120)
    for number, probability in enumerate(probabilities):
        loan(number, float(probability), bad_at=5 if number % 7 == 0 else None)
    return probabilities, np.arange(120) % 7 == 0


def test_realised_figures_are_those_of_scikit_learn_on_the_stored_months(portfolio):
    probabilities, bad = portfolio
    page = OutcomesPage(ObservedLoans.on_file())
    (version,) = page.versions
    assert version.metrics
    auc = roc_auc_score(bad, probabilities)
    assert version.metrics["auc"].value == pytest.approx(auc, abs=1e-12)
    assert version.metrics["gini"].value == pytest.approx(2 * auc - 1, abs=1e-12)
    refused = probabilities >= 0.09
    cost = (10 * (bad & ~refused).sum() + (~bad & refused).sum()) / 120
    assert version.metrics["cost"].value == pytest.approx(cost, abs=1e-12)
    assert (version.loans, version.defaults) == (120, int(bad.sum()))
    assert version.expected == pytest.approx(probabilities.mean())
    assert version.observed.low < bad.mean() < version.observed.high


def test_a_loan_counts_only_once_its_vintage_is_old_enough():
    loan(1, 0.05, months=13)
    loan(2, 0.05, months=4, bad_at=2, applied=9)
    loan(3, 0.05, months=5)
    loans = ObservedLoans.on_file()
    assert loans.is_mature.tolist() == [True, False, True]
    assert loans.lost_from_view == 1


def test_a_repaid_loan_is_not_lost_from_view():
    loan(1, 0.05, months=13)
    case = loan(2, 0.05, months=5)
    MonthlyOutcome.objects.create(
        case=case, month=date(2024, 6, 1), days_past_due=0, balance=0, defaulted=False
    )
    assert ObservedLoans.on_file().lost_from_view == 0


def test_the_assessment_that_was_decided_on_counts_not_a_later_one():
    case = decided(loan(1, 0.05))
    assessed(case, 0.5, "refuse")
    assert ObservedLoans.on_file().probability.tolist() == [0.05]


def test_overrides_are_measured_and_hidden_under_twenty():
    for number in range(MIN_OVERRIDES):
        decided(loan(number, 0.12, bad_at=3 if number == 0 else None), override=True)
    (everything, income) = OutcomesPage(ObservedLoans.on_file()).overrides
    assert (everything.reason_code, income.reason_code) == ("", "income")
    assert everything.defaults == 1
    assert everything.saved
    # 19 good payers that the model would have lost, one default that it would have avoided.
    assert everything.saved.value == pytest.approx((19 * 1 - 10) / 20)
    assert everything.saved.low < everything.saved.value < everything.saved.high


def test_too_few_overrides_say_nothing(client_as):
    for number in range(MIN_OVERRIDES - 1):
        decided(loan(number, 0.12), override=True)
    (everything, _) = OutcomesPage(ObservedLoans.on_file()).overrides
    assert (everything.cases, everything.defaults, everything.saved) == (MIN_OVERRIDES - 1, None, None)
    page = client_as("manager").get("/outcomes/", headers={"Accept-Language": "en"}).content.decode()
    assert "too few to say" in plain_text(page)


def test_a_hidden_reason_does_not_follow_from_the_total_and_the_others():
    """Of 8 + 20 + 25 overrides the page shows the total and the 25: what is left are 28."""
    sizes = {"data": 8, "guarantee": 20, "history": 25}
    for number, reason in enumerate(reason for reason, size in sizes.items() for _ in range(size)):
        decided(loan(number, 0.12, bad_at=3 if number % 4 == 0 else None), override=True)
        with triggers_off():
            Decision.objects.filter(case__reference=f"8{number:05}").update(reason_code=reason)
    rows = {row.reason_code: row for row in OutcomesPage(ObservedLoans.on_file()).overrides}
    assert {reason: row.cases for reason, row in rows.items()} == {"": 53, **sizes}
    shown = {reason for reason, row in rows.items() if row.saved and row.defaults is not None}
    assert shown == {"", "history"}


def test_the_cost_of_a_version_follows_the_threshold_of_each_assessment():
    """Refused from 9 % on, and after a change of the policy from 20 % on: the second kind is accepted."""
    for number in range(40):
        case = loan(number, 0.12, bad_at=5 if number % 10 == 0 else None)
        if number >= 20:
            assert case.latest_assessment
            newer_assessment(case.latest_assessment, threshold=0.2, verdict="accept")
    (version,) = OutcomesPage(ObservedLoans.on_file()).versions
    assert version.metrics
    # 18 good payers refused, 2 defaults accepted.
    assert version.metrics["cost"].value == pytest.approx((18 + 2 * 10) / 40, abs=1e-12)
    assert version.promised_cost == pytest.approx((20 * 0.88 + 20 * 0.12 * 10) / 40, abs=1e-12)


def test_a_version_with_one_default_has_its_figures(client_as):
    for number in range(30):
        loan(number, 0.02 + number / 500, bad_at=5 if number == 29 else None)
    page = client_as("manager").get("/outcomes/")
    assert page.status_code == 200
    (version,) = page.context["page"].versions
    assert version.defaults == 1
    assert version.metrics
    assert version.metrics["auc"].value == 1.0
    assert 0 <= version.metrics["ks"].low <= version.metrics["ks"].high <= 1


def test_loans_that_were_never_assessed_or_applied_for_again_break_no_page(client_as):
    """Imported with their months, and a day of application that a later import moved beyond a default."""
    for number in range(30):
        for applied in (0, 1):
            case = loan(100 * applied + number, 0.05, months=9, bad_at=2, applied=applied)
            Case.objects.filter(pk=case.pk).update(latest_assessment=None)
    Case.objects.filter(reference="800000").update(submitted_at=datetime(2024, 8, 1, 9, tzinfo=UTC))
    loans = ObservedLoans.on_file()
    assert (len(loans), loans.default_age.min()) == (60, 0)
    assert OutcomesPage(loans).vintages == []
    page = client_as("manager").get("/outcomes/", headers={"Accept-Language": "en"}).content.decode()
    assert 'data-loans="60"' in page
    assert "nan" not in plain_text(page)


def test_months_that_follow_each_other_are_paired_and_gaps_are_not():
    loan(1, 0.05, months=3, bad_at=2)
    case = loan(2, 0.05, months=1)
    MonthlyOutcome.objects.create(
        case=case, month=date(2024, 4, 1), days_past_due=40, balance=1, defaulted=False
    )
    before, after = buckets_month_by_month()
    assert sorted(zip(before.tolist(), after.tolist(), strict=True)) == [(0, 0), (0, 4)]


def test_kept_roll_counts_give_way_to_newly_imported_months():
    loan(1, 0.05, months=3)
    assert roll_counts_on_file()[0].tolist() == [2, 0, 0, 0, 0]
    loan(2, 0.05, months=2, bad_at=1)
    assert roll_counts_on_file()[0].tolist() == [2, 0, 0, 0, 1]


def test_the_page_of_a_portfolio_has_its_figures_and_names_no_case(portfolio, client_as):
    page = client_as("analyst").get("/outcomes/", headers={"Accept-Language": "en"}).content.decode()
    assert 'data-mature="120"' in page
    assert 'data-defaults="18"' in page
    assert 'data-unusual="0"' in page
    assert {"calibration", "vintages", "rolls"} <= {
        code for code in ("calibration", "vintages", "rolls") if f'id="{code}"' in page
    }
    assert "800001" not in page
    # The tables write a position as the axis does: a month is a whole number, a probability a percentage.
    assert '<th scope="row" data-value="1.0">1</th>' in page
    promised = re.findall(r'<th scope="row" data-value="0\.[0-9]{2,}">([^<]+)</th>', page)
    assert len(promised) == 10
    assert all(text.endswith("%") for text in promised)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_outcomes_the_page_says_what_to_import(client_as, language):
    page = client_as("manager").get("/outcomes/", headers={"Accept-Language": language}).content.decode()
    assert "manage.py import_outcomes" in page
    assert "reference,month,days_past_due,balance,defaulted" in page
