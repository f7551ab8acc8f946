"""Activation of the demo model that ships with the project."""

import json
from pathlib import Path

from django.conf import settings

from creditdesk.demo.people import named
from scoring import services
from scoring.ml.model.folder import ModelUnavailable


def activate_demo_model() -> str:
    """Register and activate the newest demo model of ml_artifacts. Raises ModelUnavailable."""
    shipped = {path.parent.name: json.loads(path.read_text()) for path in _model_files()}
    demos = {name: facts["created_at"] for name, facts in shipped.items() if facts.get("is_demo")}
    if not demos:
        raise ModelUnavailable(f"there is no demo model in {settings.ML_ARTIFACTS}")
    newest = max(demos, key=lambda name: (demos[name], name))
    version = services.register(name=newest, by=None)
    services.activate(version=version, by=named("admin"), reason="The model that ships with the demo")
    return newest


def _model_files() -> list[Path]:
    return sorted(settings.ML_ARTIFACTS.glob("*/model.json"))
