"""A demo of ninety clients: the command, its past, and what stands for Evidently."""

from datetime import date
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from creditdesk.models import Case
from scoring.ml.monitoring import evidently_report

WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
# The last ones are of the past.
CLIENTS, PAST = 90, 30


def demo() -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("demo", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def fake_evidently(*_sides: object, **_options: object) -> evidently_report.EvidentlyReport:
    return evidently_report.EvidentlyReport({"columns": {}, "drifted": 0, "share": 0.0}, "<p>Evidently</p>")


def past_cases():
    references = [str(n) for n in range(CLIENTS - PAST + 1, CLIENTS + 1)]
    return Case.objects.filter(reference__in=references)


def write_past(folder: Path, today: date) -> None:
    """Application days of all, months of repayment of those who applied 3 to 18 months ago."""
    applied, outcomes = ["SK_ID_CURR,APPLIED_ON"], ["reference,month,days_past_due,balance,defaulted"]
    for n in range(1, CLIENTS + 1):
        age = 3 + n % 16 if n > CLIENTS - PAST else 0
        months = [months_ago(today, age - month) for month in range(age)]
        applied.append(f"{n},{months[0] if months else today}")
        outcomes += [f"{n},{month:%Y-%m},{days_late(n, month)},1000,0" for month in months[1:]]
    (folder / "applied.csv").write_text("\n".join(applied))
    (folder / "outcomes.csv").write_text("\n".join(outcomes))


def months_ago(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, 1)


def days_late(n: int, month: date) -> int:
    return 10 if (n + month.month) % 7 == 0 else 0
