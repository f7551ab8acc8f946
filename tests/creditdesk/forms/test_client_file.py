"""Client file: it fills the form; an invalid one is reported, and nothing of it is stored."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from creditdesk.models import Case, Draft, MonitoringRecord
from scoring.ml.tables.catalogue import PROTECTED
from tests.factories import APPLICATION
from tests.html import Elements

FILE, NEW = "/cases/new/file/", "/cases/new/"


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def as_csv(row, delimiter=",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([row.keys(), row.values()])
    return text.getvalue().encode()


def drop(browser, content: bytes, name="client.csv", **kwargs):
    return browser.post(FILE, {"file": SimpleUploadedFile(name, content)}, **kwargs)


def opened(browser, content: bytes, name="client.csv") -> Case:
    """Return the case after the file was dropped and the form sent as it was filled."""
    html = browser.get(drop(browser, content, name).url).content.decode()
    page = Elements(html)
    form = {field["name"]: field.get("value") or "" for field in page.having("value") if field.get("name")}
    draft = Draft.objects.get()
    browser.post(NEW, {**form, **draft.answers, "client_name": "Zoé", "draft": str(draft.key)})
    return Case.objects.get()


@pytest.mark.parametrize("content", [b";", b",,,", b";;;;\r\n;;\r\n", b"\t\t\n\t", b'"",""\n"",""', b'"\n"'])
def test_a_file_of_delimiters_alone_is_refused_as_empty(advisor, content):
    page = drop(advisor, content)
    assert page.status_code == 422
    assert "The file is empty." in page.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize("content", [b'{"NAME": "\\ud800"}', b'{"\\ud800": 1}', b'[{"NAME": "\\udfff a"}]'])
def test_half_a_character_is_refused(advisor, content):
    assert drop(advisor, content, "client.json").status_code == 422
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (as_csv(APPLICATION), "client.csv"),
        (b"\xef\xbb\xbf" + as_csv(APPLICATION), "client.csv"),
        (as_csv(APPLICATION, ";"), "client.csv"),
        (as_csv({n: str(v).replace(".", ",") for n, v in APPLICATION.items()}, ";"), "client.csv"),
        (as_csv(APPLICATION, "\t"), "client.tsv"),
        (json.dumps(APPLICATION).encode(), "client.json"),
        (json.dumps([APPLICATION]).encode(), "client.json"),
        (json.dumps({"application": APPLICATION}).encode(), "client.json"),
    ],
)
def test_the_case_has_the_profile_of_the_file(advisor, model_in_use, content, name):
    assert opened(advisor, content, name).profile.application == APPLICATION


def test_protected_columns_are_stored_for_monitoring_only(advisor, model_in_use):
    protected = {"CODE_GENDER": "F", "NAME_FAMILY_STATUS": "Married", "TARGET": "1"}
    case = opened(advisor, as_csv({**APPLICATION, **protected}))
    record = MonitoringRecord.objects.get(case=case)
    assert (record.sex, record.family_status, record.defaulted) == ("F", "Married", True)
    assert not {*PROTECTED, "TARGET"} & set(case.profile.application)


def test_protected_columns_are_not_shown_in_the_form(advisor, db):
    protected = {"CODE_GENDER": "M", "NAME_FAMILY_STATUS": "Widow"}
    html = advisor.get(drop(advisor, as_csv({**APPLICATION, **protected})).url).content.decode()
    assert "Widow" not in html
    assert "CODE_GENDER" not in html


def test_unused_columns_are_listed(advisor, db):
    row = {"SK_ID_CURR": "100002", "CNT_FAM_MEMBERS": "2", **APPLICATION}
    html = advisor.get(drop(advisor, as_csv(row)).url).content.decode()
    assert "Not used by the desk: SK_ID_CURR, CNT_FAM_MEMBERS." in html


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Unknown columns, not read"), ("fr", "Colonnes inconnues")]
)
def test_unknown_columns_are_named_and_the_rest_is_read(advisor, db, language, words):
    extra = {"Notre référence": "x", "<b>DEBT</b>": "3", "BURO_LOANS_count": "2"}
    response = drop(advisor, as_csv({**APPLICATION, **extra}), headers={"Accept-Language": language})
    html = advisor.get(response.url, headers={"Accept-Language": language}).content.decode()
    assert words in html
    assert "Notre référence, &lt;b&gt;DEBT&lt;/b&gt;, BURO_LOANS_count." in html
    answers = Draft.objects.get().answers
    assert answers["EXT_SOURCE_2"] == "0.262949"
    assert not {*extra} & {*answers}


def test_many_unknown_columns_are_counted_not_all_named(advisor, db):
    many = {f"extra{n}": "1" for n in range(14)}
    html = advisor.get(drop(advisor, as_csv({**APPLICATION, **many})).url).content.decode()
    assert "extra9 (+4)." in html
    assert "extra10" not in html


def test_the_name_in_the_file_is_the_clients_name(advisor, db):
    drop(advisor, as_csv({"NAME": 'Zoé "Zouzou" <b>É</b>', **APPLICATION}))
    assert Draft.objects.get().answers["client_name"] == 'Zoé "Zouzou" <b>É</b>'


def test_days_become_dates(advisor, db):
    drop(advisor, as_csv({**APPLICATION, "DAYS_EMPLOYED": "365243"}))
    answers = Draft.objects.get().answers
    assert answers["DAYS_BIRTH"] == (timezone.localdate() - timedelta(days=9461)).isoformat()
    assert answers["no_employment"] == "on"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        ("AMT_CREDIT,NAME\n1000,Zoé\n".encode("latin-1"), "is not UTF-8 text (byte 24)"),
        (b"AMT_CREDIT\n\0\n", "zero bytes"),
        (b"x" * (256 * 1024 + 1), "too large"),
        (b"INCOME,DEBT\n2,3\n", "no column of the application table: INCOME, DEBT."),
        (b"AMT_CREDIT,INCOME\na lot,2\n", "AMT_CREDIT: “a lot” is not a number"),
        (b"AMT_CREDIT\n", "holds 0 clients"),
        (b"AMT_CREDIT\n1000\n2000\n", "holds 2 clients"),
        (b"AMT_CREDIT,AMT_CREDIT\n1,2\n", "names a column twice"),
        (b"AMT_CREDIT,AMT_ANNUITY\n1000\n", "The row has 1 cells, the header 2 columns"),
        (b'AMT_CREDIT\n"1000\n', "not valid CSV"),
        (b"AMT_CREDIT\na lot\n", "AMT_CREDIT: “a lot” is not a number"),
        (b"AMT_CREDIT\ninf\n", "AMT_CREDIT: “inf” is not a number"),
        (b"AMT_CREDIT\n1e999\n", "is not a number"),
        (b"AMT_CREDIT\n1e308\n", "AMT_CREDIT: Must be at most"),
        (b"AMT_CREDIT\n-5\n", "AMT_CREDIT: Must be at least"),
        (b"NAME_CONTRACT_TYPE\nGift\n", "NAME_CONTRACT_TYPE: “Gift” is none of its values"),
        (b"CODE_GENDER\nblue\n", "CODE_GENDER: “blue” is none of its values"),
        (b"DAYS_BIRTH\n-9461.5\n", "DAYS_BIRTH: this is no number of days"),
        (b"DAYS_BIRTH\n-1e12\n", "DAYS_BIRTH: this is no number of days"),
        (b"DAYS_BIRTH\n-1826\n", "must be between 18 years"),
        (b"CNT_CHILDREN\n1.5\n", "CNT_CHILDREN: Enter a whole number"),
        (b"AMT_ANNUITY,AMT_CREDIT\n2000,1000\n", "cannot be above the whole credit"),
        (b'{"AMT_CREDIT":\n 1000', "not valid JSON: line 2 cannot be read from character 6 on."),
        (b"[1]", "one object of application columns"),
        (b"[]", "holds 0 clients"),
        (b'{"AMT_CREDIT": [1000]}', "AMT_CREDIT: a single value is expected"),
        (b'{"history": {}}', "no column of the application table: history."),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_an_invalid_file_is_reported_and_nothing_is_stored(advisor, db, content, message):
    response = drop(advisor, content)
    assert response.status_code == 422
    assert message in response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')
    assert not Draft.objects.exists()
    assert not Case.objects.exists()


def test_all_errors_of_a_file_are_reported_at_once(advisor, db):
    html = drop(advisor, b"AMT_CREDIT,CNT_CHILDREN,NAME_CONTRACT_TYPE\nx,1.5,Gift\n").content.decode()
    assert [name in html for name in ("AMT_CREDIT:", "CNT_CHILDREN:", "NAME_CONTRACT_TYPE:")] == [True] * 3


def test_a_missing_file_is_reported(advisor, db):
    assert "Choose a CSV or JSON file" in advisor.post(FILE, {}).content.decode()


def test_markup_in_a_file_is_shown_as_text(advisor, db):
    html = drop(advisor, b"<script>alert(1)</script>\n1\n").content.decode()
    assert "<script>alert" not in html
