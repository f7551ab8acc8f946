"""No log line names a case or repeats a query, whichever page answers and however it fails."""

import io
import logging
import logging.config
from copy import deepcopy

import pytest
from django.conf import settings as django_settings
from django.test import Client as Browser
from django.urls import reverse

from tests.creditdesk.views.role_tables import CASES, NUMBERED

TYPED = "typed-by-somebody"


@pytest.fixture(params=["line", "json"])
def logged(request):
    """Everything that the configured handler writes meanwhile, in that format."""
    configuration = deepcopy(django_settings.LOGGING)
    stream = io.StringIO()
    configuration["handlers"]["stderr"] |= {"formatter": request.param, "stream": stream}
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logging.config.dictConfig(configuration)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def colleague_case(case, browser):
    browser.get(f"{case.get_absolute_url()}?draft={TYPED}")


def wrong_method(case, browser):
    browser.get(f"{case.get_absolute_url()}decide/?draft={TYPED}")


def unknown_page(case, browser):
    browser.get(f"/nowhere/{case.reference}/\N{ESCAPE}?draft={TYPED}")


def forged_form(case, browser):
    checked = Browser(enforce_csrf_checks=True)
    checked.cookies = browser.cookies
    checked.post(f"{case.get_absolute_url()}notes/?draft={TYPED}", {"text": TYPED})


def broken_page(case, browser):
    browser.raise_request_exception = False
    browser.get(f"/models/?draft={case.reference}{TYPED}")


@pytest.mark.parametrize(
    ("act", "logger"),
    [
        (colleague_case, "django.request"),
        (wrong_method, "django.request"),
        (unknown_page, "django.request"),
        (forged_form, "django.security.csrf"),
        (broken_page, "django.request"),
    ],
)
def test_a_failing_request_is_logged_without_its_address(
    client_as, case_of, logged, monkeypatch, act, logger
):
    def broken(*_arguments, **_named):
        raise RuntimeError

    monkeypatch.setattr("scoring.models.version.ModelVersion.objects.all", broken)
    monkeypatch.setattr("scoring.models.promotion.Activation.objects.current", broken)
    case = case_of("colleague")
    act(case, client_as("analyst" if act is broken_page else "advisor"))
    written = logged.getvalue()
    assert logger in written
    assert case.reference not in written
    assert TYPED not in written


def test_a_walk_over_every_page_of_a_case_leaves_neither_name_nor_reference_nor_query(
    client_as, case_of, model_in_use, logged
):
    """The log of a day: pages that answer, refuse and redirect, searches, notes, programs without a key."""
    case = case_of("advisor", name="Zoé Lefèvre-Kowalczyk")
    for role in ("advisor", "colleague", "manager", "auditor", "analyst"):
        browser = client_as(role)
        for page, method in sorted(CASES):
            numbers = ["bureau" if page == "case_correct_history" else 1] if page in NUMBERED else []
            address = f"{reverse(page, args=[case.reference, *numbers])}?draft={TYPED}"
            getattr(browser, method)(address, {"text": f"Kowalczyk {TYPED}"} if method == "post" else None)
        browser.post("/cases/", {"q": "Kowalczyk"})
        browser.get(f"/cases/export.csv?advisor={TYPED}")
    Browser().post("/api/v1/predict", {"reference": case.reference}, content_type="application/json")
    written = logged.getvalue().casefold()
    assert written.count("creditdesk.access") > 50
    for word in (case.reference, TYPED, "kowalczyk", "lefèvre", "lef\\u00e8vre", "zoé"):
        assert word.casefold() not in written, word
