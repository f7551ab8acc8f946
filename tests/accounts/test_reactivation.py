"""Return of deactivated users: by two administrators, whatever the role; the database holds them to it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client as Browser

from accounts.audit import Action, coverage
from accounts.audit.verification import RowsBroken, walk_rows
from accounts.models import RoleRequest, User
from accounts.role_requests import RoleRefused, answer_role_request, request_role
from accounts.roles import Role
from tests.accounts.administration.test_invitations import link_in, set_up
from tests.accounts.administration.users import NEW, USERS, act, fields, with_address
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password
from tests.accounts.test_role_requests import REQUESTS, admins, answer, browser_of

__all__ = ["admins"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def deactivated(admins) -> User:
    user = user_with_password("advisor")
    changed = fields(user)
    del changed["is_active"]
    browser_of("admin").post(f"{USERS}{user.pk}/change/", changed)
    user.refresh_from_db()
    assert not user.is_active
    return user


def ask_back(user: User, **changed: str) -> str:
    page = browser_of("admin").post(f"{USERS}{user.pk}/change/", fields(user, **changed), follow=True)
    return page.content.decode()


def stored() -> User:
    return User.objects.get(username="advisor")


def test_one_administrator_alone_brings_nobody_back(deactivated, events):
    assert "stays deactivated until another administrator" in ask_back(deactivated, first_name="Ada")
    assert (stored().is_active, stored().first_name) == (False, "Ada")
    assert not is_signed_in(_browser_after_sign_in())
    (event,) = events(Action.ROLE_REQUESTED)
    assert (event.actor, event.details["reactivates"]) == ("admin", True)
    (_, change) = sorted(events(Action.ADMIN_CHANGE), key=lambda event: event.sequence)
    assert change.details["changed"][1]["values"] == {"first_name": ["", "Ada"]}
    answer(browser_of("admin"), "approve")
    assert not stored().is_active


def test_the_second_administrator_brings_them_back_and_the_log_names_both(deactivated, events):
    ask_back(deactivated)
    answer(browser_of("second"), "approve")
    assert (stored().is_active, stored().role) == (True, Role.ADVISOR)
    assert is_signed_in(_browser_after_sign_in())
    (event,) = events(Action.ROLE_ANSWERED)
    assert (event.actor, event.details["reactivates"]) == ("second", True)
    assert set(event.details["rows"]) == {"accounts_user", "accounts_rolerequest"}


def test_a_rejected_return_leaves_them_out(deactivated):
    ask_back(deactivated)
    answer(browser_of("second"), "reject")
    assert not stored().is_active


def test_a_return_with_another_role_is_one_request(deactivated):
    ask_back(deactivated, role="manager")
    assert (stored().role, stored().is_active) == (Role.ADVISOR, False)
    request = RoleRequest.objects.get()
    assert (request.role, request.reactivates) == ("manager", True)
    answer(browser_of("second"), "approve")
    assert (stored().role, stored().is_active) == (Role.MANAGER, True)


def test_a_role_given_to_somebody_deactivated_does_not_bring_them_back(deactivated, admins):
    request = request_role(user=deactivated, role=Role.MANAGER, by=admins["admin"])
    answer_role_request(request=request, approve=True, by=admins["second"])
    assert (stored().role, stored().is_active) == (Role.MANAGER, False)


def test_who_is_back_already_is_not_brought_back_again(deactivated, admins):
    request = request_role(user=deactivated, role=Role.ADVISOR, by=admins["admin"], reactivates=True)
    call_command(
        "grant_role", "advisor", "advisor", reason="The bank has one administrator.", stdout=StringIO()
    )
    with pytest.raises(RoleRefused, match="changed since"):
        answer_role_request(request=request, approve=True, by=admins["second"])
    answer_role_request(request=request, approve=False, by=admins["second"])
    with pytest.raises(RoleRefused, match="active already"):
        request_role(user=stored(), role=Role.ADVISOR, by=admins["admin"], reactivates=True)


def test_where_one_administrator_is_left_the_command_brings_back_and_the_log_says_why(deactivated, events):
    call_command(
        "grant_role", "advisor", "advisor", reason="The bank has one administrator.", stdout=StringIO()
    )
    assert stored().is_active
    (event,) = events(Action.ROLE_GRANTED)
    assert (event.details["reactivated"], event.details["previous"]) == (True, "advisor")


def test_what_was_requested_stays_as_it_was_in_the_database(deactivated, admins):
    request = request_role(user=deactivated, role=Role.ADVISOR, by=admins["admin"])
    with pytest.raises(DatabaseError), transaction.atomic():
        RoleRequest.objects.filter(pk=request.pk).update(reactivates=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        RoleRequest.objects.filter(pk=request.pk).delete()


def test_an_account_activated_past_the_desk_is_named(deactivated, by_hand):
    with transaction.atomic():
        coverage.seal_again(["accounts_user"])
    walk_rows()
    by_hand("UPDATE accounts_user SET is_active = NOT is_active WHERE username = 'advisor'")
    with pytest.raises(RowsBroken, match=f"row {deactivated.pk} of accounts_user"):
        walk_rows()


def _browser_after_sign_in():
    browser = Browser()
    sign_in(browser, "advisor")
    return browser


def test_an_account_whose_address_an_administrator_changes_waits_for_another(admins, events):
    user, owner = user_with_password("advisor"), Browser()
    sign_in(owner, "advisor")
    page = browser_of("admin").post(
        f"{USERS}{user.pk}/change/", fields(user, email="mine@bank.example", role="manager"), follow=True
    )
    assert "stays deactivated until another administrator" in page.content.decode()
    assert (stored().is_active, stored().role, stored().email) == (False, Role.ADVISOR, "mine@bank.example")
    assert not is_signed_in(owner)
    (event,) = events(Action.ADMIN_CHANGE)
    values = event.details["changed"][1]["values"]
    assert values == {"email": ["", "mine@bank.example"], "is_active": [True, False]}
    answer(browser_of("admin"), "approve")
    assert not stored().is_active
    answer(browser_of("second"), "approve")
    assert (stored().is_active, stored().role) == (True, Role.MANAGER)


@pytest.mark.parametrize("action", ["invite_again", "reset_second_factor"])
def test_a_link_that_an_administrator_sees_opens_no_account_alone(admins, action):
    user = user_with_password("advisor")
    page = act(browser_of("admin"), action, user, follow=True).content.decode()
    assert "stays deactivated until another administrator" in page
    assert "no longer works" in set_up(link_in(page)).content.decode()
    assert not stored().has_usable_password()
    answer(browser_of("second"), "approve")
    assert set_up(link_in(page))["Location"] == "/accounts/login/"
    assert stored().has_usable_password()


@pytest.mark.parametrize("action", ["invite_again", "reset_second_factor"])
def test_a_link_that_goes_to_the_address_of_the_owner_needs_no_second_administrator(
    admins, action, mailoutbox, django_capture_on_commit_callbacks
):
    user = with_address(user_with_password("advisor"))
    with django_capture_on_commit_callbacks(execute=True):
        page = act(browser_of("admin"), action, user, follow=True).content.decode()
    assert "/accounts/invitation/" not in page
    assert stored().is_active
    assert [message.to for message in mailoutbox] == [["advisor@bank.example"]]
    assert set_up(link_in(mailoutbox[0].body))["Location"] == "/accounts/login/"


def test_the_address_of_an_account_that_nobody_has_used_is_put_right_by_one_administrator(admins):
    browser_of("admin").post(f"{USERS}add/", NEW | {"role": "advisor", "email": "typo@bank.example"})
    user = User.objects.get(username="newcomer")
    browser_of("admin").post(f"{USERS}{user.pk}/change/", fields(user, email="ada@bank.example"))
    user.refresh_from_db()
    assert (user.is_active, user.email) == (True, "ada@bank.example")


def test_the_second_administrator_reads_where_the_next_link_goes_and_who_chose_it(admins):
    user, owner = with_address(user_with_password("advisor")), Browser()
    sign_in(owner, "advisor")
    browser_of("admin").post(
        f"{USERS}{user.pk}/change/", fields(user, email="mine@bank.example"), follow=True
    )
    page = browser_of("second").get(REQUESTS).content.decode()
    assert "Address: mine@bank.example" in page
    assert "admin changed the address" in page
    assert "before advisor@bank.example, then mine@bank.example" in page
    answer(browser_of("second"), "approve")
    assert "mine@bank.example" not in browser_of("second").get(REQUESTS).content.decode()


def test_an_address_that_was_changed_while_the_account_was_closed_is_read_as_well(deactivated):
    browser_of("admin").post(
        f"{USERS}{deactivated.pk}/change/",
        {
            key: value
            for key, value in fields(deactivated, email="mine@bank.example").items()
            if key != "is_active"
        },
    )
    ask_back(stored(), email="mine@bank.example")
    page = browser_of("second").get(REQUESTS).content.decode()
    assert "before none, then mine@bank.example" in page


@pytest.mark.parametrize("action", ["invite_again", "reset_second_factor"])
def test_the_second_administrator_reads_to_whom_a_link_was_shown(admins, action):
    act(browser_of("admin"), action, user_with_password("advisor"), follow=True)
    page = browser_of("second").get(REQUESTS).content.decode()
    assert "Address: none" in page
    assert "A link into the account was shown to admin on" in page


@pytest.mark.parametrize("action", ["invite_again", "reset_second_factor"])
def test_while_a_request_waits_no_address_is_changed_and_no_link_shown(deactivated, action):
    ask_back(deactivated)
    page = act(browser_of("admin"), action, stored(), follow=True).content.decode()
    assert "/accounts/invitation/" not in page
    assert "Advisor waits for the answer of another administrator" in page
    assert "Second factor reset" not in page
    assert "was shown to" not in browser_of("second").get(REQUESTS).content.decode()
    browser_of("admin").post(f"{USERS}{deactivated.pk}/change/", fields(stored(), email="mine@bank.example"))
    assert stored().email == ""


def test_a_link_that_was_shown_before_the_account_had_an_address_is_read_as_well(admins):
    act(browser_of("admin"), "invite_again", user_with_password("advisor"))
    answer(browser_of("second"), "reject")
    ask_back(stored(), email="mine@bank.example")
    page = browser_of("second").get(REQUESTS).content.decode()
    assert "Address: mine@bank.example" in page
    assert "before none, then mine@bank.example" in page
    assert "A link into the account was shown to admin on" in page
