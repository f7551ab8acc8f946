import csv
import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.csv_cells import safe_text
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.export import DIALECTS, HEADER
from creditdesk.models import Assessment

pytestmark = pytest.mark.django_db
URL = "/cases/export.csv"
JUSTIFICATION = "Two years of payslips seen at the desk."


def rows(response, delimiter=","):
    text = response.getvalue().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


@pytest.fixture
def assessed_case(model_in_use, case_of, person):
    case = case_of("advisor", reference="100002", name="Zoé Lefèvre", amount_credit=1234.5)
    services.assess(case=case, by=person("advisor"))
    return case


def test_the_header_is_that_of_the_public_contract(client_as):
    line = client_as("manager").get(URL).getvalue().decode().splitlines()[0]
    assert line == (
        "reference,client,submitted_at,contract_type,amount_credit,amount_annuity,assessed_at,model_version,"
        "probability,threshold,verdict,outcome,is_override,reason_code,reason,decided_by,decided_at,checked_by,notes"
    )


def test_a_row_holds_the_assessment_and_its_decision(client_as, assessed_case, person):
    assessment = Assessment.objects.get()
    services.decide(
        case=assessed_case,
        assessment=assessment,
        outcome="refer",
        by=person("advisor"),
        reason_code="other",
        reason=JUSTIFICATION,
    )
    services.add_note(case=assessed_case, text="Called back.", by=person("advisor"))
    (row,) = rows(client_as("manager").get(URL))
    assert row["reference"] == "100002"
    assert row["client"] == "Zoé Lefèvre"
    assert float(row["probability"]) == assessment.probability
    assert float(row["threshold"]) == assessment.threshold
    assert (row["verdict"], row["outcome"], row["is_override"]) == (assessment.verdict, "refer", "1")
    assert (row["reason"], row["decided_by"], row["notes"]) == (JUSTIFICATION, "advisor", "Called back.")


def test_every_assessment_has_its_row_oldest_first_and_a_case_without_one_stands_last(
    client_as, assessed_case, case_of, person
):
    services.assess(case=assessed_case, by=person("advisor"))
    case_of("advisor", reference="100001")
    exported = rows(client_as("manager").get(URL))
    assert [row["reference"] for row in exported] == ["100002", "100002", "100001"]
    assert exported[0]["assessed_at"] <= exported[1]["assessed_at"]
    assert exported[2]["verdict"] == exported[2]["probability"] == ""


def test_french_spreadsheets_get_their_dialect(client_as, assessed_case):
    response = client_as("manager").get(URL, {"dialect": "excel-fr"})
    text = response.getvalue().decode("utf-8")
    assert text.startswith("\ufeffreference;client;")
    assert "1234,50" in text


def test_a_formula_in_a_name_stays_text_and_negative_numbers_stay_numbers(client_as, case_of):
    case_of("advisor", name="=HYPERLINK(0)")
    (row,) = rows(client_as("manager").get(URL))
    assert row["client"] == "'=HYPERLINK(0)"
    assert DIALECTS[""].cell(-12.5) == "-12.5"


@given(st.text())
def test_no_text_cell_starts_a_formula(text):
    assert not safe_text(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_lists_filters_hold_for_the_export(client_as, case_of):
    case_of("advisor", reference="1", contract_type="Cash loans")
    case_of("advisor", reference="2", contract_type="Revolving loans")
    exported = rows(client_as("manager").get(URL, {"contract_type": "Revolving loans"}))
    assert [row["reference"] for row in exported] == ["2"]


def test_a_wrong_filter_exports_nothing(client_as, case_of):
    case_of("advisor")
    assert client_as("manager").get(URL, {"credit_min": "a lot"}).status_code == 400
    assert not AuditEvent.objects.filter(action="export").exists()


def test_an_export_is_audited_with_its_filters_and_without_the_term(client_as, case_of):
    case_of("advisor", name="Zoé Lefèvre")
    client_as("manager").post(URL, {"q": "lefevre", "contract_type": "Cash loans"})
    event = AuditEvent.objects.get(action="export")
    assert event.actor == "manager"
    assert event.details == {"filters": {"contract_type": "Cash loans"}, "searched": True, "cases": 1}


@pytest.mark.parametrize("name", ["advisor", "analyst", "auditor", "admin"])
def test_only_managers_export(client_as, name):
    assert client_as(name).get(URL).status_code == 403
    assert not AuditEvent.objects.filter(action="export").exists()


def test_the_header_names_every_column_once():
    assert len(set(HEADER)) == len(HEADER) == 19


def exported(client_as, path) -> None:
    path.write_bytes(client_as("manager").get(URL).getvalue())


def test_a_whole_export_is_known_by_its_digest(client_as, assessed_case, tmp_path):
    exported(client_as, tmp_path / "cases.csv")
    out = io.StringIO()
    call_command("check_export", tmp_path / "cases.csv", stdout=out)
    assert out.getvalue().startswith("Whole: 2 lines with the header, exported by manager")
    finished = AuditEvent.objects.get(action="export_finished")
    assert finished.details["export"] == AuditEvent.objects.get(action="export").sequence


def test_an_export_that_was_cut_off_or_changed_is_not_whole(client_as, assessed_case, tmp_path):
    exported(client_as, tmp_path / "cases.csv")
    whole = (tmp_path / "cases.csv").read_bytes()
    for content in (whole[:-20], whole.splitlines(keepends=True)[0], whole + b"x", b""):
        (tmp_path / "cases.csv").write_bytes(content)
        with pytest.raises(CommandError, match="no whole export"):
            call_command("check_export", tmp_path / "cases.csv")


def test_an_export_that_nobody_read_to_its_end_is_not_recorded_as_finished(client_as, assessed_case):
    response = client_as("manager").get(URL)
    next(iter(response.streaming_content))
    del response
    assert AuditEvent.objects.filter(action="export").exists()
    assert not AuditEvent.objects.filter(action="export_finished").exists()
