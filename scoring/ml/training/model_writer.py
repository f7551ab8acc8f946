"""Writer of a model folder: booster, card, reference sample, explainer data, manifest."""

import platform
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from scoring.ml.model import explainer_data
from scoring.ml.model import folder as model_folder
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_sections import (
    CalibrationSection,
    HyperparametersSection,
    PooledFolder,
    TrainingData,
    TuningSection,
)
from scoring.ml.training.explain import explainer_builder, population_summary
from scoring.ml.training.fit.hyperparameters import Hyperparameters
from scoring.ml.training.fit.staged_boosting import medians_of_complete
from scoring.ml.training.pipeline import TrainedModel
from scoring.ml.training.report.model_card import card

REFERENCE_ROWS = 5_000
_LIBRARIES = ("lightgbm", "numpy", "scikit-learn", "ibis-framework", "duckdb", "pyarrow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Origin of a version, which this library cannot know: name, time, seed, and the folders it is from.

    `rejected` is the number of rejected rows, `tuning` the search that the hyperparameters come from.
    """

    name: str
    created_at: str
    is_demo: bool
    seed: int
    fingerprint: str
    tables: tuple[str, ...]
    rejected: int
    pool: tuple[PooledFolder, ...] = ()
    tuning: TuningSection | None = None


def write(path: Path, trained: TrainedModel, *, provenance: Provenance) -> Manifest:
    """Fill the empty folder `path`, seal it and return its manifest."""
    clients = trained.clients
    manifest = _manifest(trained, provenance)
    (path / model_folder.BOOSTER).write_text(trained.booster.model_to_string(), encoding="utf-8")
    (path / model_folder.CARD).write_text(card(manifest), encoding="utf-8")
    pq.write_table(_reference(trained, provenance.seed), path / model_folder.REFERENCE)
    explainer = explainer_builder.build(
        clients,
        trained.booster,
        trained.out_of_sample >= trained.rule.threshold,
        hyperparameters=trained.hyperparameters,
        rounds=trained.rounds,
        seed=provenance.seed,
        start=trained.start,
    )
    (path / model_folder.EXPLAIN).write_bytes(explainer_data.serialize(explainer))
    if trained.learned.families:
        (path / model_folder.LEARNED_FEATURES).write_bytes(trained.learned.pack())
    model_folder.seal(path, manifest)
    return model_folder.read_manifest(path)


def _manifest(trained: TrainedModel, provenance: Provenance) -> Manifest:
    clients, rule, report = trained.clients, trained.rule, trained.report
    return Manifest(
        name=provenance.name,
        created_at=provenance.created_at,
        is_demo=provenance.is_demo,
        seed=provenance.seed,
        data=TrainingData(
            fingerprint=provenance.fingerprint,
            tables=provenance.tables,
            rejected=provenance.rejected,
            pool=provenance.pool,
            clients=len(clients),
            default_rate=float(clients.target.mean()),
        ),
        features=clients.names,
        categories={name: tuple(codes) for name, codes in model_folder.vocabulary(clients.names).items()},
        medians=medians_of_complete(clients.names, clients.matrix),
        hyperparameters=_hyperparameters_section(trained.hyperparameters, trained.rounds),
        threshold=rule.threshold,
        theoretical_threshold=rule.costs.theoretical_threshold,
        fold_thresholds=rule.fold_thresholds,
        costs=rule.costs,
        calibration=CalibrationSection(**asdict(rule.calibration), before=rule.uncalibrated),
        metrics=trained.metrics,
        **{item.name: getattr(report, item.name) for item in fields(report)},
        families=trained.families,
        selection=trained.selection,
        stages=trained.stages,
        population=population_summary.summarise(clients, trained.out_of_sample < rule.threshold),
        libraries={name: version(name) for name in _LIBRARIES} | {"python": platform.python_version()},
        tuning=provenance.tuning,
        repeated_splits=trained.repeated_splits,
        threshold_rules=trained.threshold_rules,
        refer_band=trained.refer_band,
        fair_search=trained.fair_search,
        feature_count=trained.feature_count,
        directions=trained.directions,
        weaknesses=trained.weaknesses,
        files={},
    )


def _hyperparameters_section(hyperparameters: Hyperparameters, rounds: int) -> HyperparametersSection:
    return HyperparametersSection(
        params=hyperparameters.params,
        rounds=rounds,
        seeds=hyperparameters.seeds,
        max_rounds=hyperparameters.max_rounds,
        patience=hyperparameters.patience,
        resamples=hyperparameters.resamples,
        quick=hyperparameters.quick,
        shuffles=hyperparameters.shuffles,
        shuffled_clients=hyperparameters.shuffled_clients,
        features=hyperparameters.features,
        min_features=hyperparameters.min_features,
        directions=hyperparameters.directions,
    )


def _reference(trained: TrainedModel, seed: int) -> pa.Table:
    """Return a sample of features and probabilities, without references, that drift is measured against."""
    clients = trained.clients
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(clients), min(REFERENCE_ROWS, len(clients)), replace=False)
    columns = dict(zip(clients.names, clients.matrix[rows].T, strict=True))
    return pa.table({**columns, "probability": trained.out_of_sample[rows]})
