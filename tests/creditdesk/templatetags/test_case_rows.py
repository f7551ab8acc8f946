"""Rows of the case list are kept without the name of the client, and written anew once they would differ."""

from datetime import timedelta
from html import escape

import pytest
from django.utils import timezone, translation

from creditdesk import services
from creditdesk.models import Case, Client
from creditdesk.pages.case_list import COLUMNS
from creditdesk.pages.listed_cases import listed_cases
from creditdesk.templatetags import case_rows
from tests.factories import assessed, decided

pytestmark = pytest.mark.django_db
SHOWN = frozenset(column.sort for column in COLUMNS)
NAME = "Céline <Martinez>"


@pytest.fixture
def case(case_of) -> Case:
    return assessed(case_of("advisor", name=NAME), 0.05, "accept")


def row(case: Case, reader, shown=SHOWN) -> str:
    """The row as the list shows it; it is the same as one that nothing was kept of."""
    (listed,) = listed_cases([case.pk], reader)
    text = case_rows.case_rows([listed], shown, True)
    anew = case_rows._written(listed, shown, True)
    assert text == anew.replace(case_rows._NAME_PLACE, escape(listed.client_name))
    return text


def claim(case, person):
    services.claim(case=case, by=person("advisor"))


def share(case, person):
    services.share(case=case, by=person("advisor"))


def escalate(case, person):
    services.escalate(case=case, reason="Too much for me to decide.", by=person("advisor"))


def withdraw(case, person):
    services.withdraw(case=case, channel="phone", received_on=timezone.localdate(), by=person("advisor"))


def contest(case, person):
    decided(case, "refuse", override=True)
    services.contest(
        case=case, client_statement="No.", received_on=timezone.localdate(), by=person("advisor")
    )


def reassess(case, _person):
    case.latest_assessment = None
    assessed(case, 0.31, "refuse")


def rename(case, _person):
    client = Client.objects.get(pk=case.client_id)
    client.name = "Somebody Else"
    client.save()


def changed(**columns):
    return lambda case, _person: Case.objects.filter(pk=case.pk).update(**columns)


@pytest.mark.parametrize(
    "change",
    [
        *(claim, share, escalate, withdraw, contest, reassess),
        lambda case, _person: decided(case),
        lambda case, _person: decided(case, status="proposed", override=True),
        lambda case, person: changed(advisor=person("colleague"))(case, person),
        changed(amount_credit=123_456),
        changed(contract_type="Revolving loans"),
        changed(submitted_at=timezone.now() - timedelta(days=40)),
        rename,
    ],
)
def test_a_row_changes_with_what_it_shows(case, person, change):
    before = row(case, person("manager"))
    assert row(case, person("manager")) == before
    change(case, person)
    assert row(case, person("manager")) != before


def test_a_row_is_of_its_language_its_day_and_its_columns(case, person, monkeypatch, settings):
    rows = {row(case, person("manager")), row(case, person("manager"), SHOWN - {"client"})}
    with translation.override("fr"):
        rows.add(row(case, person("manager")))
    settings.AMOUNT_SCALE = 0.5
    rows.add(row(case, person("manager")))
    day = timezone.localdate() + timedelta(days=60)
    monkeypatch.setattr(timezone, "localdate", lambda *_: day)
    rows.add(row(case, person("manager")))
    assert len(rows) == 5


def test_what_is_kept_holds_no_name_of_a_client(case, person):
    assert "Céline &lt;Martinez&gt;" in row(case, person("manager"))
    stored = [piece for pieces in case_rows._rows._values.values() for piece in pieces[0]]
    assert stored
    assert not [piece for piece in stored if "Martinez" in piece]
