"""A role with more rights takes two administrators; what one of them does alone opens nothing."""

import time
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client as Browser

from accounts.audit import Action
from accounts.models import RoleRequest, User
from accounts.role_requests import RoleRefused, answer_role_request, request_role
from accounts.roles import Role, adds_rights
from tests.accounts.administration.users import NEW, USERS, fields
from tests.accounts.password_sign_in import sign_in, user_with_password

pytestmark = pytest.mark.django_db
REQUESTS = "/admin/accounts/rolerequest/"


@pytest.fixture
def admins() -> dict[str, User]:
    return {name: user_with_password(name, role=Role.ADMIN) for name in ("admin", "second")}


def browser_of(name: str) -> Browser:
    browser = Browser()
    sign_in(browser, name)
    return browser


def answer(browser: Browser, action: str) -> None:
    chosen = [request.pk for request in RoleRequest.objects.all()]
    browser.post(REQUESTS, {"action": action, "_selected_action": chosen})


@pytest.fixture
def requested(admins, person) -> RoleRequest:
    """The first administrator has requested the role of a manager for the advisor."""
    advisor = person("advisor")
    page = browser_of("admin").post(
        f"{USERS}{advisor.pk}/change/", fields(advisor, role="manager", first_name="Ada"), follow=True
    )
    assert "until another administrator has approved" in page.content.decode()
    return RoleRequest.objects.get()


def test_a_role_with_more_rights_waits_for_another_administrator(requested, events):
    user = User.objects.get(username="advisor")
    assert (user.role, user.first_name) == (Role.ADVISOR, "Ada")
    assert not user.has_perm("creditdesk.check_decision")
    (event,) = events(Action.ROLE_REQUESTED)
    assert (event.actor, event.target) == ("admin", "user:advisor")
    assert (event.details["previous"], event.details["new"]) == ("advisor", "manager")
    (change,) = events(Action.ADMIN_CHANGE)
    assert "role" not in change.details["changed"][1]["values"]


def test_the_other_administrator_approves_and_both_are_recorded(requested, events):
    answer(browser_of("second"), "approve")
    assert User.objects.get(username="advisor").role == Role.MANAGER
    requested.refresh_from_db()
    people = (requested.requested_by.username, requested.answered_by.username)
    assert (people, requested.outcome) == (("admin", "second"), "approved")
    (event,) = events(Action.ROLE_ANSWERED)
    assert (event.actor, event.details["new"]) == ("second", "manager")
    assert set(event.details["rows"]) == {"accounts_user", "accounts_rolerequest"}


def test_the_requester_does_not_approve(requested):
    answer(browser_of("admin"), "approve")
    assert User.objects.get(username="advisor").role == Role.ADVISOR
    assert RoleRequest.objects.get().outcome == ""


def test_a_rejected_request_changes_nothing_and_is_over(requested, admins):
    answer(browser_of("second"), "reject")
    assert User.objects.get(username="advisor").role == Role.ADVISOR
    with pytest.raises(RoleRefused, match="answered already"):
        answer_role_request(request=requested, approve=True, by=admins["second"])


def test_nobody_approves_their_own_role(admins, person):
    auditor = person("auditor")
    role_request = request_role(user=auditor, role=Role.ADMIN, by=admins["admin"])
    User.objects.filter(pk=auditor.pk).update(role=Role.ADMIN)
    auditor.refresh_from_db()
    with pytest.raises(RoleRefused, match="Another administrator"):
        answer_role_request(request=role_request, approve=True, by=auditor)
    with pytest.raises(RoleRefused, match="of their own"):
        request_role(user=admins["admin"], role=Role.MANAGER, by=admins["admin"])


def test_only_administrators_ask_and_answer(requested, person):
    with pytest.raises(PermissionDenied):
        request_role(user=person("colleague"), role=Role.MANAGER, by=person("manager"))
    with pytest.raises(PermissionDenied):
        answer_role_request(request=requested, approve=True, by=person("manager"))


