"""Values before and after in the timeline, on the page and in its file: verdicts, charges, sharing."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.utils import timezone

from creditdesk import services
from creditdesk.models import Case
from creditdesk.services import ChargesDeclaration
from tests.factories import assessed, decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(client_as) -> Callable[..., tuple[str, list[tuple[str, str, str, str]]]]:
    """Words of the timeline of a case, and event, person, previous and new of each row of its file."""

    def read(case: Case, language: str = "en") -> tuple[str, list[tuple[str, str, str, str]]]:
        browser, address = client_as("manager"), f"/cases/{case.reference}/history"
        headers = {"HX-Request": "true", "HX-Target": "history", "Accept-Language": language}
        # The file first: opening the page assesses the case.
        lines = browser.get(f"{address}.csv").getvalue().decode()
        html = browser.get(f"{address}/?show=events", headers=headers).content.decode()
        rows = csv.DictReader(io.StringIO(lines))
        words = " ".join(re.sub(r"<[^>]*>", " ", html).split())
        return words, [(row["event"], row["by"], row["previous"], row["new"]) for row in rows]

    return read


def declared(case: Case, person, housing: float, members: int = 2) -> None:
    declaration = ChargesDeclaration(housing=housing, loans=0, other=50, members=members)
    services.declare_charges(case=case, declaration=declaration, by=person("advisor"))


def test_an_assessment_stands_beside_the_one_before(case_of, history):
    case = assessed(case_of("advisor"), 0.3, "refuse")
    assessed(case, 0.05, "accept")
    words, rows = history(case)
    assert [row for row in rows if row[0] == "assessment"] == [
        ("assessment", "", "", "refuse 0.3"),
        ("assessment", "", "refuse 0.3", "accept 0.05"),
    ]
    assert re.search(r"Assessed refuse 30\.0 ?% → accept 5\.0 ?%", words), words


def test_declared_charges_are_an_event_with_the_values_before_and_after(
    case_of, person, model_in_use, history
):
    case = case_of("advisor")
    declared(case, person, 500)
    declared(case, person, 650)
    words, rows = history(case)
    first = "housing=500; loans=0; other=50; members=2"
    assert [row for row in rows if row[0] == "charges"] == [
        ("charges", "advisor", "", first),
        ("charges", "advisor", first, first.replace("500", "650")),
    ]
    assert words.count("Charges declared by the client") == 2
    assert re.search(r"Rent, or charges of the home: \D*500\D* → \D*650", words), words
    assert words.count("People in the household: 2") == 2
    french, _rows = history(case, "fr")
    assert french.count("Charges déclarées par le client") == 2


def test_charges_are_among_the_changes_of_the_data(client_as, case_of, person, model_in_use):
    case = case_of("advisor")
    declared(case, person, 500)
    page = client_as("advisor").get(f"/cases/{case.reference}/history/?kind=data").content.decode()
    assert re.findall(r'class="event event-(\w+)"', page) == ["charges"]


def test_that_a_case_was_shared_stays_after_an_assignment(case_of, person, history):
    case = case_of("advisor")
    services.share(case=case, by=person("advisor"))
    shared = ("share", "advisor", "advisor", "team")
    assert history(case)[1] == [shared]
    services.assign(case=case, to=person("colleague"), by=person("manager"))
    assert not Case.objects.filter(shared_at__isnull=False).exists()
    words, rows = history(case)
    acts = [row for row in rows if row[0] != "assessment"]
    assert acts == [shared, ("assignment", "manager", "advisor", "colleague")]
    assert "Shared with every advisor" in words


def test_a_withdrawal_stands_beside_the_proposal_that_it_ended(case_of, person, history):
    case, today = decided(assessed(case_of("advisor")), "refuse", status="proposed"), timezone.localdate()
    services.withdraw(case=case, channel="phone", received_on=today, by=person("advisor"))
    services.reopen(case=case, reason="The client has come back.", by=person("manager"))
    services.withdraw(case=case, channel="letter", received_on=today, by=person("advisor"))
    words, rows = history(case)
    assert [row for row in rows if row[0] == "withdrawal"] == [
        ("withdrawal", "advisor", "proposed", "withdrawn"),
        ("withdrawal", "advisor", "pending", "withdrawn"),
    ]
    assert words.count("Withdrawn by the client") == 2
    assert re.findall(r"by telephone, [^→]* waits for a second person → withdrawn", words), words
    assert words.count("waits for a second person → withdrawn") == 1
