from pathlib import Path

import pytest

HOME_CREDIT = Path(__file__).resolve().parents[2] / "shared" / "data" / "home_credit"


@pytest.fixture(scope="session")
def home_credit() -> Path:
    """The folder of real rows beside the project."""
    if not HOME_CREDIT.is_dir():
        pytest.skip("the real Home Credit rows are not beside the project (../shared/data/home_credit)")
    return HOME_CREDIT
