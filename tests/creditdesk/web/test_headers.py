"""Headers of every answer, and what a browser is told under HTTPS."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client as Browser

from tests.accounts.password_sign_in import sign_in, user_with_password

ROOT = Path(__file__).resolve().parents[3]
UNSET = {"HTTPS", "BEHIND_TLS_PROXY", "DEBUG", "DEMO_SIGN_IN", "REQUIRE_MFA"}
# What creditdesk.settings makes of an installation's environment, without this test's own settings.
SETTINGS = """
import json, creditdesk.settings as s
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "SESSION_COOKIE_SECURE",
  "ALLAUTH_TRUSTED_PROXY_COUNT", "DEBUG", "DEMO_SIGN_IN", "REQUIRE_MFA", "HTTPS")
print(json.dumps({name: getattr(s, name, None) for name in names}))
"""


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/healthz", "/api/v1/model", "/no-such-page/"])
def test_every_answer_renounces_what_the_desk_never_uses(path):
    answer = Browser().get(path)
    assert "camera=()" in answer["Permissions-Policy"]
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_signing_out_tells_the_browser_to_forget_the_desk(client_as):
    browser = client_as("advisor")
    assert "Clear-Site-Data" not in browser.get("/accounts/2fa/")
    answer = browser.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client_as("admin").post("/admin/logout/")["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.django_db
def test_so_does_the_end_of_a_session_by_age(client_as, settings):
    browser = client_as("advisor")
    browser.get("/accounts/2fa/")
    settings.SESSION_IDLE_SECONDS = -1
    assert browser.get("/accounts/2fa/")["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.django_db
def test_the_cookies_of_a_known_device_are_of_this_host_alone(settings):
    settings.SESSION_COOKIE_SECURE = True
    user_with_password("advisor")
    browser = Browser()
    sign_in(browser, "advisor")
    (name,) = (name for name in browser.cookies if "device-" in name)
    assert name.startswith("__Host-device-")
    place = [browser.cookies[name][part] for part in ("path", "domain", "secure", "samesite")]
    assert place == ["/", "", True, "Strict"]


def installed(**environment: str) -> dict[str, object]:
    clean = {name: value for name, value in os.environ.items() if name not in UNSET}
    run = subprocess.run(
        [sys.executable, "-c", SETTINGS],
        cwd=ROOT,
        env=clean | {"SECRET_KEY": "x", "AUDIT_KEY": "x"} | environment,
        capture_output=True,
        check=True,
    )
    return dict(json.loads(run.stdout))


def test_under_https_every_cookie_belongs_to_this_host_alone():
    https = installed(HTTPS="true")
    cookies = [str(value) for name, value in https.items() if name.endswith("_NAME")]
    assert len(cookies) == 3
    assert all(cookie.startswith("__Host-") for cookie in cookies)
    # A browser refuses such a cookie over plain HTTP.
    assert "__Host-" not in str(installed(HTTPS="false"))


def test_an_installation_does_not_debug():
    """What nobody has set is the safe value."""
    made = installed()
    assert (made["DEBUG"], made["DEMO_SIGN_IN"], made["REQUIRE_MFA"], made["HTTPS"]) == (
        False,
        False,
        True,
        True,
    )


def test_the_number_of_proxies_is_a_setting():
    counts = [
        installed(HTTPS="true", **proxies)["ALLAUTH_TRUSTED_PROXY_COUNT"]
        for proxies in ({}, {"BEHIND_TLS_PROXY": "true"}, {"BEHIND_TLS_PROXY": "true", "PROXY_COUNT": "2"})
    ]
    assert counts == [None, 1, 2]
