"""Breakdown of the portfolio: counts, rates, time and losses by group, shown and exported as stored."""

import csv
import math
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from statistics import median

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk.cases.open_loans import open_loans
from creditdesk.models import Case, Decision, MonthlyOutcome
from scoring.ml.metrics.expected_loss import losses
from tests.creditdesk.loss_tables import published_table
from tests.factories import assessed, decided
from tests.html import plain_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(case_of, person) -> list[Case]:
    """22 cases of the advisor and 3 of a colleague: accepted, overridden, referred, in default."""
    cases = [assessed(case_of("advisor" if i < 22 else "colleague")) for i in range(25)]
    for case in cases[:6]:
        decided(case, "accept")
    for case in cases[6:8]:
        decided(case, "refuse", override=True)
    assessed(cases[8], verdict="refer")
    Case.objects.filter(pk__in=[case.pk for case in cases[:8]]).update(
        submitted_at=timezone.now() - timedelta(days=3)
    )
    Case.objects.filter(pk=cases[0].pk).update(contract_type="Revolving loans")
    MonthlyOutcome.objects.create(
        case=cases[1],
        month=timezone.localdate().replace(day=1),
        days_past_due=95,
        balance=Decimal(2000),
        defaulted=True,
    )
    return cases


def exported(browser, **query: str) -> dict[str, dict[str, str]]:
    answer = browser.get(reverse("breakdown_export"), query)
    text = b"".join(answer.streaming_content).decode()
    return {row["group"]: row for row in csv.DictReader(text.splitlines())}


def test_each_figure_of_a_product_is_that_of_its_stored_cases(desk, person, client_as):
    table = published_table(person("manager"), person("admin"))
    rows = exported(client_as("manager"), by="product")
    stored = Case.objects.filter(contract_type="Cash loans")
    decisions = Decision.objects.filter(case__in=stored)
    accepted = decisions.filter(outcome="accept").count()
    cash = rows["Cash loan"]
    assert (cash["received"], cash["decided"], cash["accepted"]) == (str(stored.count()), "7", "5")
    assert float(cash["acceptance_rate"]) == accepted / decisions.count() == 5 / 7
    assert float(cash["override_rate"]) == 2 / 7
    assert float(cash["refer_rate"]) == 1 / 24
    waits = [(item.decided_at - item.case.submitted_at).total_seconds() / 86400 for item in decisions]
    assert float(cash["median_days_to_decision"]) == pytest.approx(median(waits), rel=1e-9)
    loans = open_loans(table)
    assert loans.keys.tolist() == [desk[0].pk, *(case.pk for case in desk[2:6])]
    assert float(cash["expected_loss"]) == pytest.approx(losses(loans.exposures)[1:].sum(), rel=1e-12)
    assert float(cash["realised_loss"]) == 0.45 * 2000
    assert float(rows["Revolving credit"]["realised_loss"]) == 0.0
    event = AuditEvent.objects.filter(action="export").latest("sequence")
    assert event.details == {"breakdown": "product", "days": 90}


@pytest.fixture
def of_the_manager(desk, case_of) -> list[Case]:
    """24 cases of a third person."""
    return [assessed(case_of("manager")) for _ in range(24)]


def test_who_has_fewer_than_twenty_cases_does_not_follow_from_the_total(of_the_manager, client_as):
    """Of 22, 3 and 24 cases the last are shown: the total by product leaves 25, not the colleague's 3."""
    manager = client_as("manager")
    assert list(exported(manager, by="advisor")) == ["manager"]
    page = manager.get(reverse("breakdown"), {"by": "advisor"}).content.decode()
    assert 'data-hidden="2"' in page
    assert "2 persons are left out" in plain_text(page)
    assert "colleague" not in page
    total = sum(int(row["received"]) for row in exported(manager, by="product").values())
    assert total - 24 == 25


def test_people_of_twenty_cases_or_more_are_all_shown(of_the_manager, client_as):
    Case.objects.filter(advisor__username="colleague").update(advisor=of_the_manager[0].advisor)
    manager = client_as("manager")
    rows = exported(manager, by="advisor")
    assert {name: row["received"] for name, row in rows.items()} == {"advisor": "22", "manager": "27"}
    assert "left out" not in manager.get(reverse("breakdown"), {"by": "advisor"}).content.decode()


def test_weeks_stand_in_their_order_and_add_up(desk, client_as):
    old = timezone.now() - timedelta(days=40)
    Case.objects.filter(pk__in=[case.pk for case in desk[:4]]).update(submitted_at=old)
    manager = client_as("manager")
    rows = exported(manager, by="week")
    assert sum(int(row["received"]) for row in rows.values()) == 25
    assert int(next(iter(rows.values()))["received"]) == 4
    assert sum(int(row["received"]) for row in exported(manager, by="week", days="30").values()) == 21


def test_each_chart_has_its_table(desk, person, client_as):
    published_table(person("manager"), person("admin"))
    page = client_as("manager").get(reverse("breakdown"), {"by": "nonsense"}).content.decode()
    for code in ("volume", "rates", "time", "losses"):
        figure = page.split(f'id="{code}"')[1].split("</figure>")[0]
        assert "<table" in figure
        assert "Cash loan" in figure


@pytest.mark.parametrize("page", ["breakdown", "portfolio", "portfolio_totals", "outcomes"])
def test_every_chart_has_its_table_and_the_same_numbers_as_csv(desk, person, client_as, page):
    published_table(person("manager"), person("admin"))
    manager = client_as("manager")
    charts = re.findall(r"<figure.*?</figure>", manager.get(reverse(page)).content.decode(), re.DOTALL)
    assert charts
    for chart in charts:
        code = re.findall(r'id="([\w-]+)"', chart)[0]
        link = re.findall(r'href="(\?[^"]*figure=[^"]*)"', chart)[0]
        answer = manager.get(reverse(page) + unescape(link))
        head, *rows = csv.reader(b"".join(answer.streaming_content).decode().splitlines())
        assert len(head) == chart.count('scope="col"')
        assert len(rows) == chart.count('scope="row"')
        stored = [cell for row in rows for cell in row[1:]]
        shown = re.findall(r'<td class="number" data-value="([^"]*)"', chart)
        assert list(map(number, stored)) == pytest.approx(list(map(number, shown)), nan_ok=True)
        event = AuditEvent.objects.filter(action="export").latest("sequence")
        assert event.details["figure"] == code


def number(text: str) -> float:
    return float(text) if text not in {"", "None"} else math.nan


def test_a_chart_is_exported_by_who_may_export_and_only_where_it_is(desk, client_as):
    page = reverse("breakdown")
    assert client_as("manager").get(page, {"figure": "nothing"}).status_code == 404
    assert client_as("auditor").get(page).status_code == 200
    assert client_as("auditor").get(page, {"figure": "volume"}).status_code == 403
    assert "figure=" not in client_as("auditor").get(page).content.decode()
    assert not AuditEvent.objects.filter(action="export").exists()
