from pathlib import Path

import pytest

from tests.folders import application, bureau, month, write_tables


@pytest.fixture
def advisors(person):
    return [person("advisor"), person("colleague")]


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_tables(
        tmp_path / "tables",
        application_train=[application(n, TARGET=n % 2) for n in (1, 2)],
        application_test=[application(3, AMT_ANNUITY="", DAYS_EMPLOYED=365243)],
    )


@pytest.fixture
def folder_with_history(folder) -> Path:
    return write_tables(
        folder,
        bureau=[bureau(1, 50), bureau(1, 51, CREDIT_ACTIVE="Closed"), bureau(3, 52)],
        bureau_balance=[month(50, -1), month(50, -2, "1")],
    )
