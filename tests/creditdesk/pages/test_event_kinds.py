"""The timeline filtered by the kind of event, on the page and in the export."""

import ast
import csv
import inspect
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from creditdesk import services
from creditdesk.pages.case import events as sources
from creditdesk.pages.case.event_kinds import CASEWORK, KINDS, filtered
from creditdesk.pages.case.timeline import timeline
from creditdesk.templatetags.case import EVENT_ICONS
from tests.factories import attached, decided
from tests.html import Elements

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(case_of, person, model_in_use):
    """A case with events of most kinds, a correction and a removed document among them."""
    case, advisor = case_of("advisor"), person("advisor")
    services.assess(case=case, by=advisor)
    services.add_note(case=case, text="Called back.", by=advisor)
    services.correct_application(
        case=case,
        changes={"AMT_INCOME_TOTAL": 210_000.0},
        profile_digest=case.profile.digest,
        reason="The payslips say so, all three of them.",
        by=advisor,
    )
    document = attached(case)
    services.remove_document(document=document, reason="Of somebody else.", by=advisor)
    day = timezone.localdate() + timedelta(days=3)
    services.snooze(case=case, until_on=day, reason="The payslips.", by=advisor)
    services.end_snooze(case=case, by=advisor)
    decided(case, "refuse")
    return case


def test_every_event_is_of_one_kind(case, person):
    events = timeline(case, person("advisor"))
    assert {event.kind for event in events} <= EVENT_ICONS.keys()
    kinds = [*KINDS, CASEWORK]
    assert sum(len(filtered(events, kind)) for kind in kinds) == len(events)
    assert filtered(events, "") == filtered(events, "moon") == events
    assert {event.kind for event in filtered(events, CASEWORK)} == {"snooze", "wake"}


def test_every_kind_of_event_that_the_timeline_names_has_an_icon():
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(sources))) if isinstance(node, ast.Call)]
    events = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Event"]
    kinds = {
        text.value
        for event in events
        for text in ast.walk(event.args[0])
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }
    assert {"assessment", "team_referral"} <= kinds
    assert kinds <= EVENT_ICONS.keys()


def test_the_page_and_the_export_show_the_kind_that_is_chosen(client_as, case):
    browser, address = client_as("manager"), f"/cases/{case.reference}/history"
    page = browser.get(f"{address}/?kind=data", headers={"HX-Request": "true", "HX-Target": "history"})
    html = page.content.decode()
    assert html.lstrip().startswith('<section id="history"')
    assert re.findall(r'class="event event-(\w+)"', html) == ["correction"]
    (chosen,) = Elements(html).having("selected")
    assert chosen["value"] == "data"
    lines = browser.get(f"{address}.csv?kind=data").getvalue().decode()
    (row,) = csv.DictReader(io.StringIO(lines))
    values = row["event"], row["previous"], row["new"]
    assert values == ("correction", "AMT_INCOME_TOTAL=202500.0", "AMT_INCOME_TOTAL=210000.0")


def test_the_export_has_the_values_of_every_kind_of_event(client_as, case):
    lines = client_as("manager").get(f"/cases/{case.reference}/history.csv").getvalue().decode()
    rows = {row["event"]: (row["previous"], row["new"]) for row in csv.DictReader(io.StringIO(lines))}
    assert (rows["document"], rows["removal"]) == (("", "payslip"), ("payslip", ""))
    assert (rows["decision"], rows["wake"][1]) == (("", "refuse"), "")
