"""Comparison of candidates: the same clients, the same folds, each at its own best threshold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.metrics import classification, paired
from scoring.ml.metrics.classification import Ranked
from scoring.ml.metrics.costs import Costs, fold_thresholds
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.folder import vocabulary
from scoring.ml.model.json_codec import stored_as
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_sections import MetricsSection
from scoring.ml.training.compare import memory
from scoring.ml.training.compare.candidates import CANDIDATES, CandidateInputs
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.fit import probe_models, stages
from scoring.ml.training.fit.hyperparameters import Hyperparameters, recorded_hyperparameters
from scoring.ml.training.progress import silent
from scoring.ml.training.validate.evaluation import metrics_section

Values = NDArray[np.float64]

OURS = "lightgbm"
_COMPARED = ("auc", "cost")
# A probability of exactly 0 or 1 has no log-odds.
_MIN_PROBABILITY = 1e-6
_LEARNED = frozenset(feature.name for feature in catalogue.LEARNED)


@dataclass(frozen=True, slots=True)
class ComparisonData:
    """The same for every candidate: n training clients, and the fold of each, (n,).

    `starts`, for each fold (n,): the log-odds that clients of pooled folders teach, by boosters that saw
    neither the client nor the fold. None without a pool.
    """

    names: tuple[str, ...]
    matrix: Values
    target: Values
    fold: NDArray[np.int64]
    seed: int
    starts: Sequence[Values] = ()

    def matrix_for(self, columns: Sequence[int], fold: int | None) -> Values:
        """Return the columns, and last what to start from without a fold; the mean of these for None."""
        matrix = np.ascontiguousarray(self.matrix[:, columns])
        if not len(self.starts):
            return matrix
        start = np.mean(self.starts, axis=0) if fold is None else self.starts[fold]
        return np.column_stack([matrix, start])


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate of this comparison: its code, the features it may use, our hyperparameters.

    `kind` is its key in CANDIDATES.
    """

    code: str
    label: str
    description: str
    kind: str
    names: tuple[str, ...]
    hyperparameters: Hyperparameters


@dataclass(frozen=True, slots=True)
class Outcome:
    """Probabilities of a candidate out of fold, (n,), its time and memory, or the reason why it failed.

    Times are seconds of a processor on one thread: they do not depend on what else runs. `memory` is the
    most that fitting took beyond what the process held before, in MB.
    """

    entry: Entry
    probability: Values
    fit_seconds: float
    predict_seconds: float
    memory: float
    pipeline: Path | None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """One candidate as a comparison stores it; without metrics where it failed.

    `predict_ms` is per 1,000 clients, `cost_theory` the cost at the theoretical threshold; `against` is the
    candidate less the champion, paired over clients, None for the champion itself.
    """

    code: str
    label: str
    description: str = field(metadata=stored_as("told"))
    failure: str
    features: int
    seconds: float
    predict_ms: float
    memory_mb: float
    metrics: MetricsSection | None
    against: Mapping[str, Estimate] | None
    threshold: float | None = None
    cost_theory: float | None = None


def comparison_data(
    clients: Clients,
    *,
    seed: int,
    sample: int | None,
    pooled: Sequence[StageData] = (),
    hyperparameters: Hyperparameters | None = None,
) -> ComparisonData:
    """Return the 80 % that a training with this seed trains on; its hold-out stays untouched here too.

    With `pooled`, the stages of pooled folders, the clients start from what the lower ones teach.
    """
    split = splits.split(clients.target, seed)
    train = split.train
    if sample:
        train = train[probe_models.stratified_sample(clients.target[train], sample, seed)]
    target = clients.target[train]
    if len(pooled) < 2 or hyperparameters is None:
        return ComparisonData(clients.names, clients.matrix[train], target, splits.folds(target, seed), seed)
    boosting = stages.staged_boosting(
        clients,
        pooled,
        split,
        stages.all_features,
        hyperparameters=hyperparameters,
        seed=seed,
        progress=silent,
    )
    starts = [start[: len(clients)][train] for start in boosting.starts()]
    return ComparisonData(clients.names, clients.matrix[train], target, split.block[train], seed, starts)


def entries(names: tuple[str, ...], hyperparameters: Hyperparameters, *, pooled: bool = False) -> list[Entry]:
    """Return an entry for each candidate; the blend cannot start from a pool."""
    return [
        Entry(code, candidate.label, candidate.description, code, names, hyperparameters)
        for code, candidate in CANDIDATES.items()
        if not (pooled and code == "blend")
    ]


def version_entry(manifest: Manifest) -> Entry:
    """Enter a trained version by its hyperparameters and features: its own booster has seen these clients.

    Raises TrainingError when the version does not record its hyperparameters.
    """
    if manifest.hyperparameters is None:
        raise TrainingError(f"{manifest.name} does not record the recipe of its training")
    # Learned features belong to a fold; every candidate is given plain ones alone.
    plain = tuple(name for name in manifest.features if name not in _LEARNED)
    description = f"The recipe and the {len(plain)} plain features of {manifest.name}, fitted again."
    hyperparameters = recorded_hyperparameters(manifest.hyperparameters)
    return Entry("champion", manifest.name, description, OURS, plain, hyperparameters)


