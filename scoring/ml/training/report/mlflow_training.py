"""A finished training as an MLflow run, and the settings that such a run was made with."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from scoring.ml import lightgbm
from scoring.ml.metrics.costs import Costs
from scoring.ml.model import folder
from scoring.ml.training.explain.global_explanation import Sample, sample
from scoring.ml.training.fit.hyperparameters import Recipe
from scoring.ml.training.report.figures import figures
from scoring.ml.training.tracking import REGISTERED, Logged, Run, as_text, flat

Facts = Mapping[str, Any]

# Where a run keeps what it takes to train it again.
SETTINGS = "settings.json"
_EXAMPLES = 5
_DRAWN = 1_000


def training_run(
    where: Path, facts: Facts, *, seconds: Mapping[str, float], children: Sequence[Run] = ()
) -> Run:
    """The run of the sealed folder `where`, whose model.json holds `facts`; `seconds` by stage."""
    trees = lightgbm.parse((where / folder.BOOSTER).read_text(encoding="utf-8"))
    rows = _reference_rows(where, facts)
    return Run(
        name=facts["name"],
        params={**_params(facts), "seed": facts["seed"]},
        metrics={"threshold": facts["threshold"], **_metrics(facts), **flat(seconds, "seconds_")},
        tags={
            "data.fingerprint": facts["data"]["fingerprint"],
            "suspect": ", ".join(facts["suspect"]) or "no",
        },
        texts={
            SETTINGS: as_text(settings_of(facts)),
            "fairness.json": as_text({"groups": facts["fairness"], "protected": facts["protected"]}),
            "checks.json": as_text(facts["checks"]),
        },
        files={where: "folder"},
        figures=lambda: figures(facts, _sample(trees, facts, rows)),
        model=Logged("lightgbm", trees, facts["features"], rows[:_EXAMPLES], trees.predict(rows[:_EXAMPLES])),
        registered_as=REGISTERED,
        children=children,
    )


def settings_of(facts: Facts) -> dict[str, Any]:
    """Everything a training depends on besides its code: data, seed, recipe, costs, libraries."""
    return {name: facts[name] for name in ("name", "data", "seed", "recipe", "costs", "libraries", "is_demo")}


def recipe_from(settings: Facts) -> tuple[Recipe, Costs, int]:
    """Recipe, costs and seed of a run from the text of its SETTINGS."""
    known = Recipe.__dataclass_fields__.keys()
    recipe = Recipe(**{name: value for name, value in settings["recipe"].items() if name in known})
    return recipe, Costs(**settings["costs"]), int(settings["seed"])


def read_settings(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def _params(facts: Facts) -> dict[str, Any]:
    recipe = facts["recipe"]
    return {
        **recipe["params"],
        **{name: value for name, value in recipe.items() if name != "params"},
        "features": len(facts["features"]),
        "clients": facts["data"]["clients"],
        "calibration": facts["calibration"]["method"],
        "cost_fn": facts["costs"]["fn"],
        "cost_fp": facts["costs"]["fp"],
    }


def _metrics(facts: Facts) -> dict[str, float]:
    checks = facts["checks"]
    asked = {name: checks[name]["auc"] for name in ("shuffled", "train_like_test") if checks[name]["auc"]}
    return flat(facts["metrics"]) | {f"check_{name}_auc": value for name, value in asked.items()}


def _reference_rows(where: Path, facts: Facts) -> Any:
    table = pq.read_table(where / folder.REFERENCE, columns=facts["features"])
    return np.column_stack([table.column(name).to_numpy() for name in facts["features"]])


def _sample(trees: lightgbm.Booster, facts: Facts, rows: Any) -> Sample:
    return sample(trees, tuple(facts["features"]), rows, rows=_DRAWN, seed=facts["seed"])
