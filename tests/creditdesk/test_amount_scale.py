"""AMOUNT_SCALE: people read and enter scaled amounts, tables and model keep their own."""

import csv
import io

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from creditdesk import reasons
from creditdesk.forms.fields import NumberField
from creditdesk.forms.policy import TermsForm
from creditdesk.forms.simulation import SimulationForm
from creditdesk.models import Assessment, Case, Draft
from creditdesk.services.prediction import predict
from scoring import engine
from scoring.ml.tables.catalogue import column
from scoring.presentation import formatting
from tests.creditdesk.loss_tables import published_table
from tests.creditdesk.policies import published
from tests.factories import APPLICATION, assessed, decided, typed_answers
from tests.html import HTMX, Elements

SCALE = 0.02


@pytest.fixture
def scaled(settings):
    settings.AMOUNT_SCALE = SCALE


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def test_an_amount_is_shown_scaled_and_a_sentence_rounds_what_is_shown(scaled):
    assert formatting.money(513_531.0) == "€10,271"
    assert formatting.rounded_money(513_531.0) == "€10,300"
    with override("fr"):
        assert formatting.money(24_903.0) == "498\N{NO-BREAK SPACE}€"


@given(st.integers(0, 10**9))
def test_what_was_shown_to_the_cent_comes_back_exactly(half_units):
    stored = half_units / 2
    django_settings.AMOUNT_SCALE, default = SCALE, django_settings.AMOUNT_SCALE
    try:
        assert formatting.stored_amount(round(formatting.shown_amount(stored), 2)) == stored
    finally:
        django_settings.AMOUNT_SCALE = default


def test_a_case_entered_in_scaled_amounts_is_stored_in_those_of_the_tables(scaled, advisor, model_in_use):
    typed = {"AMT_CREDIT": "12000", "AMT_ANNUITY": "450", "AMT_INCOME_TOTAL": "2600"}
    advisor.post("/cases/new/", typed_answers(APPLICATION, **typed))
    case = Case.objects.get()
    record = case.profile.application
    assert [record[name] for name in typed] == [600_000.0, 22_500.0, 130_000.0]
    assert float(case.amount_credit) == 600_000.0
    assert "€12,000" in advisor.get(case.get_absolute_url()).content.decode()
    assert (
        Assessment.objects.get().probability
        == predict(engine.current(), case.profile.record, None).probability
    )


@pytest.mark.parametrize(("scale", "message"), [(SCALE, "more than zero"), (1, "at least €0.01")])
def test_an_amount_of_nothing_is_refused_with_a_bound_that_people_can_type(settings, scale, message):
    settings.AMOUNT_SCALE = scale
    field = NumberField(column("application", "AMT_CREDIT"))
    with override("en"), pytest.raises(ValidationError, match=message):
        field.clean("0")


def test_a_client_file_in_amounts_of_the_tables_fills_the_form_in_those_that_people_read(scaled, advisor):
    file = SimpleUploadedFile("client.csv", b"NAME,AMT_CREDIT,AMT_ANNUITY\nZoe,600000,22500\n")
    advisor.post("/cases/new/file/", {"file": file})
    answers = Draft.objects.get().answers
    assert (answers["AMT_CREDIT"], answers["AMT_ANNUITY"]) == ("12000", "450")


def test_a_simulation_shows_and_reads_scaled_amounts(scaled, advisor, case_of, model_in_use):
    case = case_of("advisor")
    credit = case.profile.record["AMT_CREDIT"]
    fields = SimulationForm(None, case.profile.record).fields
    assert (fields["AMT_CREDIT"].label, fields["DURATION"].label) == ("Credit (€)", "Duration (months)")
    shown = fields["AMT_CREDIT"].initial
    assert shown == formatting.number(credit * SCALE, 0 if credit * SCALE % 1 == 0 else 2)
    changes: list[tuple[dict[str, str], dict[str, float]]] = [
        ({"AMT_CREDIT": shown}, {}),
        ({"AMT_INCOME_TOTAL": "5,000"}, {"AMT_INCOME_TOTAL": 250_000.0}),
    ]
    for typed, changed in changes:
        answer = advisor.post(reverse("case_simulate", args=[case.reference]), typed, headers=HTMX)
        (element,) = Elements(answer.content.decode()).having("data-simulation")
        expected = predict(engine.current(), {**case.profile.record, **changed}, None).probability
        assert float(element["data-simulated-probability"]) == expected


def test_the_list_is_filtered_and_exported_in_scaled_amounts(scaled, case_of, client_as):
    for credit in (400_000, 600_000):
        case_of("advisor", amount_credit=credit, amount_annuity=24_903)
    manager = client_as("manager")
    listed = manager.get("/cases/?queue=all&credit_min=10000").content.decode()
    assert "€12,000" in listed
    assert "€8,000" not in listed
    text = manager.get("/cases/export.csv").getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["amount_credit"] for row in rows) == ["12000.00", "8000.00"]
    assert {row["amount_annuity"] for row in rows} == {"498.06"}


def test_the_limit_of_a_policy_is_entered_as_it_is_shown(scaled):
    form = TermsForm({"second_person_above": "12,500"}, model=None, policy=None)
    assert form.initial["second_person_above"] == "10,000"
    assert str(form.fields["second_person_above"].label).endswith("(€)")
    assert form.is_valid(), form.errors
    assert form.terms().second_person_above == 625_000


def test_exported_losses_are_in_the_amounts_of_the_page(scaled, case_of, client_as, person):
    published_table(person("manager"), person("admin"))
    published(person("manager"), person("admin"))
    decided(assessed(case_of("advisor", amount_credit=500_000), 0.04))
    manager = client_as("manager")
    # 4 % of 45 % of €10,000, of which 90 % are owed by the loss table.
    for address, cell, page, euros in (
        ("/portfolio/loss.csv", "loss_as_assessed", "/portfolio/loss/", 162.0),
        ("/portfolio/breakdown.csv", "expected_loss", "/portfolio/loss/", 162.0),
        ("/policy/desk.csv", "expected_loss", "/policy/desk/", 180.0),
    ):
        text = b"".join(manager.get(address)).decode()
        exported = sum(float(row[cell]) for row in csv.DictReader(io.StringIO(text)))
        assert exported == pytest.approx(euros, rel=1e-12), address
        html = manager.get(page).content.decode()
        assert f"€{euros:.0f}" in html
        shown = [float(row["data-loss"]) for row in Elements(html).having("data-loss")]
        assert any(loss == pytest.approx(euros, rel=1e-12) for loss in shown), page


def test_reasons_worded_at_another_scale_have_another_version(settings):
    default = reasons.dictionary_version()
    settings.AMOUNT_SCALE = SCALE
    assert reasons.dictionary_version() != default
    assert reasons.edition_of(reasons.dictionary_version()) == reasons.edition_of(default)
