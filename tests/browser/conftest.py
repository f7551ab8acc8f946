import mimetypes
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import User
from creditdesk import services
from creditdesk.models import Assessment, Case
from scoring import services as versions
from tests.browser.chromium import CHROMIUM
from tests.browser.every_page import MODEL
from tests.factories import UserFactory

# The server of the tests knows types of files by this list; the desk's own has a setting.
for ending, media_type in django_settings.WHITENOISE_MIMETYPES.items():
    mimetypes.add_type(media_type, ending)
CLIENTS, SEED = 16, 20
PASSWORD = "a-long-enough-password"
# Milliseconds; the first page of a process loads the model, on a machine that may do other work.
NAVIGATION = 90_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright's own event loop runs in this thread; Django would take every query here for an async one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def people(person) -> Callable[[str], User]:
    """A user who can sign in with the password."""

    def make(name: str) -> User:
        user = person(name)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


@pytest.fixture
def window(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """A new browser window on the desk; an error of its scripts fails the test."""
    contexts, complaints = [], []

    def open_window(locale: str = "en-GB", width: int = 1280, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            locale=locale,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
        )
        context.set_default_navigation_timeout(NAVIGATION)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if _is_violation(line) else None)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


def _is_violation(line) -> bool:
    return line.type == "error" and "Content Security Policy" in line.text


@pytest.fixture
def page_as(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """A page in which that person has signed in, by a session alone; nobody for ""."""
    contexts = []

    def open_page(name: str, width: int = 1366, **options) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 768}, **options
        )
        context.set_default_navigation_timeout(NAVIGATION)
        contexts.append(context)
        if name:
            context.add_cookies([{**_session_cookie(name), "url": live_server.url}])
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def _session_cookie(username: str) -> dict[str, str]:
    """The cookie of a session that has just confirmed the password."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session.save()
    return {"name": django_settings.SESSION_COOKIE_NAME, "value": str(session.session_key)}


@pytest.fixture
def signed_in(window, people) -> Callable[..., Page]:
    """A window in which that person has signed in by hand."""

    def sign_in(name: str, **options) -> Page:
        people(name)
        page = window(**options)
        page.goto("/")
        page.locator("[name=login]").fill(name)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    return sign_in


@pytest.fixture
def refused_cases(settings, tmp_path) -> list[Case]:
    """Two refused clients with a whole history: one waits for a decision, one contests it."""
    settings.ML_ARTIFACTS = settings.BASE_DIR / "ml_artifacts"
    versions.activate(version=versions.register(name=MODEL, by=None), by=None, reason="")
    advisor = UserFactory(username="advisor", role="advisor")
    folder: Path = tmp_path / "portfolio"
    call_command("make_portfolio", folder, clients=CLIENTS, seed=SEED, verbosity=0)
    call_command("import_portfolio", folder, advisor="advisor", verbosity=0)
    assessments = [services.assess(case=case, by=advisor) for case in Case.objects.all()]
    pending, contested = [each for each in assessments if each.verdict == "refuse"][:2]
    _contest(contested, advisor)
    return [_case(pending), _case(contested)]


def _case(assessment: Assessment) -> Case:
    case: Case = Case.objects.get(assessments=assessment)
    return case


def _contest(assessment: Assessment, advisor: User) -> None:
    case = _case(assessment)
    services.decide(case=case, assessment=assessment, outcome="refuse", by=advisor, reason_code="", reason="")
    statement = "My income has risen since, and the loan at the other bank is repaid."
    services.contest(case=case, by=advisor, client_statement=statement, received_on=timezone.localdate())
