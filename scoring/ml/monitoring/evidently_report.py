"""Drift by Evidently. Heavy to import: for commands alone, never for the web process."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from scoring.ml.monitoring.drift_numbers import EvidentlyColumn, EvidentlyMissing, EvidentlyNumbers
from scoring.ml.monitoring.sample import Sample

# Distances that measure how far, not how surely: on thousands of rows every p-value is small.
NUMERIC, CATEGORY = "wasserstein", "jensenshannon"
THRESHOLD = 0.1
# A page that opens in seconds, and estimates that a larger sample would not change.
ROWS = 10_000
SCORE, TARGET = "probability of default", "defaulted"


@dataclass(frozen=True, slots=True)
class EvidentlyReport:
    """Numbers to store, and the page, HTML."""

    numbers: EvidentlyNumbers
    page: str


def evaluate(
    reference: Sample, current: Sample, names: Sequence[str], *, moved_share: float = 0.05
) -> EvidentlyReport:
    """Evaluate drift of the columns `names`, of the score and of the outcome.

    From `moved_share` of the columns on the page calls the whole a drift.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import DatasetMissingValueCount
    from evidently.presets import DataDriftPreset

    sides = reference.up_to(ROWS), current.up_to(ROWS)
    frames = [_frame(side, names, sides) for side in sides]
    categories = [name for name in names if sides[0].columns[name].dtype == object]
    numeric = [name for name in frames[0] if name not in categories and name != TARGET]
    definition = DataDefinition(
        numerical_columns=numeric,
        categorical_columns=[*categories, *({TARGET} & set(frames[0]))],
    )
    limit = threshold(len(sides[0]), len(sides[1]))
    preset = DataDriftPreset(
        drift_share=moved_share,
        num_method=NUMERIC,
        cat_method=CATEGORY,
        num_threshold=limit,
        cat_threshold=limit,
    )
    report = Report([preset, DatasetMissingValueCount()])
    before, now = (Dataset.from_pandas(frame, data_definition=definition) for frame in frames)
    result = report.run(now, before)
    return EvidentlyReport(_numbers(result.dict(), names, limit), _page(result))


def threshold(n: int, m: int) -> float:
    """Return 0.1, or for small samples two standard errors of a mean, in standard deviations."""
    return max(THRESHOLD, 2 * sqrt(1 / n + 1 / m))


def _frame(side: Sample, names: Sequence[str], sides: Sequence[Sample]) -> Any:
    import pandas as pd

    columns: dict[str, Any] = {name: side.columns[name] for name in names}
    if all(len(sample.probability) for sample in sides):
        columns[SCORE] = side.probability
    if all(len(sample.target) and not np.isnan(sample.target).all() for sample in sides):
        columns[TARGET] = side.target
    return pd.DataFrame(columns)


def _numbers(result: Mapping[str, Any], names: Sequence[str], limit: float) -> EvidentlyNumbers:
    drift: dict[str, EvidentlyColumn] = {}
    missing: EvidentlyMissing | None = None
    for metric in result["metrics"]:
        config, value = metric["config"], metric["value"]
        if config["type"].endswith("ValueDrift"):
            drift[config["column"]] = {
                "value": float(value),
                "threshold": limit,
                "method": config["method"],
                "drifted": float(value) >= limit,
            }
        elif config["type"].endswith("DatasetMissingValueCount"):
            missing = {"count": float(value["count"]), "share": float(value["share"])}
    columns = {name: column for name, column in drift.items() if name in names}
    drifted = sum(column["drifted"] for column in columns.values())
    numbers: EvidentlyNumbers = {
        "version": version("evidently"),
        "columns": columns,
        "others": {name: column for name, column in drift.items() if name not in names},
        "drifted": drifted,
        "share": drifted / max(len(columns), 1),
    }
    if missing is not None:
        numbers["missing"] = missing
    return numbers


def _page(result: Any) -> str:
    with TemporaryDirectory(prefix="creditdesk-drift-") as beside:
        file = Path(beside) / "report.html"
        result.save_html(str(file))
        return file.read_text(encoding="utf-8")
