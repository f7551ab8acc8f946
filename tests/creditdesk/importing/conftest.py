from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

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


@pytest.fixture
def import_folder() -> Callable[..., tuple[str, str]]:
    """The command as an operator runs it; returns standard output and standard error."""

    def run(folder: Path, **options: object) -> tuple[str, str]:
        out, err = StringIO(), StringIO()
        call_command("import_portfolio", folder, stdout=out, stderr=err, **options)
        return out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def refused_import(import_folder) -> Callable[..., str]:
    """An import that ends with exit status 1; returns its message."""

    def run(folder: Path, **options: object) -> str:
        with pytest.raises(CommandError) as error:
            import_folder(folder, **options)
        assert error.value.returncode == 1
        return str(error.value)

    return run
