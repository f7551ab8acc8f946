"""A password alone opens nothing but the page where the second factor is given."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client as Browser

from accounts.audit import Action
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.accounts.urls"),
    pytest.mark.usefixtures("mfa_required"),
]
ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.fixture
def advisor():
    return user_with_password("advisor")


@pytest.fixture
def secret(advisor) -> str:
    """The secret in the advisor's authenticator app."""
    secret = str(generate_totp_secret())
    TOTP.activate(advisor, secret)
    return secret


def code(secret: str, *, ahead: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead)))


def give_code(browser: Browser, code: str):
    return browser.post("/accounts/2fa/authenticate/", {"code": code})


@pytest.mark.parametrize("path", ["/page/", "/cases/", "/accounts/sessions/", "/accounts/2fa/", "/admin/"])
def test_without_an_authenticator_every_page_leads_to_its_activation(advisor, path):
    browser = Browser()
    sign_in(browser, "advisor")
    answer = browser.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"{ACTIVATE}?next={path}")


def test_somebody_without_an_authenticator_can_enrol_change_language_and_leave(advisor):
    browser = Browser()
    sign_in(browser, "advisor")
    assert browser.get(ACTIVATE).status_code == 200
    assert browser.post("/language/", {"language": "fr"})["Location"] == "/"
    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.get("/healthz").status_code == 200


def test_enrolling_opens_the_desk_and_is_recorded(advisor, events):
    browser = Browser()
    sign_in(browser, "advisor")
    secret = browser.get(ACTIVATE).context["form"].secret
    assert browser.post(ACTIVATE, {"code": code(secret)}).status_code == 302
    assert browser.get("/page/").status_code == 200
    (event,) = events(Action.MFA_CHANGE)
    assert (event.actor, event.details) == ("advisor", {"change": "authenticator added"})


def test_an_enrolment_that_cannot_be_recorded_does_not_happen(advisor, by_hand):
    browser = Browser(raise_request_exception=False)
    sign_in(browser, "advisor")
    secret = browser.get(ACTIVATE).context["form"].secret
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    assert browser.post(ACTIVATE, {"code": code(secret)}).status_code == 500
    assert not Authenticator.objects.exists()


def test_the_password_alone_does_not_sign_in_who_has_an_authenticator(secret):
    browser = Browser()
    assert sign_in(browser, "advisor")["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/page/")["Location"].startswith("/accounts/login/")


def test_password_and_code_sign_in_and_both_are_recorded(secret, events):
    browser = Browser()
    sign_in(browser, "advisor")
    give_code(browser, code(secret))
    assert browser.get("/page/").status_code == 200
    assert [event.details for event in events(Action.SIGN_IN)] == [{"with": ["password", "mfa"]}]


def test_a_wrong_code_is_recorded_without_the_code(secret, events):
    browser = Browser()
    sign_in(browser, "advisor")
    wrong = str((int(code(secret)) + 1) % 10**6).zfill(6)
    give_code(browser, wrong)
    assert not is_signed_in(browser)
    assert [(e.target, e.details) for e in events(Action.SIGN_IN_FAILED)] == [
        ("user:advisor", {"step": "second factor"})
    ]


def test_a_code_works_once(secret, monkeypatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    used = code(secret)
    first, second = Browser(), Browser()
    for browser in (first, second):
        sign_in(browser, "advisor")
        give_code(browser, used)
    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_the_code_that_activated_the_factor_opens_nothing_else(advisor):
    browser, other = Browser(), Browser()
    sign_in(browser, "advisor")
    used = code(browser.get(ACTIVATE).context["form"].secret)
    browser.post(ACTIVATE, {"code": used})
    sign_in(other, "advisor")
    give_code(other, used)
    assert not is_signed_in(other)


@pytest.mark.parametrize("ahead", [-2, 2])
def test_a_code_of_another_time_does_not_work(secret, ahead):
    browser = Browser()
    sign_in(browser, "advisor")
    give_code(browser, code(secret, ahead=ahead))
    assert not is_signed_in(browser)


def test_a_recovery_code_works_once(advisor, secret):
    spare = RecoveryCodes.activate(advisor).generate_codes()[0]
    first, second = Browser(), Browser()
    for browser in (first, second):
        sign_in(browser, "advisor")
        give_code(browser, spare)
    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_codes_cannot_be_guessed_forever(secret):
    browser = Browser()
    sign_in(browser, "advisor")
    for guess in range(5):
        give_code(browser, f"{guess:06}")
    give_code(browser, code(secret))
    assert not is_signed_in(browser)


def test_a_session_from_before_the_enrolment_has_to_prove_the_factor(advisor, secret):
    browser = Browser()
    browser.force_login(advisor)
    answer = browser.get("/page/")
    assert answer["Location"] == "/accounts/2fa/reauthenticate/?next=/page/"
    browser.post(answer["Location"], {"code": code(secret), "next": "/page/"})
    assert browser.get("/page/").status_code == 200


def test_removing_the_authenticator_is_recorded_and_asks_for_a_new_one(secret, events):
    browser = Browser()
    sign_in(browser, "advisor")
    give_code(browser, code(secret))
    browser.post("/accounts/2fa/totp/deactivate/")
    assert [event.details for event in events(Action.MFA_CHANGE)] == [{"change": "authenticator removed"}]
    assert browser.get("/page/")["Location"].startswith(ACTIVATE)


def test_new_recovery_codes_are_recorded(secret, events):
    browser = Browser()
    sign_in(browser, "advisor")
    give_code(browser, code(secret))
    browser.post("/accounts/2fa/recovery-codes/generate/")
    assert [event.details for event in events(Action.MFA_CHANGE)] == [{"change": "recovery codes renewed"}]


def test_an_old_session_gives_the_password_again_before_the_factor_changes(secret, monkeypatch):
    browser = Browser()
    sign_in(browser, "advisor")
    give_code(browser, code(secret))
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 600)
    answer = browser.post("/accounts/2fa/totp/deactivate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.exists()


def test_the_demo_asks_for_no_second_factor(advisor, settings):
    settings.REQUIRE_MFA = False
    browser = Browser()
    assert sign_in(browser, "advisor")["Location"] == "/"
    page = browser.get("/page/")
    assert page.status_code == 200
    assert page.content.decode() == page["X-Request-ID"]


def test_secrets_are_not_readable_in_the_database(secret):
    assert secret not in str(list(Authenticator.objects.values()))
