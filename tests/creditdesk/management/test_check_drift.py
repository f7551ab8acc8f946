import json
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import AuditEvent
from creditdesk import services as desk
from scoring.models import Alert, DriftReport
from scoring.services.alerts import alert
from tests.drift_reports import drift_report
from tests.scoring.applications import application_folder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alerts_by_mail(settings, tmp_path) -> None:
    settings.DRIFT_REPORTS = tmp_path / "drift"
    settings.ALERT_EMAILS = ["risk@bank.example"]
    settings.ALERT_WEBHOOK = ""


@pytest.fixture
def folders(tmp_path):
    """Two draws of one population, and the second one with lower incomes."""
    for name, seed in (("spring", 1), ("autumn", 2)):
        application_folder(tmp_path / name, clients=900, unlabelled=0, seed=seed)
    lower_incomes(tmp_path / "autumn", tmp_path / "winter")
    return tmp_path


def lower_incomes(source, target) -> None:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(source / "application_train.parquet")
    column = table.schema.get_field_index("AMT_INCOME_TOTAL")
    poorer = pc.multiply(table["AMT_INCOME_TOTAL"], 0.7)
    target.mkdir()
    pq.write_table(table.set_column(column, "AMT_INCOME_TOTAL", poorer), target / "application_train.parquet")


def check(*arguments: object) -> None:
    call_command("check_drift", "--without-evidently", *map(str, arguments))


def test_two_draws_of_one_population_are_silent(folders, capsys):
    check("--reference", folders / "spring", "--current", folders / "autumn")
    assert "No drift" in capsys.readouterr().out
    assert DriftReport.objects.get().findings == []
    assert not mail.outbox


def test_lower_incomes_are_named_stored_and_alerted_in_one_run(folders):
    with pytest.raises(CommandError, match="AMT_INCOME_TOTAL"):
        check("--reference", folders / "spring", "--current", folders / "winter")
    report = DriftReport.objects.get()
    (column,) = [column for column in report.numbers["columns"] if column["name"] == "AMT_INCOME_TOTAL"]
    assert column["psi"] > 0.25
    assert Alert.objects.filter(report=report, limit="column_psi", delivered=True).exists()
    assert AuditEvent.objects.filter(action="drift_check").exists()


def test_recent_assessments_are_compared_with_the_models_own_reference(model_in_use, case_of, person):
    for number in range(30):
        application = {"AMT_INCOME_TOTAL": 90_000.0 + 1_000 * number}
        desk.assess(case=case_of("advisor", application=application), by=person("advisor"))
    with pytest.raises(CommandError, match="Drift"):
        check()
    report = DriftReport.objects.get()
    assert (report.source, report.model_version, report.current_rows) == ("desk", "tiny-1", 30)
    assert report.numbers["score"]["psi"] >= 0
    assert report.numbers["months"]


def test_too_few_assessments_are_refused_and_nothing_is_stored(model_in_use):
    with pytest.raises(CommandError, match="at least 30"):
        check()
    assert not DriftReport.objects.exists()


def test_without_a_model_recent_assessments_cannot_be_checked():
    with pytest.raises(CommandError, match="activated"):
        check()


def test_an_alert_has_value_limit_version_and_the_address_of_the_report(settings):
    settings.DESK_URL = "https://desk.bank.example/"
    report = drift_report(income=0.7)
    alert(report)
    (message,) = [message for message in mail.outbox if "column_psi" in message.subject]
    assert message.to == ["risk@bank.example"]
    assert f"https://desk.bank.example/drift/{report.pk}/" in message.body
    english, french = sorted(message.body.split("\n\n"), key=lambda text: "Dérive" in text)
    assert re.match(r"Drift, PSI of a column: \d\.\d{3}, above the limit of 0\.25\.", english)
    assert re.match(r"Dérive, PSI d’une colonne\s: \d,\d{3}, au-dessus de la limite de 0,25\.", french)
    assert "Monthly income (AMT_INCOME_TOTAL)" in message.body
    assert "Revenu mensuel (AMT_INCOME_TOTAL)" in message.body
    assert "AMT_INCOME_TOTAL" in message.body


def test_a_limit_is_alerted_once_within_its_cooldown(settings):
    alert(drift_report(income=0.7))
    messages = len(mail.outbox)
    assert alert(drift_report(income=0.7)) == []
    settings.ALERT_COOLDOWN_HOURS = 0
    alert(drift_report(income=0.7))
    assert len(mail.outbox) == 2 * messages


def test_a_failed_delivery_is_recorded_and_tried_again_next_time(settings):
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK = [], "http://127.0.0.1:9/nobody"
    first = alert(drift_report(income=0.7))
    assert all(not sent.delivered and sent.ways[0]["error"] for sent in first)
    assert len(alert(drift_report(income=0.7))) == len(first)


def test_a_webhook_receives_the_alert_as_json(settings):
    received: list[dict[str, Any]] = []
    server = HTTPServer(("127.0.0.1", 0), listener(received))
    Thread(target=server.handle_request, daemon=True).start()
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK = [], f"http://127.0.0.1:{server.server_port}/hook"
    alert(drift_report(income=0.7))
    server.server_close()
    assert (received[0]["limit"], received[0]["columns"]) == ("column_psi", ["AMT_INCOME_TOTAL"])


def listener(received: list[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    return Listener
