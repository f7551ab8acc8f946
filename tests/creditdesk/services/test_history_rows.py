"""Rows of a history table are corrected one by one or by a file, checked and computed as an import does."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.forms.client_file import FileRefused
from creditdesk.forms.history_file import read_history_file
from creditdesk.models import Case, Correction, HistoryTable, Profile
from creditdesk.pages.history_rows import HistoryRowsPage
from creditdesk.services import ActRefused
from scoring.ml.features.history.few_clients import histories
from tests.html import plain_text

pytestmark = pytest.mark.django_db
REASON = "The extract of the credit bureau of May says otherwise."
LOAN = {
    "SK_ID_BUREAU": 5001.0,
    "CREDIT_ACTIVE": "Active",
    "DAYS_CREDIT": -410.0,
    "AMT_CREDIT_SUM": 135_000.123456,
    "AMT_CREDIT_SUM_DEBT": 71_300.0,
    "CREDIT_TYPE": "Consumer credit",
}
CLOSED = {**LOAN, "SK_ID_BUREAU": 5002.0, "CREDIT_ACTIVE": "Closed", "DAYS_CREDIT": -1200.0}
MONTH = {"SK_ID_BUREAU": 5001.0, "MONTHS_BALANCE": -1.0, "STATUS": "1"}
INSTALMENTS = {"INST_DELAY_mean": 3.25, "INST_INSTALMENTS_count": 7.0}


@pytest.fixture
def case(case_of, model_in_use) -> Case:
    """A case with a history of instalments, and none at other lenders."""
    return case_of(
        "advisor", history=dict(INSTALMENTS), history_rows={"installments_payments": 7, "bureau": 0}
    )


def whole(row):
    return {name: int(value) if name.startswith("SK_ID") else value for name, value in row.items()}


def correct(case, by, **tables):
    digest = Profile.objects.get(case=case).digest
    return services.correct_history(case=case, tables=tables, profile_digest=digest, reason=REASON, by=by)


def address(case, table="bureau"):
    return reverse("case_correct_history", args=[case.reference, table])


def typed(case, row=None, table="bureau", **changed):
    """What the browser sends: every answer as it is shown, but for the changed ones."""
    page = HistoryRowsPage(Case.objects.get(pk=case.pk), table, row)
    assert page.form
    shown = {field.name: field.value() for field in page.form}
    filled = {name: value for name, value in shown.items() if value not in (None, "")}
    return {**filled, "reason": REASON, **changed}


def csv(*rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    return "\n".join(",".join(line) for line in lines).encode()


def test_a_row_is_added_changed_and_removed_and_the_model_reads_what_an_import_would(client_as, case):
    browser = client_as("advisor")
    browser.get(case.get_absolute_url())
    first = Case.objects.get().latest_assessment
    assert first
    added = {"CREDIT_ACTIVE": "Active", "DAYS_CREDIT": "2025-01-15", "AMT_CREDIT_SUM": "90000"}
    assert browser.post(address(case), typed(case, **added)).status_code == 302
    (row,) = HistoryTable.objects.get().rows
    assert (row["SK_ID_BUREAU"], row["CREDIT_ACTIVE"], row["AMT_CREDIT_SUM"]) == (1, "Active", 90_000.0)
    profile = Profile.objects.get()
    (expected,) = histories([{"bureau": [row]}])
    assert profile.history == {**INSTALMENTS, **expected.aggregates}
    assert profile.history_rows == {"installments_payments": 7, "bureau": 1}
    page = browser.get(f"{address(case)}?row=0").content.decode()
    assert 'value="90000"' in page or 'value="90,000"' in page
    assert browser.post(address(case), typed(case, row=0, AMT_CREDIT_SUM="80000")).status_code == 302
    assert browser.post(address(case), typed(case, row=0, remove="1")).status_code == 302
    versions = [version.rows for version in HistoryTable.objects.all()]
    assert [len(rows) for rows in versions] == [1, 1, 0]
    assert versions[1] == [{**row, "AMT_CREDIT_SUM": 80_000.0}]
    assert Profile.objects.get().history == INSTALMENTS
    latest = Case.objects.get().latest_assessment
    assert latest
    assert latest.pk > first.pk
    assert latest.profile_digest == Profile.objects.get().digest
    assert [correction.changes for correction in Correction.objects.all()] == [
        {"bureau": [0, 1]},
        {"bureau": [1, 1]},
        {"bureau": [1, 0]},
    ]
    history = browser.get(reverse("case_history", args=[case.reference]), {"show": "events"}).content.decode()
    assert "Credits at other lenders: 0 rows → 1 row" in history
    event = AuditEvent.objects.filter(action="case_corrected").order_by("sequence").first()
    assert event
    assert event.details["columns"] == ["bureau"]
    assert REASON not in str(event.details)
    assert not audit.verify()
    call_command("replay_assessments")


def test_an_untouched_value_of_a_changed_row_keeps_every_digit(client_as, case, person):
    correct(case, person("advisor"), bureau=[LOAN, CLOSED])
    client_as("advisor").post(address(case), typed(case, row=0, CREDIT_ACTIVE="Closed"))
    rows = HistoryTable.objects.on_file(case)["bureau"]
    assert rows == [whole({**LOAN, "CREDIT_ACTIVE": "Closed"}), whole(CLOSED)]


def test_a_row_shown_and_sent_back_is_no_correction(client_as, case, person):
    correct(case, person("advisor"), bureau=[LOAN])
    answer = client_as("advisor").post(address(case), typed(case, row=0))
    assert answer.status_code == 409
    assert "reads the same" in answer.content.decode()
    assert Correction.objects.count() == 1


def test_of_an_imported_history_the_tables_that_belong_together_are_brought_as_files(
    client_as, case_of, model_in_use
):
    (imported,) = histories([{"bureau": [whole(LOAN)], "bureau_balance": [whole(MONTH)]}])
    case = case_of("advisor", history=imported.aggregates | INSTALMENTS, history_rows=imported.rows)
    browser = client_as("advisor")
    page = browser.get(address(case)).content.decode()
    assert 'name="CREDIT_ACTIVE"' not in page
    assert 'name="bureau"' in page
    assert 'name="bureau_balance"' in page
    late = {**MONTH, "MONTHS_BALANCE": -2.0, "STATUS": "5"}
    files = {
        "bureau": SimpleUploadedFile("b.csv", csv({"SK_ID_CURR": case.reference, **LOAN}, CLOSED)),
        "bureau_balance": SimpleUploadedFile("bb.csv", csv(MONTH, late)),
    }
    digest = Profile.objects.get().digest
    answer = browser.post(address(case), {**files, "file": "1", "profile_digest": digest, "reason": REASON})
    assert answer.status_code == 302, answer.content.decode()
    rows = {"bureau": [whole(LOAN), whole(CLOSED)], "bureau_balance": [whole(MONTH), whole(late)]}
    (expected,) = histories([rows])
    profile = Profile.objects.get()
    assert profile.history == INSTALMENTS | expected.aggregates
    assert profile.history_rows == {"bureau": 2, "bureau_balance": 2}
    assert (
        profile.digest == Profile.of_inputs(profile.application, profile.history, profile.history_rows).digest
    )
    assert HistoryTable.objects.on_file(case) == rows
    assert 'name="CREDIT_ACTIVE"' in browser.get(address(case)).content.decode()


def test_one_table_alone_is_refused_where_the_rows_of_its_companion_are_missing(case_of, person):
    case = case_of("advisor", history=dict(INSTALMENTS), history_rows={"bureau": 1, "bureau_balance": 3})
    with pytest.raises(ActRefused, match="Monthly statuses at other lenders” are not on file"):
        correct(case, person("advisor"), bureau=[LOAN])
    assert Profile.objects.get().history == INSTALMENTS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            csv({**LOAN, "CREDIT_ACTIVE": "Perhaps"}),
            "Line 2, CREDIT_ACTIVE: “Perhaps” is none of its values.",
        ),
        (csv(LOAN, {**LOAN, "DAYS_CREDIT": 5.0}), "Line 3, DAYS_CREDIT: “5.0” is not between"),
        (csv({**LOAN, "AMT_CREDIT_SUM": "much"}), "AMT_CREDIT_SUM: “much” is not a number."),
        (csv({**LOAN, "CNT_CREDIT_PROLONG": 0.5}), "CNT_CREDIT_PROLONG: “0.5” is not a whole number."),
        (csv({**LOAN, "CREDIT_ACTIVE": ""}), "CREDIT_ACTIVE: a value is required."),
        (csv({"SK_ID_CURR": 7, **LOAN}), "SK_ID_CURR: this row is another client’s."),
        (csv({"SK_ID_BUREAU": 1}), "The file lacks columns of “Credits at other lenders”: CREDIT_ACTIVE"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (csv(LOAN) + b"\n1,2", "Line 3 has 2 cells"),
        (b"x" * (2 * 1024 * 1024 + 1), "too large"),
        (b"", "empty"),
    ],
)
def test_a_file_that_an_import_would_reject_is_refused_with_line_and_reason(content, message):
    with pytest.raises(FileRefused) as refusal:
        read_history_file(content, "bureau", "100002")
    assert message in " ".join(refusal.value.messages)


def test_a_file_of_the_columns_that_the_page_names_is_read(client_as, case):
    page = client_as("advisor").get(f"/cases/{case.reference}/correct/bureau_balance/").content.decode()
    names = re.search(r"Required: ([\w, ]+)\.", plain_text(page))
    assert names
    header = ",".join(re.findall(r"\w+", names[1]))
    (row,) = read_history_file(f"{header}\n7,-1,C".encode(), "bureau_balance", case.reference)
    assert list(row) == header.split(",")


def test_a_file_with_semicolons_has_decimal_commas():
    text = "SK_ID_BUREAU;CREDIT_ACTIVE;DAYS_CREDIT;AMT_CREDIT_SUM;AMT_CREDIT_SUM_DEBT\n5;Closed;-10;1,5;nan\n"
    rows = read_history_file(text.encode(), "bureau", "M000001")
    assert rows == [
        {"SK_ID_BUREAU": 5.0, "CREDIT_ACTIVE": "Closed", "DAYS_CREDIT": -10.0, "AMT_CREDIT_SUM": 1.5}
    ]


def test_rows_that_repeat_or_belong_to_nothing_are_refused(case, person):
    with pytest.raises(ActRefused, match="row 2 repeats SK_ID_BUREAU"):
        correct(case, person("advisor"), bureau=[LOAN, LOAN])
    with pytest.raises(ActRefused, match="belongs to no credit on file"):
        correct(case, person("advisor"), bureau=[CLOSED], bureau_balance=[MONTH])
    assert not HistoryTable.objects.exists()


def test_who_was_slower_and_a_case_that_is_not_open_change_nothing(client_as, case, person):
    sent = typed(case, CREDIT_ACTIVE="Active", DAYS_CREDIT="2025-01-15", AMT_CREDIT_SUM="90000")
    correct(case, person("manager"), bureau=[LOAN])
    answer = client_as("advisor").post(address(case), sent)
    assert answer.status_code == 409
    assert "was changed while you were writing" in answer.content.decode()
    services.claim(case=case, by=person("manager"))
    assert client_as("advisor").get(address(case)).status_code == 409
    with pytest.raises(ActRefused, match="has claimed"):
        correct(case, person("advisor"), bureau=[])
    assert HistoryTable.objects.count() == 1


@pytest.mark.parametrize("row", ["1", "x", "-1", "9999999"])
def test_a_row_or_a_table_that_is_not_there_is_not_found(client_as, case, row):
    browser = client_as("advisor")
    assert browser.get(f"{address(case)}?row={row}").status_code == 404
    assert browser.get(address(case, "application")).status_code == 404


@pytest.mark.parametrize(
    "change", ["UPDATE creditdesk_historytable SET rows = '[]'", "DELETE FROM creditdesk_historytable"]
)
def test_the_database_keeps_every_version(case, person, change):
    correct(case, person("advisor"), bureau=[LOAN])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
