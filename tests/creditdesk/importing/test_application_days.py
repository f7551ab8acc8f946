"""`import_portfolio --applied`: application days, which the tables do not have."""

import csv
from datetime import date, timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from creditdesk.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def days_file(tmp_path):
    def write(*lines: str, header: str = "SK_ID_CURR,APPLIED_ON"):
        path = tmp_path / "applied.csv"
        path.write_text("\n".join([header, *lines]), encoding="utf-8")
        return path

    return write


def submitted(reference: str) -> date:
    return timezone.localtime(Case.objects.get(reference=reference).submitted_at).date()


def test_an_application_is_submitted_on_its_day_and_others_today(folder, advisors, import_folder, days_file):
    import_folder(folder, applied=days_file("1,2025-03-14"))
    assert submitted("1") == date(2025, 3, 14)
    assert submitted("3") == timezone.localdate()


def test_a_second_import_leaves_the_day_of_a_case(folder, advisors, import_folder, days_file):
    import_folder(folder, applied=days_file("1,2025-03-14"))
    import_folder(folder, applied=days_file("1,2025-04-20"))
    assert submitted("1") == date(2025, 3, 14)


def test_lines_that_cannot_be_taken_go_to_the_rejects(folder, advisors, import_folder, days_file, tmp_path):
    tomorrow = timezone.localdate() + timedelta(days=1)
    path = days_file("1,2025-03-14", "1,2025-03-15", "x,2025-03-14", "2,14.3.2025", f"3,{tomorrow}", "4")
    rejects = tmp_path / "rejects.csv"
    import_folder(folder, applied=path, rejects=rejects)
    with rejects.open(encoding="utf-8") as stream:
        reasons = {int(row["line"]): row["reason"] for row in csv.DictReader(stream)}
    assert reasons == {
        3: "repeats a SK_ID_CURR",
        4: 'SK_ID_CURR "x" is not a whole number',
        5: 'APPLIED_ON "14.3.2025" is not of the form 2026-10-31',
        6: f"APPLIED_ON {tomorrow} is in the future",
        7: 'APPLIED_ON "" is not of the form 2026-10-31',
    }
    assert submitted("3") == timezone.localdate()


@pytest.mark.parametrize(("header", "fault"), [("SK_ID_CURR,DAY", "lacks the required column APPLIED_ON")])
def test_a_file_without_the_columns_stops_the_import(
    folder, advisors, import_folder, days_file, header, fault
):
    with pytest.raises(CommandError, match=fault):
        import_folder(folder, applied=days_file("1,2025-03-14", header=header))
    assert not Case.objects.exists()


def test_a_file_that_is_not_there_stops_the_import(folder, advisors, import_folder, tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv cannot be read"):
        import_folder(folder, applied=tmp_path / "none.csv")
    assert not Case.objects.exists()
