"""Administrators manage people; every change is recorded with its old and new value, in one transaction."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client as Browser

from accounts.audit import Action
from accounts.models import User
from accounts.roles import Role
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


def fields(user: User, **changed):
    return {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role,
        "is_active": "on",
    } | changed


def test_an_administrator_makes_a_user(client_as, events):
    password = {"password1": "an initial pass-phrase", "password2": "an initial pass-phrase"}
    new = {"username": "newcomer", "first_name": "Ada", "last_name": "Noël", "role": "manager"}
    client_as("admin").post(f"{USERS}add/", new | password)
    user = User.objects.get(username="newcomer")
    assert (user.role, user.is_staff, user.is_superuser) == (Role.MANAGER, False, False)
    assert sign_in(Browser(), "newcomer", "an initial pass-phrase").status_code == 302
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.actor, event.target) == ("admin", "user:newcomer")
    assert event.details["added"][1]["values"]["role"] == [None, "manager"]
    assert "pass-phrase" not in str(event.details)


def test_a_changed_role_is_recorded_with_the_old_and_the_new_one(client_as, person, events):
    advisor = person("advisor")
    client_as("admin").post(f"{USERS}{advisor.pk}/change/", fields(advisor, role="manager"))
    advisor.refresh_from_db()
    assert advisor.role == Role.MANAGER
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.actor, event.target) == ("admin", "user:advisor")
    assert event.details["changed"][1] == {"values": {"role": ["advisor", "manager"]}}


def test_a_change_that_cannot_be_recorded_does_not_happen(person, by_hand):
    advisor = person("advisor")
    browser = Browser(raise_request_exception=False)
    browser.force_login(person("admin"))
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    answer = browser.post(f"{USERS}{advisor.pk}/change/", fields(advisor, role="admin"))
    assert answer.status_code == 500
    advisor.refresh_from_db()
    assert advisor.role == Role.ADVISOR


def test_a_deactivated_user_is_out_at_once(client_as, events):
    advisor, browser = user_with_password("advisor"), Browser()
    sign_in(browser, "advisor")
    changed = fields(advisor)
    del changed["is_active"]
    client_as("admin").post(f"{USERS}{advisor.pk}/change/", changed)
    assert not is_signed_in(browser)
    assert events(Action.ADMIN_CHANGE)[0].details["changed"][1] == {"values": {"is_active": [True, False]}}


def test_nobody_changes_their_own_role_or_locks_themselves_out(client_as, person):
    admin = person("admin")
    changed = fields(admin, role="manager", first_name="Grace")
    del changed["is_active"]
    client_as("admin").post(f"{USERS}{admin.pk}/change/", changed)
    admin.refresh_from_db()
    assert (admin.first_name, admin.role, admin.is_active) == ("Grace", Role.ADMIN, True)


def test_a_user_name_stays_because_the_log_names_people_by_it(client_as, person):
    advisor = person("advisor")
    client_as("admin").post(f"{USERS}{advisor.pk}/change/", fields(advisor, username="renamed"))
    assert User.objects.filter(username="advisor").exists()


def test_no_page_shows_a_password_hash(client_as):
    advisor = user_with_password("advisor")
    for path in (USERS, f"{USERS}{advisor.pk}/change/", f"{USERS}{advisor.pk}/password/"):
        page = client_as("admin").get(path)
        assert page.status_code == 200
        assert advisor.password not in page.content.decode()
        assert advisor.password.rpartition("$")[2][:6] not in page.content.decode()


def test_a_new_password_set_by_an_administrator_is_recorded_and_ends_the_sessions(client_as, events):
    advisor, browser = user_with_password("advisor"), Browser()
    sign_in(browser, "advisor")
    new = {"password1": "a replaced pass-phrase", "password2": "a replaced pass-phrase"}
    client_as("admin").post(f"{USERS}{advisor.pk}/password/", new | {"usable_password": "true"})
    assert not is_signed_in(browser)
    assert sign_in(Browser(), "advisor", "a replaced pass-phrase").status_code == 302
    (event,) = events(Action.ADMIN_CHANGE)
    assert event.target == "user:advisor"
    assert "pass-phrase" not in str(event.details)


def test_an_administrator_s_own_password_needs_the_present_one(client_as, person):
    new = {"password1": "a replaced pass-phrase", "password2": "a replaced pass-phrase"}
    answer = client_as("admin").post(f"{USERS}{person('admin').pk}/password/", new)
    assert answer["Location"] == "/accounts/password/change/"
    assert not person("admin").check_password("a replaced pass-phrase")


def act(browser: Browser, action: str, *users: User):
    return browser.post(USERS, {"action": action, "_selected_action": [user.pk for user in users]})


def test_a_lost_second_factor_is_reset_and_recorded(client_as, person, events):
    advisor = person("advisor")
    TOTP.activate(advisor, generate_totp_secret())
    act(client_as("admin"), "reset_second_factor", advisor)
    assert not Authenticator.objects.exists()
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.target, event.details["second_factor"]) == ("user:advisor", [True, False])


def test_nobody_resets_their_own_second_factor_there(client_as, person):
    admin = person("admin")
    TOTP.activate(admin, generate_totp_secret())
    act(client_as("admin"), "reset_second_factor", admin)
    assert Authenticator.objects.exists()


def test_an_administrator_ends_every_session_of_a_user(client_as, events):
    advisor, first, second = user_with_password("advisor"), Browser(), Browser()
    for browser in (first, second):
        sign_in(browser, "advisor")
    act(client_as("admin"), "end_sessions", advisor)
    assert not is_signed_in(first)
    assert not is_signed_in(second)
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.target, event.details["sessions"]) == ("user:advisor", [2, 0])


def test_users_are_deactivated_and_never_deleted(client_as, person):
    advisor, browser = person("advisor"), client_as("admin")
    assert browser.post(f"{USERS}{advisor.pk}/delete/", {"post": "yes"}).status_code == 403
    act(browser, "delete_selected", advisor)
    assert User.objects.filter(pk=advisor.pk).exists()


def test_an_auditor_sees_no_users_and_changes_none(client_as, person):
    advisor, browser = person("advisor"), client_as("auditor")
    page = browser.get(USERS)
    assert page.status_code == 403
    assert str(advisor) not in page.content.decode()
    assert browser.post(f"{USERS}{advisor.pk}/change/", fields(advisor, role="admin")).status_code == 403
    advisor.refresh_from_db()
    assert advisor.role == Role.ADVISOR


@pytest.mark.parametrize(
    "path", ["mfa/authenticator/", "account/emailaddress/", "auth/group/", "usersessions/usersession/"]
)
def test_models_of_other_applications_are_open_to_nobody(client_as, path):
    admin = client_as("admin")
    assert admin.get(f"/admin/{path}").status_code == 403
    assert f"/admin/{path}" not in admin.get("/admin/").content.decode()
