"""Versions with other figures than the one in use, for promotion and its gates."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scoring import services
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model import folder
from scoring.ml.model.manifest_validation import AttributeFairness, GroupRates
from scoring.ml.model.manifest_weaknesses import WeaknessReport
from scoring.models import ModelVersion


@pytest.fixture
def another(model_in_use, settings, tmp_path):
    """A copy of the version in use under another name, with other figures on the hold-out."""

    def copy(
        name: str = "tiny-2",
        *,
        weaknesses: WeaknessReport | None = None,
        accepted: Mapping[str, float] | None = None,
        **estimates: Estimate,
    ) -> ModelVersion:
        if tmp_path != settings.ML_ARTIFACTS:
            shutil.copytree(settings.ML_ARTIFACTS / "tiny-1", tmp_path / "tiny-1")
            settings.ML_ARTIFACTS = tmp_path
        shutil.copytree(tmp_path / "tiny-1", tmp_path / name)
        manifest = folder.read_manifest(tmp_path / name)
        (tmp_path / name / folder.MANIFEST).unlink()
        changes: dict[str, Any] = {
            "calibration_slope": estimate(1.0),
            "ece": estimate(0.005),
            **estimates,
        }
        metrics = replace(manifest.metrics, holdout=replace(manifest.metrics.holdout, **changes))
        own = weaknesses or manifest.weaknesses
        fairness = {"CODE_GENDER": accepted_by_group(accepted)} if accepted else manifest.fairness
        changed = replace(manifest, name=name, metrics=metrics, weaknesses=own, fairness=fairness)
        folder.seal(tmp_path / name, changed)
        return services.register(name=name, by=None)

    return copy


def accepted_by_group(rates: Mapping[str, float], clients: int = 400) -> AttributeFairness:
    """Groups of so many clients, "few" of 99, with these rates of acceptance."""
    zero = estimate(0.0)
    other_rates = dict.fromkeys(("default_rate", "expected", "selection_ratio", "tpr", "fpr"), zero)
    groups = {
        group: GroupRates(
            clients=99 if group == "few" else clients,
            defaults=8,
            acceptance_rate=estimate(rate),
            **other_rates,
        )
        for group, rate in rates.items()
    }
    return AttributeFairness(groups=groups, gaps=None, suppressed=())


def estimate(value: float) -> Estimate:
    return Estimate(value, value - 0.01, value + 0.01)
