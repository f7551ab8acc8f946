"""Whatever is posted to a page, or stands in an address, is answered and never breaks the desk.

A few inputs in every run of the tests; `make fuzz-forms` sends ten thousand, on PostgreSQL too, which is
stricter. Half of the inputs start from what the forms of a page offer, the others from any field of any form.
"""

import os
import re
from typing import Any, Final
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.forms import BaseForm
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import APPLICATION, PEOPLE, assessed

pytestmark = pytest.mark.django_db
INPUTS: Final = int(os.environ.get("FUZZ_INPUTS", "40"))
# What ends the session or the process of the input before, or needs another server.
LEFT_OUT: Final = {"metrics", "readyz", "account_logout"}
PLACES: Final = {"reference": "case", "version": "tiny-1", "number": "1", "prefix": "0" * 8}


def _patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    pairs: list[tuple[str, URLPattern]] = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            pairs += _patterns(pattern, prefix + str(pattern.pattern))
        elif pattern.name not in LEFT_OUT:
            pairs.append((prefix, pattern))
    return pairs


def _address(prefix: str, pattern: URLPattern) -> tuple[str, list[str]]:
    """The path with {} for each of its parts, and what a part may be, as it stands in PLACES."""
    path, parts = prefix + str(pattern.pattern), []
    for name, converter in pattern.pattern.converters.items():
        for written in (f"<{converter.regex}:{name}>", f"<str:{name}>", f"<int:{name}>", f"<path:{name}>"):
            path = path.replace(written, "{}")
        path = path.replace(f"<{name}>", "{}")
        parts.append(PLACES.get(name, "1"))
    return "/" + path.replace("^", "").replace("$", "").replace(r"\Z", ""), parts


ADDRESSES: Final = sorted(
    {
        (path, tuple(parts))
        for prefix, pattern in _patterns(get_resolver())
        for path, parts in [_address(prefix, pattern)]
        if path.count("{}") == len(parts) and "(" not in path
    }
)


def _field_names() -> list[str]:
    """Every field that a form of the desk, of allauth or of the administration declares, and a few more."""
    kinds, names = [BaseForm], {"csrfmiddlewaretoken", "action", "_selected_action", "next", "page", "draft"}
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        names |= set(getattr(kind, "base_fields", {}))
    return sorted(names)


AWKWARD: Final = (
    "", " ", "\0", "a\0b", "-1", "0", "1", "1e308", "1e309", "NaN", "inf", "9" * 40, "٣", "½", "1,5", "1.5.5",
    "2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "accept", "refuse", "refer", "on", "true",
    "null", "../../etc/passwd", "<script>", "%s%n", "{{ 7 }}", "'; DROP TABLE x; --", "\u202e", "\ufeff",
    "x" * 3_000, "[]", "{}", "[1", "=1+1", "tiny-1", "cash loans", *map(str, APPLICATION.values()),
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(max_size=30),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
)
names = st.one_of(st.sampled_from([*_field_names(), *APPLICATION]), st.text(max_size=8))
fields = st.dictionaries(names, st.one_of(texts, st.lists(texts, max_size=3)), max_size=10)
files = st.one_of(
    st.binary(max_size=60),
    st.text(alphabet=",;\t\n\"'AMT_CREDIT1.5{}[]:\0é", max_size=40).map(str.encode),
    st.dictionaries(st.sampled_from([*APPLICATION, "NAME"]), texts, max_size=6).map(
        lambda row: f"{','.join(row)}\n{','.join(row.values())}".encode()
    ),
)


@pytest.fixture
def desk(case_of, model_in_use) -> str:
    return assessed(case_of("advisor")).reference


@pytest.fixture
def browsers(client_as, settings) -> dict[str, Browser]:
    settings.DEBUG = False
    return {name: client_as(name) for name in PEOPLE}


FORM: Final = re.compile(r"<form.*?</form>", re.DOTALL)
FIELD: Final = re.compile(r"<(?:input|select|textarea|button)\b[^>]*?\bname=\"([^\"]+)\"[^>]*>", re.DOTALL)
VALUE: Final = re.compile(r"\bvalue=\"([^\"]*)\"")


def forms_on(page: str) -> list[tuple[str, dict[str, list[str]]]]:
    """The posted forms of a page: where each goes to, and its fields with the values on offer in the form."""
    forms = []
    for form in FORM.findall(page):
        action = re.search(r'\b(?:action|hx-post)="([^"?]+)', form)
        values = VALUE.findall(form)
        if action:
            forms.append((action[1], dict.fromkeys(FIELD.findall(form), values)))
    return forms


@pytest.fixture
def offered(desk: str, browsers: dict[str, Browser]) -> list[tuple[str, dict[str, list[str]]]]:
    """Every form that the pages of the desk offer to anybody; in a short run those of an advisor's day."""
    pages = [path.format(desk) for path, parts in ADDRESSES if parts in {(), ("case",)}]
    people = list(browsers)
    if "FUZZ_INPUTS" not in os.environ:
        pages, people = (
            [f"/cases/{desk}/", "/cases/new/", "/cases/", "/accounts/password/change/"],
            ["advisor"],
        )
    forms: dict[tuple[str, ...], tuple[str, dict[str, list[str]]]] = {}
    for browser in (browsers[person] for person in people):
        for path in pages:
            answer = browser.get(path)
            if answer.status_code == 200 and "html" in answer["Content-Type"] and not answer.streaming:
                forms |= {
                    (action, *sorted(form)): (action, form)
                    for action, form in forms_on(answer.content.decode())
                }
    return list(forms.values())


@settings(
    max_examples=INPUTS,
    deadline=None,
    derandomize="FUZZ_INPUTS" not in os.environ,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(data=st.data())
def test_no_input_breaks_a_page(
    desk: str,
    browsers: dict[str, Browser],
    offered: list[tuple[str, dict[str, list[str]]]],
    data: st.DataObject,
) -> None:
    browser = browsers[data.draw(st.sampled_from(sorted(browsers)))]
    headers = {"HX-Request": "true"} if data.draw(st.booleans()) else {}
    if data.draw(st.booleans()):
        address, fields_on_offer = data.draw(st.sampled_from(offered))
        chosen: dict[str, Any] = {}
        for name, values in fields_on_offer.items():
            choices = st.one_of(st.none(), texts, st.sampled_from(values or [""]))
            if (value := data.draw(choices)) is not None:
                chosen[name] = value
        send(browser, "post", address, chosen, headers)
        return
    path, parts = data.draw(st.sampled_from(ADDRESSES))
    written = [desk if part == "case" else part for part in parts]
    if written and data.draw(st.integers(0, 4)) == 0:
        written[-1] = data.draw(texts.filter(lambda text: "/" not in text))
    address = path.format(*(quote(part, safe="") for part in written))
    form: dict[str, Any] = dict(data.draw(fields))
    kind = data.draw(st.sampled_from(["get", "post", "file"]))
    if kind == "file":
        form["file"] = SimpleUploadedFile("client.csv", data.draw(files))
    send(browser, kind, address, form, headers)


def send(browser: Browser, kind: str, address: str, form: dict[str, Any], headers: dict[str, str]) -> None:
    """Send an input, and undo what it has done."""
    with transaction.atomic():
        answer = getattr(browser, "get" if kind == "get" else "post")(address, form, headers=headers)
        transaction.set_rollback(True)
    assert answer.status_code < 500, (kind, address, form)
