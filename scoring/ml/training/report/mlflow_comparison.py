"""A comparison as an MLflow run, with a run for each candidate beneath it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from scoring.ml.model import json_codec
from scoring.ml.training.compare.comparison import ComparisonData, ComparisonRow, Outcome
from scoring.ml.training.tracking import LoggedModel, Run, as_text, flat

# The comparison as it is stored, in JSON.
Stored = Mapping[str, object]

_EXAMPLES = 5
_PARAMS = ("folder", "clients", "default_rate", "folds", "seed", "quick", "champion")


def comparison_run(
    stored: Stored, rows: Sequence[ComparisonRow], outcomes: Sequence[Outcome], data: ComparisonData
) -> Run:
    """Return the run of a comparison: `stored` as the page reads it, `rows` those of the candidates."""
    by_code = {row.code: row for row in rows}
    return Run(
        name=f"compare {stored['folder']}",
        params={name: stored[name] for name in _PARAMS},
        tags={"data.fingerprint": str(stored["fingerprint"]), "kind": "comparison"},
        texts={"comparison.json": as_text(stored)},
        children=[_candidate_run(outcome, by_code[outcome.entry.code], stored, data) for outcome in outcomes],
    )


def _candidate_run(outcome: Outcome, row: ComparisonRow, stored: Stored, data: ComparisonData) -> Run:
    run = Run(
        name=outcome.entry.code,
        params={**{name: stored[name] for name in _PARAMS}, "told": outcome.entry.description},
        tags={
            "data.fingerprint": str(stored["fingerprint"]),
            "kind": "candidate",
            "failure": outcome.failure,
        },
    )
    if outcome.failure or outcome.pipeline is None:
        return run
    figures = {
        "threshold": row.threshold,
        "cost_theory": row.cost_theory,
        "seconds": row.seconds,
        "predict_ms": row.predict_ms,
        "memory_mb": row.memory_mb,
    }
    against = flat(json_codec.encode(row.against or {}), "against_")
    return replace(
        run,
        metrics={**flat(figures), **flat(json_codec.encode(row.metrics)), **against},
        files={outcome.pipeline: "pipeline"},
        model=_logged_model(outcome, data),
    )


def _logged_model(outcome: Outcome, data: ComparisonData) -> LoggedModel:
    import joblib

    columns = [data.names.index(name) for name in outcome.entry.names]
    example = np.ascontiguousarray(data.matrix[:_EXAMPLES, columns])
    fitted = joblib.load(outcome.pipeline)
    return LoggedModel("sklearn", fitted, outcome.entry.names, example, fitted.predict_proba(example))
