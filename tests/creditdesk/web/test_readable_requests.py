"""Refusal of what cannot be read, before anything fails on it, whoever sends it."""

import pytest
from django.test import Client as Browser

from tests.html import HTMX

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("charset", ["utf-7", "idna", "latin-1", "utf-16"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/cases/", "/accounts/oidc/logout/", "/api/v1/predict"])
def test_a_form_in_another_encoding_is_refused(path, charset):
    browser = Browser(enforce_csrf_checks=True)
    # With the cookie of the token, which anybody gets: the form is read to compare it.
    browser.get("/accounts/login/")
    answer = browser.generic("POST", path, b"login=a", content_type=f"{FORM}; charset={charset}")
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["UTF-8", "utf8", "nonsense"])
def test_a_form_in_utf_8_is_read_whatever_its_encoding_is_called(client_as, charset):
    sent, content_type = b"q=%C3%A9l%C3%A9onore", f"{FORM}; charset={charset}"
    page = client_as("advisor").generic("POST", "/cases/", sent, content_type=content_type)
    assert page.status_code == 200
    assert "éléonore" in page.content.decode()


@pytest.mark.parametrize("charset", ["idna", "utf-7"])
def test_an_address_is_utf_8_whatever_a_request_states(client_as, charset):
    page = client_as("advisor").generic(
        "GET", "/cases/?queue=%FF", content_type=f"text/plain; charset={charset}"
    )
    assert page.status_code == 200


@pytest.mark.parametrize("more", [{}, {"HX-Current-URL-URI-AutoEncoded": "true"}])
@pytest.mark.parametrize("page", ["http://[", "http://%5B", "//[::1"])
def test_a_fragment_for_a_page_without_an_address_is_refused_or_leads_home(page, more):
    answer = Browser().get("/cases/", headers=HTMX | {"HX-Current-URL": page} | more)
    assert answer.status_code == 400 or answer["HX-Redirect"] == "/accounts/login/?next=%2F"
