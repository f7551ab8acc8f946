import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client as Browser
from django.test import TransactionTestCase
from django.utils import translation

from accounts.database_role import grant_to
from accounts.models import User
from creditdesk.cases import scored_columns
from creditdesk.models import Case
from scoring import engine, policies, services
from scoring.ml.model import folder
from scoring.models import ModelVersion, loss_table
from tests.desk_process import DeskProcess, migrated_desk
from tests.factories import PEOPLE, CaseFactory, UserFactory
from tests.folders import HOME_CREDIT
from tests.migrated_database import MigratedOnce, keep_migrated_database
from tests.scoring import loaded_once
from tests.scoring.modelfolder import tiny_model
from tests.triggers import empty_append_only_tables_too

# The time of an example tells of the machine, not of the code. Mutation tests have a profile of their own.
hypothesis.settings.register_profile("untimed", deadline=None)
if hypothesis.settings.get_current_profile_name() == "default":
    hypothesis.settings.load_profile("untimed")

# Modules and tests live as long as the process: to look for garbage among them takes a quarter of its time.
gc.set_threshold(5_000, 10, 10)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of a file to one process, so that what a file prepares for all of them is made once."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


TransactionTestCase._fixture_teardown = empty_append_only_tables_too  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def migrated_once(request, tmp_path_factory) -> MigratedOnce | None:
    """The database that the processes of a run share, where there are several and it is a file."""
    if connection.vendor != "sqlite" or not hasattr(request.config, "workerinput"):
        return None
    return MigratedOnce(tmp_path_factory.getbasetemp().parent)


@pytest.fixture(scope="session")
def django_db_keepdb(migrated_once, django_db_keepdb, django_db_modify_db_settings) -> bool:
    """Start with the database that another process has migrated, where there is one."""
    place = connection.settings_dict["TEST"]["NAME"]
    return django_db_keepdb or (migrated_once is not None and migrated_once.take(place))


@pytest.fixture(scope="session")
def django_db_setup(migrated_once, django_db_setup, django_db_blocker) -> None:
    """Keep the migrated database for desks of tests and for other processes, before a test writes to it.

    With TEST_DATABASE_ROLE, every test on PostgreSQL works with the rights of the runtime role.
    """
    with django_db_blocker.unblock():
        keep_migrated_database()
    if migrated_once is not None:
        migrated_once.keep()
    if role := os.environ.get("TEST_DATABASE_ROLE"):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {role}")
            grant_to(role, connection)
            cursor.execute(f"SET ROLE {role}")


@pytest.fixture(scope="session")
def home_credit() -> Path:
    """The folder of real rows beside the project."""
    if not HOME_CREDIT.is_dir():
        pytest.skip("the real Home Credit rows are not beside the project (../shared/data/home_credit)")
    return HOME_CREDIT


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory) -> Path:
    """A folder of model versions with one small, valid model in it."""
    path = tmp_path_factory.mktemp("ml_artifacts")
    tiny_model(path, name="tiny-1")
    return path


@pytest.fixture(autouse=True)
def own_places(settings, monkeypatch, tmp_path) -> None:
    """Keep the models, the anchor and the loaded model of other tests and of a running desk out of a test."""
    settings.ML_ARTIFACTS = tmp_path / "ml_artifacts"
    settings.AUDIT_ANCHOR = tmp_path / "audit.anchor"
    settings.MLFLOW_TRACKING_URI = f"sqlite:///{tmp_path / 'mlflow.sqlite3'}"
    monkeypatch.setattr(folder, "load", loaded_once.load)
    monkeypatch.setattr(engine, "_champion", None)
    monkeypatch.setattr(engine, "_challenger", None)
    engine.features_of.cache_clear()
    policies.published.cache_clear()
    loss_table.published_loss_table.cache_clear()
    scored_columns.forget()
    caches["fragments"].clear()


@pytest.fixture(autouse=True)
def own_language() -> None:
    """A page in French leaves French behind as the language of its thread."""
    translation.deactivate()


@pytest.fixture
def model_in_use(db, settings, artifacts) -> ModelVersion:
    settings.ML_ARTIFACTS = artifacts
    version = services.register(name="tiny-1", by=None)
    services.activate(version=version, by=None, reason="")
    return version


@pytest.fixture
def person(db) -> Callable[[str], User]:
    """A user by name; the five roles and `colleague`, the other advisor."""
    return lambda name: UserFactory(username=name, role=PEOPLE[name])


@pytest.fixture
def client_as(person) -> Callable[[str], Browser]:
    """A browser in which that person has signed in."""

    def sign_in(name: str) -> Browser:
        browser = Browser()
        browser.force_login(person(name))
        return browser

    return sign_in


@pytest.fixture
def case_of(person) -> Callable[..., Case]:
    """A case in that advisor's portfolio."""
    return lambda owner, **what: CaseFactory(advisor=person(owner), **what)


@pytest.fixture(scope="session")
def seeded_desk(django_db_setup, tmp_path_factory) -> Iterator[DeskProcess]:
    """A desk of its own with some work in it, for tests that run commands in processes."""
    with migrated_desk(tmp_path_factory.mktemp("desk")) as desk:
        desk.seed("work")
        yield desk
