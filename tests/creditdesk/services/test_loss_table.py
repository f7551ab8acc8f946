"""Loss tables: two people, constraints, triggers; the loss of open loans, on the page and exported."""

import csv
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from creditriskengine.ecl.ifrs9.ecl_calc import ecl_12_month
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.open_loans import open_loans
from creditdesk.models import Case, MonthlyOutcome
from creditdesk.services import ActRefused
from scoring.ml.metrics.expected_loss import losses
from scoring.models import LossTable, loss_table_in_force
from tests.creditdesk.loss_tables import WHY, YES, loss_terms, proposed_table, published_table
from tests.factories import assessed, decided
from tests.html import Elements, plain_text

pytestmark = pytest.mark.django_db


def test_two_people_put_a_loss_table_in_force_and_the_log_seals_it(person):
    table = proposed_table(person("manager"))
    assert loss_table_in_force() is None
    with pytest.raises(ActRefused, match="another person"):
        services.publish_loss_table(table=table, reason=YES, by=person("manager"))
    services.publish_loss_table(table=table, reason=YES, by=person("admin"))
    stored = LossTable.objects.get()
    assert (stored.version, stored.status, stored.answered_by) == (1, "published", person("admin"))
    event = AuditEvent.objects.get(action="loss_published")
    assert (event.actor, event.target, event.details["lgd_cash"]) == ("admin", "loss table 1", 0.45)


def test_a_proposal_sent_twice_is_one_and_another_is_another(person):
    first = proposed_table(person("manager"))
    assert proposed_table(person("manager")) == first
    assert proposed_table(person("manager"), lgd_cash=0.5) != first
    assert LossTable.objects.count() == 2


@pytest.mark.parametrize("name", ["advisor", "analyst", "auditor", "admin"])
def test_managers_alone_propose(person, name):
    with pytest.raises(PermissionDenied):
        proposed_table(person(name))


def test_a_proposal_that_was_overtaken_is_refused(person):
    outdated = proposed_table(person("manager"), lgd_cash=0.5)
    published_table(person("manager"), person("admin"))
    with pytest.raises(ActRefused, match="meanwhile"):
        services.publish_loss_table(table=outdated, reason=YES, by=person("admin"))
    assert LossTable.objects.get(version=1).lgd_cash == 0.45


def test_a_rejected_or_withdrawn_proposal_stays_on_record(person):
    services.reject_loss_table(table=proposed_table(person("manager")), reason=YES, by=person("admin"))
    services.withdraw_loss_table(table=proposed_table(person("manager")), by=person("manager"))
    assert sorted(LossTable.objects.values_list("status", flat=True)) == ["rejected", "withdrawn"]
    with pytest.raises(ActRefused, match="already"):
        services.withdraw_loss_table(table=LossTable.objects.earliest("pk"), by=person("manager"))


SENSELESS = [
    {"lgd_cash": 1.2},
    {"ead_revolving": -0.1},
    {"favourable_shift": 0.1},
    {"adverse_shift": -0.1},
    {"adverse_lgd_factor": 0.9},
    {"favourable_weight": 0.8, "adverse_weight": 0.3},
]


@pytest.mark.parametrize("changes", SENSELESS)
def test_senseless_terms_are_refused_by_the_service_and_by_the_database(person, changes):
    with pytest.raises(ActRefused):
        proposed_table(person("manager"), **changes)
    terms = {name: getattr(loss_terms(**changes), name) for name in loss_terms().__dataclass_fields__}
    with pytest.raises(IntegrityError), transaction.atomic():
        LossTable.objects.create(**terms, reason=WHY, proposed_by=person("manager"))


