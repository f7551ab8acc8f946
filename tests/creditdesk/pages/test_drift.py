"""Drift page: its newest report, its charts, and Evidently's page in a sandbox."""

import re
from dataclasses import fields
from typing import Any

import pytest
from django.utils import translation

from creditdesk.pages.drift import LIMIT_LABELS, DriftPage, level_of
from creditdesk.pages.drift_bins import bin_in_words
from scoring.ml.monitoring.conclusion import Limits, findings
from scoring.models import DriftReport
from tests.drift_reports import drift_report
from tests.html import plain_text

pytestmark = pytest.mark.django_db

HTML = "<html><script>document.title = 'evidently'</script></html>"


@pytest.fixture
def report(model_in_use, settings, tmp_path) -> DriftReport:
    settings.DRIFT_REPORTS = tmp_path
    return drift_report(income=0.7, page=HTML)


def test_the_newest_report_is_shown_with_the_psi_of_each_column(report, client_as):
    page = client_as("analyst").get("/drift/").content.decode()
    column = report.numbers["columns"][0]
    assert 'data-drifted="true"' in page
    assert f'data-column="AMT_INCOME_TOTAL" data-psi="{column["psi"]}"' in page
    assert page.index('id="conclusion"') < page.index('id="columns"')
    performance = client_as("analyst").get(f"/drift/{report.pk}/performance/").content.decode()
    assert "Nov. 2026" in performance
    assert performance.index('id="conclusion"') < performance.index('id="performance"')


def test_each_page_of_a_report_leads_to_the_next_and_to_every_report(report, client_as):
    drift_report()
    browser = client_as("analyst")
    for address in ("", "performance/", "reports/"):
        page = browser.get(f"/drift/{report.pk}/{address}").content.decode()
        assert f'href="/drift/{report.pk}/{address}" aria-current="page"' in page
    listed = re.findall(r'href="/drift/(\d+)/"', page[page.index('id="reports"') :])
    assert set(map(int, listed)) == set(DriftReport.objects.values_list("pk", flat=True))


def test_every_chart_has_its_figures_as_a_table(report, client_as):
    page = client_as("analyst").get("/drift/").content.decode()
    charts = 1 + len([column for column in report.numbers["columns"] if "labels" in column])
    assert page.count("<canvas data-pair") == charts
    assert page.count("The figures as a table") == charts


def test_the_page_opens_on_what_moved_or_on_the_few_columns_that_moved_most(report):
    stable = {**report.numbers["columns"][0], "psi": 0.01, "chance": 0.05}
    moved = {**stable, "psi": 0.4}
    shown = {}
    for count in (0, 8, 40):
        report.numbers["columns"] = [moved] * count + [stable] * (60 - count)
        page = DriftPage(report)
        shown[count] = (len(page.moved_most), len(page.other_columns))
    assert shown == {0: (5, 20), 8: (8, 17), 40: (25, 0)}


def test_without_a_report_the_page_names_the_command(client_as):
    assert "manage.py check_drift" in client_as("analyst").get("/drift/").content.decode()


def test_an_earlier_report_keeps_its_address(report, client_as):
    later = drift_report()
    browser = client_as("auditor")
    assert 'data-drifted="false"' in browser.get("/drift/").content.decode()
    assert 'data-drifted="true"' in browser.get(f"/drift/{report.pk}/").content.decode()
    assert browser.get(f"/drift/{later.pk + 1}/").status_code == 404


def test_evidentlys_page_is_sandboxed(report, client_as):
    answer = client_as("analyst").get(f"/drift/{report.pk}/evidently/")
    policy = answer["Content-Security-Policy"]
    assert answer.content.decode() == HTML
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "frame-ancestors 'self'" in policy


def test_no_other_page_may_be_framed_or_run_inline_scripts(report, client_as):
    browser = client_as("analyst")
    policies = {
        path: browser.get(path)["Content-Security-Policy"]
        for path in ("/drift/", f"/drift/{report.pk}/reports/")
    }
    for path, policy in policies.items():
        assert "unsafe" not in policy
        assert ("frame-src 'self'" in policy) == path.endswith("reports/")
        assert "frame-ancestors 'none'" in policy


def test_a_page_that_was_altered_is_not_served(report, client_as, tmp_path):
    (tmp_path / report.page).write_text(HTML.replace("title", "cookie"))
    answer = client_as("analyst").get(f"/drift/{report.pk}/evidently/")
    assert answer.status_code == 404
    assert "cookie" not in answer.content.decode()


@pytest.mark.parametrize(
    ("psi", "chance", "level"),
    [
        (0.05, 0.0, "stable"),
        (0.2, 0.3, "chance"),
        (0.3, 0.4, "chance"),
        (0.2, 0.1, "moderate"),
        (0.3, 0.1, "shifted"),
    ],
)
def test_a_psi_that_chance_explains_is_no_shift(psi, chance, level):
    assert level_of(psi, chance) == level


@pytest.mark.parametrize(("chance", "share"), [(0.5, None), (0.05, "50%")])
def test_what_evidently_finds_and_chance_explains_is_no_finding(report, chance, share):
    moved, stable = report.numbers["columns"][0], {**report.numbers["columns"][1], "psi": 0.02}
    by_name = {
        column["name"]: {"value": 0.2, "threshold": 0.16, "drifted": True} for column in (moved, stable)
    }
    numbers: Any = {
        **report.numbers,
        "columns": [{**moved, "psi": 0.3, "chance": chance}, stable],
        "evidently": {"columns": by_name, "drifted": 2, "share": 1.0},
    }
    report.numbers = numbers
    report.findings = [finding.stored() for finding in findings(numbers, Limits(column_psi=1.0))]
    page = DriftPage(report)
    sentences = [(finding.value, finding.threshold, finding.basis) for finding in page.findings]
    basis = "of 2 columns that Evidently measures, by PSI and by its distance"
    assert sentences == ([(share, "5%", basis)] if share else [])
    assert len(page.moved) == len(sentences)


def test_the_page_opens_on_how_many_limits_were_passed(report, client_as):
    passed = {finding["limit"] for finding in report.findings}
    page = client_as("analyst").get("/drift/").content.decode()
    assert f"{len(passed)} of 7 limits passed" in page
    assert "0 of 7 limits passed" in client_as("analyst").get(f"/drift/{drift_report().pk}/").content.decode()


@pytest.mark.parametrize(
    ("name", "label", "french"),
    [
        ("AMT_INCOME_TOTAL", "4.475e+04 – 7.726e+04", "44 750 € – 77 260 €"),
        ("DAYS_BIRTH", "≥ -649", "≥ −649"),
        ("", "< 0.01387", "< 1,4 %"),
        ("NAME_CONTRACT_TYPE", "Cash loans", "Prêt personnel"),
        ("OCCUPATION_TYPE", "missing", "manquant"),
        ("OCCUPATION_TYPE", "other", "autre"),
    ],
)
def test_a_bin_is_written_as_the_reader_writes_it(name, label, french):
    with translation.override("fr"):
        text = bin_in_words(name, label)
    assert re.sub(r"[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", text) == french


def test_no_power_of_ten_and_no_column_name_is_shown(report, client_as):
    page = client_as("analyst").get("/drift/", headers={"Accept-Language": "fr"}).content.decode()
    visible = plain_text(re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
    assert "e+0" not in page
    assert re.findall(r"\b(?:AMT|DAYS|NAME|FLAG|EXT|BURO|PREV|INST)_\w+", visible) == []


def test_every_limit_has_a_label_on_the_page():
    assert list(LIMIT_LABELS) == [field.name for field in fields(Limits)]
