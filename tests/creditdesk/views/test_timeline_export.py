"""The timeline of a case as a file: every act with its values, audited, whole, and no formula in it."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from tests.factories import assessed

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(case_of, person):
    case, advisor = assessed(case_of("advisor"), 0.3, "refuse"), person("advisor")
    services.add_note(case=case, text='=HYPERLINK("http://x")', by=advisor)
    services.claim(case=case, by=advisor)
    services.release(case=case, by=advisor)
    day = timezone.localdate() + timedelta(days=3)
    services.snooze(case=case, until_on=day, reason="The payslips.", by=advisor)
    services.assign(case=case, to=person("colleague"), by=person("manager"))
    return case


def test_every_act_is_a_row_oldest_first_with_its_values(client_as, case):
    answer = client_as("manager").get(f"/cases/{case.reference}/history.csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    kinds = [(row["event"], row["by"], row["previous"], row["new"]) for row in rows]
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    assert kinds == [
        ("assessment", "", "", "refuse 0.3"),
        ("note", "advisor", "", ""),
        ("claim", "advisor", "", "advisor"),
        ("release", "advisor", "advisor", ""),
        ("snooze", "advisor", "", day),
        ("assignment", "manager", "advisor", "colleague"),
    ]
    assert rows[1]["text"] == '\'=HYPERLINK("http://x")'
    actions = AuditEvent.objects.order_by("sequence").values_list("action", "target")
    assert list(actions)[-2:-1] == [("export", case.reference)]
    assert list(actions)[-1][0] == "export_finished"


def test_excel_in_french_gets_its_own_dialect_and_another_one_is_refused(client_as, case):
    browser = client_as("manager")
    text = browser.get(f"/cases/{case.reference}/history.csv?dialect=excel-fr").getvalue().decode()
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}reference;at;event;by;previous;new;text\r\n")
    assert browser.get(f"/cases/{case.reference}/history.csv?dialect=moon").status_code == 400


def test_the_list_has_a_button_for_excel_in_french(client_as, case):
    page = client_as("manager").get("/cases/?queue=all").content.decode()
    assert 'name="dialect" value="excel-fr"' in page