def run_all(entered: Sequence[Entry], data: ComparisonData, *, jobs: int, folder: Path) -> Iterator[Outcome]:
    """Yield the outcomes as they come, `jobs` candidates at a time; fitted pipelines are left in `folder`."""
    from joblib import Parallel, delayed

    pool = Parallel(n_jobs=jobs, return_as="generator_unordered", max_nbytes="1M")
    yield from pool(delayed(evaluate_candidate)(entry, data, folder) for entry in entered)


def evaluate_candidate(entry: Entry, data: ComparisonData, folder: Path) -> Outcome:
    """Cross-validate one candidate, fit it on all clients and keep that with joblib."""
    import joblib
    from threadpoolctl import threadpool_limits

    columns = [data.names.index(name) for name in entry.names]
    candidate, inputs = CANDIDATES[entry.kind], inputs_of(entry, data)
    probability = np.full(len(data.target), np.nan)
    before, fit_seconds, predict_seconds = memory.reset_peak(), 0.0, 0.0
    try:
        with threadpool_limits(limits=1):
            for number in np.unique(data.fold):
                inside, matrix = data.fold == number, data.matrix_for(columns, int(number))
                started = process_time()
                fitted = candidate.build(inputs).fit(matrix[~inside], data.target[~inside])
                fit_seconds += process_time() - started
                started = process_time()
                probability[inside] = fitted.predict_proba(matrix[inside])[:, 1]
                predict_seconds += process_time() - started
            used = memory.peak() - before
            fitted_on_all = candidate.build(inputs).fit(data.matrix_for(columns, None), data.target)
    except (ValueError, MemoryError, ImportError) as error:
        failure = _failure(error)
        return Outcome(entry, probability, fit_seconds, predict_seconds, 0.0, None, failure)
    pipeline = folder / f"{entry.code}.joblib"
    joblib.dump(fitted_on_all, pipeline, compress=3)
    clipped = np.clip(probability, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)
    return Outcome(entry, clipped, fit_seconds, predict_seconds, used, pipeline)


def _failure(error: Exception) -> str:
    if isinstance(error, ImportError) and error.name:
        return f"left out: the package {error.name} is not installed"
    return str(error).splitlines()[0]


def inputs_of(entry: Entry, data: ComparisonData) -> CandidateInputs:
    categories = vocabulary(entry.names)
    categorical = tuple(column for column, name in enumerate(entry.names) if name in categories)
    return CandidateInputs(
        entry.names, categorical, entry.hyperparameters, data.seed, has_start=len(data.starts) > 0
    )


def compare(
    outcomes: Sequence[Outcome], data: ComparisonData, *, champion: str, costs: Costs, resamples: int
) -> list[ComparisonRow]:
    """Return one row per candidate, the best AUC first and failures last."""
    ranked = {
        outcome.entry.code: _ranked(outcome, data, costs) for outcome in outcomes if not outcome.failure
    }
    rows = [_row(outcome, data, ranked, champion, resamples) for outcome in outcomes]
    return sorted(rows, key=lambda row: -row.metrics.auc.value if row.metrics else 1.0)


def _ranked(outcome: Outcome, data: ComparisonData, costs: Costs) -> Ranked:
    thresholds = fold_thresholds(data.target, outcome.probability, data.fold, costs)
    return classification.rank(data.target, outcome.probability, float(np.mean(thresholds)), costs)


def _row(
    outcome: Outcome,
    data: ComparisonData,
    ranked: Mapping[str, Ranked],
    champion: str,
    resamples: int,
) -> ComparisonRow:
    entry, own = outcome.entry, ranked.get(outcome.entry.code)
    row = ComparisonRow(
        code=entry.code,
        label=entry.label,
        description=entry.description,
        failure=outcome.failure,
        features=len(entry.names),
        seconds=round(outcome.fit_seconds, 2),
        predict_ms=round(1e6 * outcome.predict_seconds / len(data.target), 2),
        memory_mb=round(outcome.memory, 1),
        metrics=None,
        against=None,
    )
    if own is None:
        return row
    against = None
    if champion in ranked and entry.code != champion:
        against = paired.differences(ranked[champion], own, _COMPARED, resamples=resamples, seed=data.seed)
    theoretical = replace(own, threshold=own.costs.theoretical_threshold)
    return replace(
        row,
        threshold=own.threshold,
        metrics=metrics_section(own, resamples=resamples, seed=data.seed),
        cost_theory=classification.cost(theoretical),
        against=against and {name: difference.estimate for name, difference in against.items()},
    )
