from pathlib import Path

import pytest

from scoring.ml.features.history.all_tables import history
from scoring.ml.tables.folder import open_folder
from tests.scoring.features.history_rows import Histories, by_reference


@pytest.fixture(scope="session")
def seven_tables(home_credit: Path) -> Path:
    return home_credit / "seven_tables"


@pytest.fixture(scope="session")
def computed(seven_tables: Path) -> Histories:
    """The history of every real client of the folder with all seven tables."""
    opened = open_folder(seven_tables)
    return by_reference(opened.connection.to_pyarrow(history(opened.history)))
