import pytest

from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.training.data.clients import Clients, gather
from scoring.ml.training.progress import silent
from tests.scoring.applications import application_folder
from tests.scoring.training.quick_training import Finished, train_into


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    path = application_folder(tmp_path_factory.mktemp("applications"))
    return gather(check(open_folder(path)).folder, progress=silent)


@pytest.fixture(scope="session")
def finished(clients: Clients, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A version trained once on 1,500 synthetic clients."""
    return train_into(tmp_path_factory.mktemp("versions") / "v1", clients)
