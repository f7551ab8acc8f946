"""Administrators manage people; every change is recorded with its old and new value, in one transaction."""

import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.test import Client as Browser

from accounts.audit import Action
from accounts.models import User
from accounts.roles import Role
from tests.accounts.administration.users import NEW, USERS, act, fields, with_address
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password

pytestmark = pytest.mark.django_db


def test_an_administrator_proves_again_who_they_are_before_users_are_touched(proven_as, person, monkeypatch):
    advisor, browser = person("advisor"), proven_as("admin")
    later = time.time() + 400
    monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda: later)
    for answer in (
        browser.post(f"{USERS}add/", NEW),
        browser.post(f"{USERS}{advisor.pk}/change/", fields(advisor, role="admin")),
        act(browser, "reset_second_factor", advisor),
        act(browser, "invite_again", advisor),
    ):
        assert (answer.status_code, "reauthenticate" in answer["Location"]) == (302, True)
    advisor.refresh_from_db()
    assert (advisor.role, User.objects.filter(username="newcomer").exists()) == (Role.ADVISOR, False)


def test_a_role_with_fewer_rights_is_given_at_once_and_recorded_with_both(proven_as, person, events):
    manager = person("manager")
    proven_as("admin").post(f"{USERS}{manager.pk}/change/", fields(manager, role="advisor"))
    manager.refresh_from_db()
    assert manager.role == Role.ADVISOR
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.actor, event.target) == ("admin", "user:manager")
    assert event.details["changed"][1] == {"values": {"role": ["manager", "advisor"]}}


def test_a_change_that_cannot_be_recorded_does_not_happen(proven_as, person, by_hand):
    advisor = person("advisor")
    browser = proven_as("admin")
    browser.raise_request_exception = False
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    answer = browser.post(f"{USERS}{advisor.pk}/change/", fields(advisor, role="admin"))
    assert answer.status_code == 500
    advisor.refresh_from_db()
    assert advisor.role == Role.ADVISOR


def test_a_deactivated_user_is_out_at_once(proven_as, events):
    advisor, browser = user_with_password("advisor"), Browser()
    sign_in(browser, "advisor")
    changed = fields(advisor)
    del changed["is_active"]
    proven_as("admin").post(f"{USERS}{advisor.pk}/change/", changed)
    assert not is_signed_in(browser)
    assert events(Action.ADMIN_CHANGE)[0].details["changed"][1] == {"values": {"is_active": [True, False]}}


def test_nobody_changes_their_own_role_or_locks_themselves_out(proven_as, person):
    admin = person("admin")
    changed = fields(admin, role="manager", first_name="Grace")
    del changed["is_active"]
    proven_as("admin").post(f"{USERS}{admin.pk}/change/", changed)
    admin.refresh_from_db()
    assert (admin.first_name, admin.role, admin.is_active) == ("Grace", Role.ADMIN, True)


def test_a_user_name_stays_because_the_log_names_people_by_it(proven_as, person):
    advisor = person("advisor")
    proven_as("admin").post(f"{USERS}{advisor.pk}/change/", fields(advisor, username="renamed"))
    assert User.objects.filter(username="advisor").exists()


def test_no_page_shows_a_password_hash(proven_as):
    advisor = user_with_password("advisor")
    admin = proven_as("admin")
    for path in (USERS, f"{USERS}{advisor.pk}/change/"):
        page = admin.get(path)
        assert page.status_code == 200
        assert advisor.password not in page.content.decode()
        assert advisor.password.rpartition("$")[2][:6] not in page.content.decode()


def test_a_password_set_on_the_command_line_opens_nothing_but_its_change(monkeypatch):
    advisor, browser = user_with_password("advisor"), Browser()
    monkeypatch.setattr(
        "django.contrib.auth.management.commands.changepassword.getpass.getpass",
        lambda prompt: "set by the operator",
    )
    call_command("changepassword", "advisor", stdout=StringIO())
    sign_in(browser, "advisor", "set by the operator")
    assert browser.get("/cases/")["Location"] == "/accounts/password/change/"
    own = {
        "oldpassword": "set by the operator",
        "password1": "a phrase of my own",
        "password2": "a phrase of my own",
    }
    browser.post("/accounts/password/change/", own)
    assert browser.get("/cases/").status_code == 200
    advisor.refresh_from_db()
    assert (advisor.must_change_password, advisor.check_password("a phrase of my own")) == (False, True)