def test_a_request_for_a_role_that_has_changed_since_is_not_approved(requested, admins):
    User.objects.filter(username="advisor").update(role=Role.ANALYST)
    with pytest.raises(RoleRefused, match="changed since"):
        answer_role_request(request=requested, approve=True, by=admins["second"])
    assert User.objects.get(username="advisor").role == Role.ANALYST


def test_a_second_request_waits_for_the_answer_to_the_first(requested, admins):
    with pytest.raises(RoleRefused, match="already requested"):
        request_role(user=requested.user, role=Role.ADMIN, by=admins["second"])
    assert RoleRequest.objects.count() == 1


def test_a_new_administrator_takes_two_administrators(admins, events):
    browser_of("admin").post(f"{USERS}add/", NEW | {"role": "admin"})
    user = User.objects.get(username="newcomer")
    assert (user.role, user.has_usable_password()) == (Role.ADVISOR, False)
    answer(browser_of("second"), "approve")
    user.refresh_from_db()
    assert user.role == Role.ADMIN


def test_an_answer_asks_again_who_is_there(requested, monkeypatch):
    browser, later = browser_of("second"), time.time() + 400
    monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda: later)
    page = browser.post(REQUESTS, {"action": "approve", "_selected_action": [requested.pk]})
    assert "reauthenticate" in page["Location"]
    assert User.objects.get(username="advisor").role == Role.ADVISOR


def test_the_database_keeps_the_two_apart_and_the_answer_as_it_is(requested, admins):
    change = RoleRequest.objects.filter(pk=requested.pk)
    alone = {"outcome": "approved", "answered_at": requested.requested_at, "answered_by": admins["admin"]}
    with pytest.raises(IntegrityError, match="role_is_answered_by_another"), transaction.atomic():
        change.update(**alone)
    with pytest.raises(IntegrityError, match="role_is_answered_by_another"), transaction.atomic():
        change.update(**alone | {"answered_by": requested.user})
    answer_role_request(request=requested, approve=False, by=admins["second"])
    for columns in ({"outcome": "approved"}, {"role": "admin"}, {"answered_by": admins["admin"]}):
        with pytest.raises(DatabaseError), transaction.atomic():
            change.update(**columns)
    with pytest.raises(DatabaseError), transaction.atomic():
        change.delete()


@pytest.mark.parametrize(
    ("previous", "role", "more"),
    [
        ("advisor", "manager", True),
        ("manager", "advisor", False),
        ("advisor", "advisor", False),
        ("manager", "admin", True),
        ("admin", "manager", True),
        ("auditor", "analyst", True),
    ],
)
def test_any_right_that_is_new_counts(previous, role, more):
    assert adds_rights(previous, role) is more


def test_the_command_gives_a_role_where_nobody_else_is_left_and_the_log_says_why(person, events):
    person("advisor")
    with pytest.raises(CommandError, match="say why"):
        call_command("grant_role", "advisor", "manager", reason="because")
    out, why = StringIO(), "The only administrator has left the bank."
    call_command("grant_role", "advisor", "admin", reason=why, stdout=out)
    assert User.objects.get(username="advisor").role == Role.ADMIN
    (event,) = events(Action.ROLE_GRANTED)
    assert (event.actor, event.target, event.details["reason"]) == ("", "user:advisor", why)


def made_by_operator(monkeypatch, name: str) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "set by the operator")
    call_command(
        "createsuperuser", interactive=False, username=name, email="a@bank.example", stdout=StringIO()
    )


def test_the_first_administrator_chooses_a_password_before_anything_else(monkeypatch):
    made_by_operator(monkeypatch, "first")
    browser = Browser()
    sign_in(browser, "first", "set by the operator")
    assert browser.get("/admin/")["Location"] == "/accounts/password/change/"


def test_the_operator_makes_no_second_administrator(monkeypatch):
    made_by_operator(monkeypatch, "first")
    with pytest.raises(CommandError, match="first is an administrator already"):
        made_by_operator(monkeypatch, "puppet")
    assert list(User.objects.values_list("username", flat=True)) == ["first"]
