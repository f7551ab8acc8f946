"""A comparison as an MLflow run, with a run for each candidate beneath it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scoring.ml.training.compare.comparison import Field, Outcome
from scoring.ml.training.tracking import Logged, Run, as_text, flat

Facts = Mapping[str, Any]

_EXAMPLES = 5
_ABOUT = ("folder", "clients", "default_rate", "folds", "seed", "quick", "champion")


def comparison_run(found: Facts, outcomes: Sequence[Outcome], field: Field) -> Run:
    rows = {row["code"]: row for row in found["rows"]}
    return Run(
        name=f"compare {found['folder']}",
        params={name: found[name] for name in _ABOUT},
        tags={"data.fingerprint": found["fingerprint"], "kind": "comparison"},
        texts={"comparison.json": as_text(found)},
        children=[_candidate(one, rows[one.entry.code], found, field) for one in outcomes],
    )


def _candidate(outcome: Outcome, row: Facts, found: Facts, field: Field) -> Run:
    run = Run(
        name=outcome.entry.code,
        params={**{name: found[name] for name in _ABOUT}, "told": outcome.entry.told},
        tags={"data.fingerprint": found["fingerprint"], "kind": "candidate", "failure": outcome.failure},
    )
    if outcome.failure or outcome.pipeline is None:
        return run
    figures = {name: row[name] for name in ("threshold", "cost_theory", "seconds", "predict_ms", "memory_mb")}
    against = flat(row["against"] or {}, "against_")
    return replace(
        run,
        metrics={**figures, **flat(row["metrics"]), **against},
        files={outcome.pipeline: "pipeline"},
        model=_logged(outcome, field),
    )


def _logged(outcome: Outcome, field: Field) -> Logged:
    import joblib

    columns = [field.names.index(name) for name in outcome.entry.names]
    example = np.ascontiguousarray(field.matrix[:_EXAMPLES, columns])
    fitted = joblib.load(outcome.pipeline)
    return Logged("sklearn", fitted, outcome.entry.names, example, fitted.predict_proba(example))
