"""Candidates side by side: the same clients, the same folds, each at its own best threshold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.metrics import classification, paired
from scoring.ml.metrics import costs as threshold
from scoring.ml.metrics.classification import Ranked
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.folder import vocabulary
from scoring.ml.training.compare.candidates import CANDIDATES, Shape
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.hyperparameters import Recipe

Values = NDArray[np.float64]

OURS = "lightgbm"
_COMPARED = ("auc", "cost")
# A probability of exactly 0 or 1 has no log-odds.
_EDGE = 1e-6
_FITTED = frozenset(feature.name for feature in catalogue.LEARNED)


@dataclass(frozen=True, slots=True)
class Field:
    """What every candidate gets: n clients that may be learned from, and the fold of each, (n,)."""

    names: tuple[str, ...]
    matrix: Values
    target: Values
    fold: NDArray[np.int64]
    seed: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One who takes part: `code` names it, `names` are the features it may use, `recipe` that of LightGBM."""

    code: str
    label: str
    told: str
    kind: str
    names: tuple[str, ...]
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a candidate: probabilities out of fold, (n,), its cost in time and memory, or why not.

    Times are seconds of a processor on one thread: they do not depend on what else runs. `memory` is the
    most that learning took beyond what the process held before, in MB.
    """

    entry: Entry
    probability: Values
    seconds: float
    predict_seconds: float
    memory: float
    pipeline: Path | None
    failure: str = ""


def field_of(clients: Clients, *, seed: int, sample: int | None) -> Field:
    """The 80 % that a training with this seed learns from; its hold-out stays unseen here too."""
    learn, _ = splits.hold_out(clients.target, seed)
    if sample:
        learn = learn[probe_models.sampled(clients.target[learn], sample, seed)]
    target = clients.target[learn]
    return Field(clients.names, clients.matrix[learn], target, splits.folds(target, seed), seed)


def entries(names: tuple[str, ...], recipe: Recipe) -> list[Entry]:
    return [Entry(code, one.label, one.told, code, names, recipe) for code, one in CANDIDATES.items()]


def version_entry(facts: Mapping[str, Any]) -> Entry:
    """A trained version takes part by its recipe and features: its own booster has seen these clients."""
    known = Recipe.__dataclass_fields__.keys()
    kept = {name: value for name, value in facts["recipe"].items() if name in known}
    recipe = Recipe(**{"max_rounds": 5_000, "patience": 150, "resamples": 500, **kept})
    # Fitted features belong to a fold; every candidate is given plain ones alone.
    plain = tuple(name for name in facts["features"] if name not in _FITTED)
    told = f"The recipe and the {len(plain)} plain features of {facts['name']}, fitted again."
    return Entry("champion", facts["name"], told, OURS, plain, recipe)


def run_all(entered: Sequence[Entry], field: Field, *, jobs: int, where: Path) -> Iterator[Outcome]:
    """The outcomes as they come, `jobs` candidates at a time; fitted pipelines are left in `where`."""
    from joblib import Parallel, delayed

    pool = Parallel(n_jobs=jobs, return_as="generator_unordered", max_nbytes="1M")
    yield from pool(delayed(judge)(entry, field, where) for entry in entered)


def judge(entry: Entry, field: Field, where: Path) -> Outcome:
    """Cross-validate one candidate, fit it on the whole field and keep that with joblib."""
    import joblib
    from threadpoolctl import threadpool_limits

    columns = [field.names.index(name) for name in entry.names]
    matrix = np.ascontiguousarray(field.matrix[:, columns])
    candidate, shape = CANDIDATES[entry.kind], shape_of(entry, field.seed)
    probability = np.full(len(field.target), np.nan)
    before, learned, asked = _begin_memory(), 0.0, 0.0
    try:
        with threadpool_limits(limits=1):
            for number in np.unique(field.fold):
                inside = field.fold == number
                started = process_time()
                fitted = candidate.build(shape).fit(matrix[~inside], field.target[~inside])
                learned += process_time() - started
                started = process_time()
                probability[inside] = fitted.predict_proba(matrix[inside])[:, 1]
                asked += process_time() - started
            memory = _peak_memory() - before
            whole = candidate.build(shape).fit(matrix, field.target)
    except (ValueError, MemoryError) as error:
        return Outcome(entry, probability, learned, asked, 0.0, None, str(error).splitlines()[0])
    pipeline = where / f"{entry.code}.joblib"
    joblib.dump(whole, pipeline, compress=3)
    return Outcome(entry, np.clip(probability, _EDGE, 1 - _EDGE), learned, asked, memory, pipeline)


def shape_of(entry: Entry, seed: int) -> Shape:
    coded = vocabulary(entry.names)
    positions = tuple(place for place, name in enumerate(entry.names) if name in coded)
    return Shape(entry.names, positions, entry.recipe, seed)


def compared(
    outcomes: Sequence[Outcome], field: Field, *, champion: str, costs: Costs, resamples: int
) -> list[dict[str, Any]]:
    """One row per candidate, the best AUC first.

    {"code", "label", "told", "failure", "threshold", "metrics": as in model.json, "cost_theory", "seconds",
    "predict_ms" (per 1,000 clients), "memory_mb", "against": {"auc", "cost"}}; `against` is the candidate
    minus the champion, paired over clients; None for the champion itself.
    """
    ranked = {one.entry.code: _ranked(one, field, costs) for one in outcomes if not one.failure}
    rows = [_row(one, field, ranked, champion, resamples) for one in outcomes]
    return sorted(rows, key=lambda row: -row["metrics"]["auc"]["value"] if row["metrics"] else 1.0)


def _ranked(outcome: Outcome, field: Field, costs: Costs) -> Ranked:
    minima = threshold.fold_thresholds(field.target, outcome.probability, field.fold, costs)
    return classification.rank(field.target, outcome.probability, float(np.mean(minima)), costs)


def _row(
    outcome: Outcome, field: Field, ranked: Mapping[str, Ranked], champion: str, resamples: int
) -> dict[str, Any]:
    entry, own = outcome.entry, ranked.get(outcome.entry.code)
    row: dict[str, Any] = {
        "code": entry.code,
        "label": entry.label,
        "told": entry.told,
        "failure": outcome.failure,
        "features": len(entry.names),
        "seconds": round(outcome.seconds, 2),
        "predict_ms": round(1e6 * outcome.predict_seconds / len(field.target), 2),
        "memory_mb": round(outcome.memory, 1),
        "metrics": None,
        "against": None,
    }
    if own is None:
        return row
    row |= {
        "threshold": own.threshold,
        "metrics": classification.evaluate(
            field.target,
            outcome.probability,
            threshold=own.threshold,
            resamples=resamples,
            seed=field.seed,
            costs=own.costs,
        ),
        "cost_theory": classification.cost(replace(own, threshold=own.costs.theoretical_threshold)),
    }
    if champion in ranked and entry.code != champion:
        found = paired.differences(ranked[champion], own, _COMPARED, resamples=resamples, seed=field.seed)
        row["against"] = {name: difference.interval() for name, difference in found.items()}
    return row


def _begin_memory() -> float:
    """Forget this process's peak; what it holds now, in MB. Only Linux can forget: elsewhere peaks add up."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak_memory() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(found.group(1)) / 1_024 if found else 0.0
