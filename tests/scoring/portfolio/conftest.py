from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.ml.portfolio.aggregates import portfolio as committed
from scoring.ml.portfolio.generate import Portfolio

MakePortfolio = Callable[..., Path]


@pytest.fixture(scope="session")
def portfolio() -> Portfolio:
    """What the committed aggregates describe."""
    return committed()


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> MakePortfolio:
    """Writes a portfolio through the command and returns its folder."""

    def write(*, clients: int = 400, seed: int = 7, file_format: str = "parquet") -> Path:
        out = tmp_path_factory.mktemp("portfolio") / "out"
        options = {"clients": clients, "seed": seed, "file_format": file_format}
        call_command("make_portfolio", out, verbosity=0, **options)
        return out

    return write


@pytest.fixture(scope="session")
def folder(make: MakePortfolio) -> Path:
    """400 clients, seed 7, as Parquet."""
    return make()
