"""Import of repayment outcomes: the same file twice, wrong lines with their reason, never half a file."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk.models import MonthlyOutcome
from tests.factories import CaseFactory, assessed, decided
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db

HEADER = "reference,month,days_past_due,balance,defaulted"


@pytest.fixture
def loan():
    return CaseFactory(reference="700001", submitted_at=datetime(2025, 3, 17, 9, tzinfo=UTC))


@pytest.fixture
def load(tmp_path, capsys):
    """Import these lines by the command; gives back what it printed and the rejects file."""

    def run(*lines: str, header: str = HEADER) -> tuple[str, str]:
        (tmp_path / "outcomes.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        call_command("import_outcomes", tmp_path / "outcomes.csv", "--rejects", str(tmp_path / "rejects.csv"))
        return capsys.readouterr().out, (tmp_path / "rejects.csv").read_text() if (
            tmp_path / "rejects.csv"
        ).exists() else ""

    return run


def test_a_month_is_stored_as_it_was_reported_and_the_import_is_in_the_log(loan, load):
    out, _ = load("700001,2025-04,35,1200.50,0")
    stored = MonthlyOutcome.objects.get()
    assert (stored.case, stored.month, stored.days_past_due) == (loan, date(2025, 4, 1), 35)
    assert (stored.balance, stored.defaulted) == (Decimal("1200.50"), False)
    assert "1 months added" in out
    event = AuditEvent.objects.get(action="outcomes_imported")
    assert {"added": 1, "unchanged": 0, "rejected": 0}.items() <= event.details.items()
    assert "700001" not in str(event.details)


def test_the_same_file_again_changes_nothing(loan, load):
    lines = ["700001,2025-04,0,1200,0", "700001,2025-05,0,1100.00,0", "700001,2025-04,0,1200.00,0"]
    load(*lines)
    before = list(MonthlyOutcome.objects.values_list("pk", "imported_at"))
    out, _ = load(*lines)
    assert list(MonthlyOutcome.objects.values_list("pk", "imported_at")) == before
    assert len(before) == 2
    assert "0 months added, 3 on file already" in out


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("999999,2025-04,0,1,0", "is no case of this desk"),
        ("700001,2025-02,0,1,0", "before the application of 2025-03"),
        ("700001,2999-01,0,1,0", "is in the future"),
        ("700001,2025-13,0,1,0", "not of the form"),
        ("700001,April,0,1,0", "not of the form"),
        ("700001,2025-04,-1,1,0", "days_past_due"),
        ("700001,2025-04,1.5,1,0", "days_past_due"),
        ("700001,2025-04,000000000999999999999,1,0", "days_past_due"),
        ("700001,2025-04,0,-1,0", "balance"),
        ("700001,2025-04,0,999999999999.996,0", "balance"),
        ("700001,2025-04,0,nan,0", "balance"),
        ("700001,2025-04,0,1,maybe", "defaulted"),
        ("700001,2025-04,0,1", "has 4 fields, the header 5"),
    ],
)
def test_a_line_that_cannot_be_true_is_named_with_its_reason_and_others_are_kept(loan, load, line, reason):
    _, rejects = load(line, "700001,2025-06,0,1,0")
    assert rejects.splitlines()[0] == "line,reference,reason"
    assert rejects.splitlines()[1].startswith("2,")
    assert reason in rejects
    assert [row.month for row in MonthlyOutcome.objects.all()] == [date(2025, 6, 1)]


def test_a_line_that_contradicts_what_is_on_file_changes_nothing(loan, load):
    load("700001,2025-04,0,1200,0")
    _, rejects = load("700001,2025-04,95,1200,1")
    assert "contradicts what is on file for this month: 0 days, 1200.00, False" in rejects
    assert MonthlyOutcome.objects.get().defaulted is False


def test_a_refused_case_has_no_loan(load):
    case = assessed(CaseFactory(reference="700002", submitted_at=timezone.now() - timedelta(days=200)))
    decided(case, outcome="refuse")
    _, rejects = load(f"700002,{timezone.localdate():%Y-%m},0,1,0")
    assert "was refused: there is no loan" in rejects
    assert not MonthlyOutcome.objects.exists()


def test_a_file_that_breaks_off_leaves_nothing(loan, tmp_path):
    path = tmp_path / "outcomes.csv"
    path.write_bytes(f"{HEADER}\n700001,2025-04,0,1,0\n".encode() + b"700001,2025-05,0,\xff,0\n")
    with pytest.raises(CommandError, match=r"Nothing was imported: outcomes\.csv cannot be read"):
        call_command("import_outcomes", path)
    assert not MonthlyOutcome.objects.exists()
    assert not AuditEvent.objects.filter(action="outcomes_imported").exists()


@pytest.mark.parametrize(
    ("file", "message"),
    [("gone.csv", "No such file"), ("columns.csv", "lacks the required column month, balance")],
)
def test_an_unreadable_file_is_refused_with_its_fault(tmp_path, file, message):
    (tmp_path / "columns.csv").write_text("reference,days_past_due,defaulted\n")
    with pytest.raises(CommandError, match=message):
        call_command("import_outcomes", tmp_path / file)


def test_the_database_keeps_a_month_as_it_is(loan, load):
    load("700001,2025-04,95,1200,1")
    for statement in (
        "UPDATE creditdesk_monthlyoutcome SET defaulted = false",
        "DELETE FROM creditdesk_monthlyoutcome",
    ):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            connection.cursor().execute(statement)
    assert MonthlyOutcome.objects.get().defaulted is True
