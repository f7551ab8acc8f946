"""The web process stays small: serving pages and answers loads nothing of the training stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TRAINING_STACK = (
    "sklearn",
    "imblearn",
    "mlflow",
    "evidently",
    "shap",
    "pandas",
    "pyspark",
    "joblib",
    "xgboost",
    "catboost",
)
# Everything that a first request makes the process import: settings, URLs with their views, the engine.
SERVE = """
import sys
import creditdesk.wsgi
from django.urls import get_resolver
from django.test import Client
get_resolver().url_patterns
{extra}
status = Client().get("/healthz").status_code
print(status, [name for name in {stack} if name in sys.modules])
"""


def served_with(tmp_path: Path, extra: str = "") -> str:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite3'}",
        "ALLOWED_HOSTS": "testserver",
        "HTTPS": "false",
        "SECRET_KEY": "a-test-of-the-web-process-needs-some-key-of-fifty-signs",
        "AUDIT_KEY": "and-another-one",
    }
    script = SERVE.format(extra=extra, stack=TRAINING_STACK)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


def test_serving_loads_nothing_of_the_training_stack(tmp_path):
    assert served_with(tmp_path) == "200 []"


@pytest.mark.parametrize("module", ["joblib"])
def test_a_module_of_the_training_stack_is_noticed(tmp_path, module):
    assert served_with(tmp_path, f"import {module}") == f"200 ['{module}']"
