"""An address with a zero byte names nothing, in either database."""

import pytest
from django.test import Client as Browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/models/a%00b/", "/models/%00/fairness/", "/cases/1%002/", "/api/v1/%00"])
def test_an_address_with_a_zero_byte_does_not_exist(client_as, model_in_use, path):
    assert client_as("manager").get(path).status_code == 404
    assert client_as("manager").post(path).status_code == 404


@pytest.mark.parametrize(("before", "language"), [("fr", "en"), ("en", "fr")])
def test_its_page_is_in_the_language_of_the_reader(before, language):
    browser = Browser()
    browser.get("/accounts/login/", headers={"Accept-Language": before})
    page = browser.get("/%00", headers={"Accept-Language": language})
    assert page.status_code == 404
    assert f'<html lang="{language}">' in page.content.decode()
