"""The small demo instead of make_portfolio's synthetic clients, which have their own tests."""

from pathlib import Path

import pytest
from django.utils import timezone

from creditdesk.demo import clients, decisions
from creditdesk.management.commands import demo as command
from tests.creditdesk.demo.small_demo import CLIENTS, WEEKDAYS, write_past
from tests.folders import application, write_tables
from tests.scoring.modelfolder import tiny_model


@pytest.fixture(scope="session")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ninety clients instead of make_portfolio's synthetic ones, which have their own tests."""
    rows = [
        application(
            n,
            AMT_CREDIT=100_000 + 20_000 * n,
            WEEKDAY_APPR_PROCESS_START=WEEKDAYS[n % 5],
            HOUR_APPR_PROCESS_START=n % 24,
            EXT_SOURCE_2=n / 100,
        )
        for n in range(1, CLIENTS + 1)
    ]
    folder = write_tables(tmp_path_factory.mktemp("portfolio"), application_train=rows)
    write_past(folder, timezone.localdate())
    return folder


@pytest.fixture(scope="session")
def demo_artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ml_artifacts")
    tiny_model(path, name="demo-1", is_demo=True)
    tiny_model(path, name="real-1")
    return path


@pytest.fixture
def small_demo(monkeypatch, settings, portfolio, demo_artifacts):
    settings.ML_ARTIFACTS = demo_artifacts
    monkeypatch.delenv("CREDITDESK_DEMO_PASSWORD", raising=False)
    for place in (clients, command):
        monkeypatch.setattr(place, "CLIENTS", CLIENTS)
    monkeypatch.setattr(decisions, "ASSESSED_EACH", 20)

    def make_portfolio(name: str, out: Path, **options: object) -> None:
        out.symlink_to(portfolio)

    monkeypatch.setattr(clients, "call_command", make_portfolio)
