"""The MLflow of compose.yaml, started with the deployed configuration: nobody reads without a password."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
import yaml

from tests.deployment.desk import free_port

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.deployment
PATH = "/api/2.0/mlflow/experiments/search?max_results=5"


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    if "postgres" not in os.environ.get("DATABASE_URL", ""):
        pytest.skip("takes a minute: make test-deployment")
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["mlflow"]
    configuration = (ROOT / "deploy" / "mlflow" / "basic_auth.ini").read_text(encoding="utf-8")
    (folder / "basic_auth.ini").write_text(configuration.replace("/mlflow/", f"{folder}/"), encoding="utf-8")
    here = {"/mlflow/": f"{folder}/", "5000": str(port), "0.0.0.0": "127.0.0.1"}  # noqa: S104
    words = [*service["entrypoint"][1:], *service["command"], "--workers=1"]
    for deployed, local in here.items():
        words = [word.replace(deployed, local) for word in words]
    environment = os.environ | {
        "MLFLOW_AUTH_CONFIG_PATH": str(folder / "basic_auth.ini"),
        "MLFLOW_AUTH_ADMIN_USERNAME": "trainer",
        "MLFLOW_AUTH_ADMIN_PASSWORD": "the password of this test",
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "the key of this test",
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", *words], env=environment, cwd=folder, stdout=log, stderr=log
        )
    try:
        for _ in range(600):
            if process.poll() is not None or status(port) != 0:
                break
            time.sleep(0.5)
        assert process.poll() is None, (folder / "log").read_text()[-2000:]
        yield port
    finally:
        process.terminate()
        process.wait(30)


def status(port: int, password: str = "") -> int:
    """What a search for experiments is answered with; 0 while nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    token = base64.b64encode(f"trainer:{password}".encode()).decode()
    headers = {"Host": f"localhost:{port}"} | ({"Authorization": f"Basic {token}"} if password else {})
    try:
        connection.request("GET", PATH, headers=headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_experiments_are_read_with_the_password_alone(port):
    assert status(port) == 401
    assert status(port, "a wrong one") == 401
    assert status(port, "the password of this test") == 200
