"""One command before a server starts: every table is there, and a second run changes nothing."""

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db


def test_the_tables_of_the_desk_and_of_a_shared_cache_are_made(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}
    }
    for _ in range(2):
        call_command("prepare_database", verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)
    assert "shared_cache" in connection.introspection.table_names()
    caches["default"].set("attempts", 3)
    assert caches["default"].get("attempts") == 3
