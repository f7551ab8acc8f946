"""Permissions follow from the role table, however they are checked, and from nothing else."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission

from accounts import checks, roles
from accounts.backends import RoleBackend
from accounts.models import User
from accounts.roles import PERMISSIONS, Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EVERY_PERMISSION = frozenset().union(*PERMISSIONS.values())


@pytest.mark.parametrize("role", Role)
def test_every_way_of_asking_gives_the_permissions_of_the_role(role):
    user = UserFactory(role=role)
    assert {p for p in EVERY_PERMISSION if user.has_perm(p)} == PERMISSIONS[role]
    assert user.get_all_permissions() == PERMISSIONS[role]
    assert RoleBackend().get_all_permissions(user) == PERMISSIONS[role]
    assert user.has_perms(list(PERMISSIONS[role]))
    assert not user.has_perms(list(EVERY_PERMISSION))
    modules = {permission.partition(".")[0] for permission in PERMISSIONS[role]}
    assert {m for m in ("accounts", "creditdesk", "scoring", "auth") if user.has_module_perms(m)} == modules


def test_flags_groups_and_permission_rows_add_nothing():
    user = UserFactory(role=Role.ADVISOR, is_superuser=True, is_staff=True)
    group = Group.objects.create(name="everything")
    group.permissions.set(Permission.objects.all())
    user.groups.add(group)
    user.user_permissions.set(Permission.objects.all())
    fresh = User.objects.get(pk=user.pk)
    assert fresh.get_all_permissions() == PERMISSIONS[Role.ADVISOR]
    assert not fresh.has_perm("accounts.view_admin")
    assert not fresh.has_module_perms("auth")


@pytest.mark.parametrize("role", Role)
def test_a_deactivated_user_may_do_nothing(role):
    user = UserFactory(role=role, is_active=False)
    assert user.get_all_permissions() == set()
    assert not any(user.has_perm(p) for p in EVERY_PERMISSION)


def test_a_stranger_may_do_nothing():
    assert not any(AnonymousUser().has_perm(p) for p in EVERY_PERMISSION)


def test_a_changed_role_counts_at_once():
    user = UserFactory(role=Role.ADVISOR)
    assert not user.has_perm("creditdesk.export_cases")
    user.role = Role.MANAGER
    assert user.has_perm("creditdesk.export_cases")


def test_people_can_be_found_by_what_they_may_do():
    manager, _ = UserFactory(role=Role.MANAGER), UserFactory(role=Role.ADVISOR, is_superuser=True)
    UserFactory(role=Role.MANAGER, is_active=False)
    assert list(User.objects.with_perm("creditdesk.check_decision")) == [manager]


def test_the_first_user_of_an_installation_is_an_administrator_and_no_more():
    user = User.objects.create_superuser("first", password="a long enough password")
    assert (user.role, user.is_superuser, user.is_staff) == (Role.ADMIN, False, False)
    assert not user.has_perm("creditdesk.decide_case")


def test_every_permission_in_the_table_is_declared():
    assert checks.roles_hold_declared_permissions() == []


def test_a_misspelt_permission_stops_the_start(monkeypatch):
    monkeypatch.setitem(roles.PERMISSIONS, Role.ADVISOR, frozenset({"creditdesk.decide_cases"}))
    (error,) = checks.roles_hold_declared_permissions()
    assert "creditdesk.decide_cases" in error.msg