@pytest.mark.parametrize("statement", ["SET lgd_cash = 0.1", "SET version = 7", "SET answer_reason = 'x'"])
def test_the_database_lets_nobody_change_a_published_table(person, statement):
    published_table(person("manager"), person("admin"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE scoring_losstable {statement}")


@pytest.fixture
def loans(case_of, person, model_in_use) -> dict[str, Case]:
    """Accepted loans: one without a balance on file, one with, one repaid, one in default; one refused."""
    names = ("new", "running", "repaid", "defaulted", "refused")
    cases = {name: assessed(case_of("advisor")) for name in names}
    for name, case in cases.items():
        decided(case, "refuse" if name == "refused" else "accept")
    for name, balance in {"running": 1000, "repaid": 0, "defaulted": 700}.items():
        for month, owed in ((1, balance + 50), (2, balance)):
            MonthlyOutcome.objects.create(
                case=cases[name],
                month=date(2026, month, 1),
                days_past_due=0,
                balance=Decimal(owed),
                defaulted=name == "defaulted" and month == 2,
            )
    return cases


def expected_loss(cases: list[tuple[Case, float]], lgd: float) -> float:
    """By the other library, from what is stored: the probability of the newest assessment."""
    stored = [(Case.objects.get(pk=case.pk).latest_assessment, owed) for case, owed in cases]
    return sum(ecl_12_month(made.probability or 0.0, lgd, owed) for made, owed in stored if made)


def test_open_loans_are_those_accepted_neither_repaid_nor_in_default(loans, person):
    table = published_table(person("manager"), person("admin"))
    loaded = open_loans(table)
    assert loaded.keys.tolist() == [loans["new"].pk, loans["running"].pk]
    owed = [(loans["new"], 0.9 * float(loans["new"].amount_credit)), (loans["running"], 1000.0)]
    assert loaded.exposures.ead == pytest.approx([amount for _, amount in owed], rel=1e-12)
    assert losses(loaded.exposures).sum() == pytest.approx(expected_loss(owed, 0.45), rel=1e-12)


def test_the_page_shows_the_losses_and_the_export_gives_them_again(loans, person, client_as):
    table = published_table(person("manager"), person("admin"))
    owed = [(loans["new"], 0.9 * float(loans["new"].amount_credit)), (loans["running"], 1000.0)]
    manager = client_as("manager")
    html = manager.get(reverse("expected_loss")).content.decode()
    page = Elements(html)
    (figures,) = page.having("data-expected-loss")
    assert float(figures["data-expected-loss"]) == pytest.approx(expected_loss(owed, 0.45), rel=1e-12)
    assert "no accounting figure" in plain_text(html)
    scenarios = {row["data-scenario"]: float(row["data-loss"]) for row in page.having("data-scenario")}
    export = b"".join(manager.get(reverse("expected_loss_export")).streaming_content).decode()
    rows = list(csv.DictReader(export.splitlines()))
    assert len(rows) == 2
    for scenario in table.scenarios:
        exported = [float(row[f"loss_{scenario.code}"]) for row in rows]
        assert sum(exported) == pytest.approx(scenarios[scenario.code], rel=1e-12)
    again = np.array([[float(row[name]) for name in ("probability", "lgd", "ead")] for row in rows])
    assert again.prod(axis=1).sum() == pytest.approx(scenarios["as_assessed"], rel=1e-12)
    assert "data-reverse-stress" in html
    event = AuditEvent.objects.filter(action="export").latest("sequence")
    assert event.details == {"expected_loss": True, "cases": 2}


def test_two_people_publish_a_table_through_the_page(client_as, person, model_in_use):
    manager, admin = client_as("manager"), client_as("admin")
    typed = {
        "lgd_cash": "40",
        "ead_cash": "95",
        "lgd_revolving": "70",
        "ead_revolving": "55",
        "favourable_shift": "-0.25",
        "favourable_weight": "20",
        "adverse_shift": "0.75",
        "adverse_lgd_factor": "1.25",
        "adverse_weight": "30",
        "loss_limit": "15",
        "reason": WHY,
        "based_on": "",
    }
    wrong = manager.post(reverse("loss_table_propose"), {**typed, "lgd_cash": "140"})
    assert (wrong.status_code, LossTable.objects.count()) == (422, 0)
    assert manager.post(reverse("loss_table_propose"), typed).status_code == 302
    table = LossTable.objects.get()
    assert (table.lgd_cash, table.ead_revolving, table.adverse_shift) == (0.4, 0.55, 0.75)
    address = reverse("loss_table_answer", args=[table.pk])
    assert manager.post(address, {"answer": "publish", "reason": YES}).status_code == 409
    assert admin.post(address, {"answer": "publish", "reason": YES}).status_code == 302
    assert LossTable.objects.get(version=1).answered_by == person("admin")
    page = admin.get(reverse("expected_loss")).content.decode()
    assert 'data-loss-table="1"' in page
    assert "data-expected-loss" not in page
    # Who compared with no table is refused once: the page shows table 1, and what it offers is sent.
    outdated = manager.post(reverse("loss_table_propose"), {**typed, "lgd_cash": "41"})
    assert outdated.status_code == 409
    shown = {field.name: field.value() for field in outdated.context["page"].proposal}
    assert manager.post(reverse("loss_table_propose"), shown).status_code == 302
    assert LossTable.objects.latest("pk").based_on == LossTable.objects.get(version=1)


def test_a_case_shows_its_expected_loss_to_who_steers_the_portfolio(case_of, person, client_as, model_in_use):
    case = case_of("advisor")
    services.assess(case=case, by=person("advisor"))
    address = case.get_absolute_url()
    assert "data-case-loss" not in client_as("manager").get(address).content.decode()
    published_table(person("manager"), person("admin"))
    (shown,) = Elements(client_as("manager").get(address).content.decode()).having("data-case-loss")
    owed = 0.9 * float(case.amount_credit)
    assert float(shown["data-case-loss"]) == pytest.approx(expected_loss([(case, owed)], 0.45), rel=1e-12)
    assert "data-case-loss" not in client_as("advisor").get(address).content.decode()
