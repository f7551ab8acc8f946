"""Sign-in by the directory in a real Chromium: the policy lets the form lead there and nowhere else."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.accounts.oidc.conftest import directory  # noqa: F401
from tests.browser import axe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def policy(settings, directory) -> None:  # noqa: F811
    policy = settings.CONTENT_SECURITY_POLICY
    allowed = {"form-action": [*policy["DIRECTIVES"]["form-action"], directory.issuer]}
    settings.CONTENT_SECURITY_POLICY = {**policy, "DIRECTIVES": {**policy["DIRECTIVES"], **allowed}}


@pytest.mark.parametrize(("locale", "width"), [("fr-FR", 360), ("en-GB", 1366)])
def test_the_button_leads_through_the_directory_to_the_desk(policy, window, locale, width):
    page = window(locale=locale, width=width)
    page.goto("/accounts/login/?next=/help/")
    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Bank account").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/help/")
    assert User.objects.get().username == "grace"


def test_a_refusal_is_shown_on_the_sign_in_page(policy, directory, window):  # noqa: F811
    directory.person["groups"] = []
    page = window()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Bank account").click()
    expect(page.locator(".flash-error").filter(has_text="does not let you in here")).to_be_visible()
    assert axe.violations(page) == []
