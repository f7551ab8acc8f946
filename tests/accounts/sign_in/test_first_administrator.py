"""First administrator: by a link that a new desk prints, and by nothing else."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client as Browser

from accounts.audit import verify
from accounts.models import AuditEvent, User
from accounts.people import add_user

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-password-of-the-first"


def printed() -> str:
    out = StringIO()
    call_command("first_administrator", stdout=out)
    return out.getvalue()


def link_in(text: str) -> str:
    address = re.search(r"https?://[^/]+(/\S+)", text)
    assert address
    return address[1]


def set_up(link: str, password: str = PASSWORD) -> int:
    browser = Browser()
    page = browser.get(link, follow=True)
    form = {"new_password1": password, "new_password2": password}
    answer = browser.post(page.request["PATH_INFO"], form)
    return answer.status_code


def test_a_new_desk_prints_a_link_that_works_once():
    link = link_in(printed())
    admin = User.objects.get()
    assert (admin.role, admin.has_usable_password()) == ("admin", False)
    assert set_up(link) == 302
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)
    assert set_up(link, "another-password-by-a-thief") == 200
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)
    assert printed() == ""
    assert verify() is None
    assert AuditEvent.objects.filter(action="user_added", target="user:admin").count() == 1


def test_a_link_that_nobody_followed_is_replaced_at_the_next_start():
    first, second = link_in(printed()), link_in(printed())
    assert User.objects.count() == 1
    assert set_up(first) == 200
    assert not User.objects.get().has_usable_password()
    assert set_up(second) == 302


@pytest.mark.parametrize("change", [{}, {"is_active": False}])
def test_a_desk_that_had_an_administrator_prints_nothing(change):
    user = add_user("chief", by=None, password="a-long-password-of-the-chief", role="admin")
    User.objects.filter(pk=user.pk).update(**{"must_change_password": True} | change)
    assert printed() == ""
    assert User.objects.count() == 1


def test_a_database_of_a_newer_release_is_refused():
    MigrationRecorder(connection).record_applied("creditdesk", "9999_from_tomorrow")
    for options in ([], ["--check"]):
        with pytest.raises(CommandError, match=r"newer than this release.*creditdesk\.9999_from_tomorrow"):
            call_command("prepare_database", *options, verbosity=0)


def test_a_database_that_is_not_up_to_date_is_refused_where_another_process_migrates():
    call_command("prepare_database", "--check", verbosity=0)
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("scoring")
    MigrationRecorder(connection).record_unapplied(*newest)
    with pytest.raises(CommandError, match="older than this release"):
        call_command("prepare_database", "--check", verbosity=0)
