"""One command before a server starts: every table is there, and a second run changes nothing."""

import pytest
from django.core.cache import cache
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_the_tables_of_the_desk_and_of_the_shared_cache_are_made():
    for _ in range(2):
        call_command("prepare_database", verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)
    cache.set("attempts", 3)
    assert cache.get("attempts") == 3