@pytest.mark.parametrize("model", ["decision", "assessment"])
def test_an_administrator_reads_no_grounds_of_cases(proven_as, model):
    admin = proven_as("admin")
    assert admin.get(f"/admin/creditdesk/{model}/").status_code == 403
    assert f"/admin/creditdesk/{model}/" not in admin.get("/admin/").content.decode()
    assert proven_as("auditor").get(f"/admin/creditdesk/{model}/").status_code == 200


def test_an_administrator_s_own_password_needs_the_present_one(proven_as, person):
    new = {"password1": "a replaced pass-phrase", "password2": "a replaced pass-phrase"}
    answer = proven_as("admin").post(f"{USERS}{person('admin').pk}/password/", new)
    assert answer["Location"] == "/accounts/password/change/"
    assert not person("admin").check_password("a replaced pass-phrase")


def test_a_lost_second_factor_is_reset_and_recorded(proven_as, person, events):
    advisor = with_address(person("advisor"))
    TOTP.activate(advisor, generate_totp_secret())
    act(proven_as("admin"), "reset_second_factor", advisor)
    assert not Authenticator.objects.exists()
    assert not User.objects.get(username="advisor").has_usable_password()
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.target, event.details["second_factor"]) == ("user:advisor", [True, False])


def test_a_reset_takes_every_passkey_too_and_the_password_that_would_enrol_another(proven_as, person, events):
    advisor = with_address(person("advisor"))
    for name in ("Laptop", "Phone"):
        Authenticator.objects.create(user=advisor, type=Authenticator.Type.WEBAUTHN, data={"name": name})
    browser = proven_as("admin")
    act(browser, "reset_second_factor", advisor)
    assert not Authenticator.objects.exists()
    assert not User.objects.get(username="advisor").has_usable_password()
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.target, event.details["second_factor"]) == ("user:advisor", [True, False])


def test_nobody_resets_their_own_second_factor_there(proven_as, person):
    browser, admin = proven_as("admin"), person("admin")
    TOTP.activate(admin, generate_totp_secret())
    act(browser, "reset_second_factor", admin)
    assert Authenticator.objects.exists()


def test_an_administrator_ends_every_session_of_a_user(proven_as, events):
    advisor, first, second = user_with_password("advisor"), Browser(), Browser()
    for browser in (first, second):
        sign_in(browser, "advisor")
    act(proven_as("admin"), "end_sessions", advisor)
    assert not is_signed_in(first)
    assert not is_signed_in(second)
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.target, event.details["sessions"]) == ("user:advisor", [2, 0])


def test_users_are_deactivated_and_never_deleted(proven_as, person):
    advisor, browser = person("advisor"), proven_as("admin")
    assert browser.post(f"{USERS}{advisor.pk}/delete/", {"post": "yes"}).status_code == 403
    act(browser, "delete_selected", advisor)
    assert User.objects.filter(pk=advisor.pk).exists()


def test_an_auditor_sees_no_users_and_changes_none(proven_as, person):
    advisor, browser = person("advisor"), proven_as("auditor")
    page = browser.get(USERS)
    assert page.status_code == 403
    assert str(advisor) not in page.content.decode()
    assert browser.post(f"{USERS}{advisor.pk}/change/", fields(advisor, role="admin")).status_code == 403
    advisor.refresh_from_db()
    assert advisor.role == Role.ADVISOR


@pytest.mark.parametrize(
    "path", ["mfa/authenticator/", "account/emailaddress/", "auth/group/", "usersessions/usersession/"]
)
def test_models_of_other_applications_are_open_to_nobody(proven_as, path):
    admin = proven_as("admin")
    assert admin.get(f"/admin/{path}").status_code == 403
    assert f"/admin/{path}" not in admin.get("/admin/").content.decode()
