"""A finished training as an MLflow run, and the settings that such a run was made with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.metrics.costs import Costs
from scoring.ml.model import folder, json_codec
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_sections import HyperparametersSection
from scoring.ml.training.explain.global_explanation import ContributionSample, sample
from scoring.ml.training.fit.hyperparameters import Hyperparameters, recorded_hyperparameters
from scoring.ml.training.report.figures import figures
from scoring.ml.training.report.sections import required
from scoring.ml.training.tracking import REGISTERED, LoggedModel, Run, as_text, flat

# Where a run keeps what it takes to train it again.
SETTINGS = "settings.json"
_SETTINGS_KEYS = ("name", "data", "seed", "recipe", "costs", "libraries", "is_demo")
_EXAMPLES = 5
_SAMPLE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything a training depends on besides its code and its data."""

    hyperparameters: Hyperparameters
    costs: Costs
    seed: int

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read the text of a run's SETTINGS."""
        stored = json.loads(text)
        section = json_codec.decode(HyperparametersSection, stored["recipe"])
        return cls(
            recorded_hyperparameters(section), json_codec.decode(Costs, stored["costs"]), int(stored["seed"])
        )


def training_run(
    path: Path, manifest: Manifest, *, seconds: Mapping[str, float], children: Sequence[Run] = ()
) -> Run:
    """Return the run of the sealed folder `path` with this manifest; `seconds` by step of the training."""
    stored = manifest.to_json()
    # MLflow takes anything but LightGBM's own class for an estimator of scikit-learn.
    booster = lightgbm.Booster(model_str=(path / folder.BOOSTER).read_text(encoding="utf-8"))
    rows = _reference_rows(path, manifest)
    return Run(
        name=manifest.name,
        params=_params(manifest),
        metrics={"threshold": manifest.threshold, **_metrics(manifest), **flat(seconds, "seconds_")},
        tags={
            "data.fingerprint": manifest.data.fingerprint,
            "suspect": ", ".join(manifest.failed_checks) or "no",
        },
        texts={
            SETTINGS: as_text({key: stored[key] for key in _SETTINGS_KEYS}),
            "fairness.json": as_text({"groups": stored["fairness"], "protected": stored["protected"]}),
            "checks.json": as_text(stored["checks"]),
        },
        files={path: "folder"},
        figures=lambda: figures(manifest, _contribution_sample(booster, manifest, rows)),
        model=LoggedModel(
            "lightgbm", booster, manifest.features, rows[:_EXAMPLES], booster.predict(rows[:_EXAMPLES])
        ),
        registered_as=REGISTERED,
        children=children,
    )


def _params(manifest: Manifest) -> dict[str, object]:
    recorded = json_codec.encode(required(manifest.hyperparameters))
    return {
        **recorded["params"],
        **{name: value for name, value in recorded.items() if name != "params"},
        "seed": manifest.seed,
        "features": len(manifest.features),
        "clients": manifest.data.clients,
        "calibration": manifest.calibration.method,
        "cost_fn": manifest.costs.fn,
        "cost_fp": manifest.costs.fp,
    }


def _metrics(manifest: Manifest) -> dict[str, float]:
    checks = required(manifest.checks)
    probed = {"shuffled": checks.shuffled.auc, "train_like_test": checks.adversarial_validation.auc}
    return flat(json_codec.encode(manifest.metrics)) | {
        f"check_{code}_auc": auc for code, auc in probed.items() if auc
    }


def _reference_rows(path: Path, manifest: Manifest) -> NDArray[np.float64]:
    names = list(manifest.features)
    table = pq.read_table(path / folder.REFERENCE, columns=names)
    return np.column_stack([table.column(name).to_numpy() for name in names])


def _contribution_sample(
    booster: lightgbm.Booster, manifest: Manifest, rows: NDArray[np.float64]
) -> ContributionSample:
    return sample(booster, manifest.features, rows, rows=_SAMPLE_ROWS, seed=manifest.seed)
