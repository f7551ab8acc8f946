"""Rejected rows and refused folders of an import."""

import csv

import pytest

from accounts import audit
from accounts.models import AuditEvent
from creditdesk.models import Case, Client
from tests.folders import application, bureau, text_of, write_tables

pytestmark = pytest.mark.django_db


def test_rejected_rows_are_written_with_line_and_reason(folder, advisors, tmp_path, import_folder):
    rows = [application(1), application(2, AMT_CREDIT=-5), application(1), application(4, DAYS_BIRTH="old")]
    write_tables(folder, application_train=rows, bureau=[bureau(1, 50), bureau(8, 51)])
    rejects = tmp_path / "rejects.csv"

    out, err = import_folder(folder, rejects=rejects)

    with rejects.open(newline="") as stream:
        rejected = [
            (row["file"], row["line"], row["reference"], row["column"]) for row in csv.DictReader(stream)
        ]
    assert rejected == [
        ("application_train.csv", "3", "2", "AMT_CREDIT"),
        ("application_train.csv", "4", "1", "SK_ID_CURR"),
        ("application_train.csv", "5", "4", "DAYS_BIRTH"),
        ("bureau.csv", "3", "8", "SK_ID_CURR"),
    ]
    assert "Rows not taken: application_train.csv 3, bureau.csv 1." in err
    assert out == "2 clients: 2 new, 0 changed, 0 as they were.\n"


def test_rejected_rows_are_printed_without_a_rejects_file(folder, advisors, import_folder):
    write_tables(folder, application_train=[application(1), application(2, NAME_CONTRACT_TYPE="Gift")])
    _, err = import_folder(folder)
    assert (
        'application_train.csv line 3: NAME_CONTRACT_TYPE "Gift" is not one of: Cash loans; Revolving loans'
        in err
    )


def test_a_spreadsheet_runs_nothing_that_stands_in_a_rejected_row(folder, advisors, tmp_path, import_folder):
    write_tables(folder, application_train=[application(1), application("=1+1")])
    import_folder(folder, rejects=tmp_path / "rejects.csv")
    with (tmp_path / "rejects.csv").open(newline="") as stream:
        assert not any(cell.startswith("=") for row in csv.reader(stream) for cell in row)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: [path.unlink() for path in folder.iterdir()], "holds no application file"),
        (
            lambda folder: write_tables(folder, application_train=[{"SK_ID_CURR": 1, "AMT_CREDIT": 5}]),
            "application_train.csv lacks the required column",
        ),
        (
            lambda folder: write_tables(folder, bureau=[{"SK_ID_CURR": 1}]),
            "bureau.csv lacks the required column SK_ID_BUREAU",
        ),
        (
            lambda folder: (folder / "bureau.csv").write_text(text_of([bureau(1, 50), bureau(1, 51)])[:-20]),
            "bureau.csv is cut in the middle: line 3",
        ),
        (
            lambda folder: (folder / "clients.csv").write_text("ID,NAME\n1,x\n"),
            "clients.csv lacks the required column",
        ),
    ],
)
def test_a_folder_that_cannot_be_read_leaves_nothing_behind(folder, advisors, spoil, message, refused_import):
    spoil(folder)
    assert message in refused_import(folder)
    assert Case.objects.count() == Client.objects.count() == 0
    assert not AuditEvent.objects.filter(action=audit.Action.IMPORT).exists()


def test_a_folder_of_which_no_row_can_be_taken_is_refused(tmp_path, advisors, refused_import):
    folder = write_tables(tmp_path, application_train=[application(1, AMT_CREDIT=0)])
    assert "No application of this folder can be taken" in refused_import(folder)


def test_a_rejects_file_that_cannot_be_written_stops_the_import_before_it_begins(
    folder, advisors, tmp_path, refused_import
):
    assert "Nothing was stored" in refused_import(folder, rejects=tmp_path / "nowhere" / "rejects.csv")
    assert Case.objects.count() == 0
