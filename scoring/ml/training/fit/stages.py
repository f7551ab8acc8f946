"""Stages of a training, built from its clients and the data of each stage."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.ml.model.manifest_sections import TrainingStage
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.data.splits import Split
from scoring.ml.training.fit.hyperparameters import Hyperparameters, lower_stage_hyperparameters
from scoring.ml.training.fit.staged_boosting import FeatureMatrix, Mask, Stage, StagedBoosting
from scoring.ml.training.progress import Progress

PrepareFeatures = Callable[[StageData], Callable[[Mask], FeatureMatrix]]


def staged_boosting(
    clients: Clients,
    data: Sequence[StageData],
    split: Split,
    prepare: PrepareFeatures,
    *,
    hyperparameters: Hyperparameters,
    seed: int,
    progress: Progress,
) -> StagedBoosting:
    """Return the boosting over the stages `data`, lowest first.

    The top stage has the clients, in order, and those who join them; `prepare` is for the top alone.
    """
    lower, top = data[:-1], data[-1]
    features = [*map(all_features, lower), prepare(top)]
    stage_hyperparameters = [lower_stage_hyperparameters(hyperparameters)] * len(lower) + [hyperparameters]
    rows_below = [np.zeros(len(data[0].target), dtype=np.int64)]
    rows_below += [_rows_in(below, stage) for below, stage in pairwise(data)]
    stages = [
        Stage(stage.target, _blocks(stage, clients, split), rows, stage_features, own)
        for stage, rows, stage_features, own in zip(
            data, rows_below, features, stage_hyperparameters, strict=True
        )
    ]
    return StagedBoosting(stages, seed, progress)


def single_stage(clients: Clients) -> tuple[StageData, ...]:
    """Return the one stage of a training without a pool."""
    return (StageData(frozenset(), clients.names, clients.reference, clients.target, clients.matrix),)


def all_features(stage: StageData) -> Callable[[Mask], FeatureMatrix]:
    """Return all features of a stage, whoever is trained on."""
    features = FeatureMatrix(stage.names, stage.matrix)
    return lambda train: features


def _blocks(stage: StageData, clients: Clients, split: Split) -> NDArray[np.int64]:
    """Return the block of each client: as in the trained folder, else spread by reference."""
    position = np.searchsorted(clients.reference, stage.reference).clip(max=len(clients) - 1)
    own = clients.reference[position] == stage.reference
    return np.where(own, split.block[position], stage.reference % splits.FOLDS)


def _rows_in(below: StageData, stage: StageData) -> NDArray[np.int64]:
    """Return the row in the stage below of each client of a stage."""
    order = np.argsort(below.reference)
    return order[np.searchsorted(below.reference, stage.reference, sorter=order)]


def training_stages(boosting: StagedBoosting, data: Sequence[StageData]) -> tuple[TrainingStage, ...]:
    """Describe the stages of a boosting over `data`, lowest first, for the manifest."""
    return tuple(
        TrainingStage(
            tables=tuple(sorted(stage.tables)),
            clients=len(stage.target),
            features=len(stage.names),
            rounds=rounds,
        )
        for stage, rounds in zip(data, boosting.rounds, strict=False)
    )
