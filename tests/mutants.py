"""Plugin of `make mutants`: one migrated database and the same examples for all mutants.

Migrations take longer than most tests: they run once, before any mutant, and each mutant gets a copy of the
migrated database, so that none reads what another has written.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import hypothesis
import pytest
from django.conf import settings

# Slow machines fail no mutant, and a failure is not searched for its simplest example.
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
hypothesis.settings.load_profile("mutants")


def pytest_configure(config: pytest.Config) -> None:
    config.option.reuse_db = True


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[None]) -> Generator[None, None, None]:
    if fixturedef.argname != "django_db_setup":
        return (yield)
    database = Path(settings.DATABASES["default"]["TEST"]["NAME"])
    migrated = database.with_name("migrated.sqlite3")
    if migrated.exists():
        # A file of its own: the process that all mutants are forked from may still hold the one before.
        for old in database.parent.glob(f"{database.name}*"):
            old.unlink()
        copyfile(migrated, database)
    fixture_value = yield
    if not migrated.exists():
        with closing(sqlite3.connect(database)) as made:
            made.execute("VACUUM INTO ?", [str(migrated)])
    return fixture_value
