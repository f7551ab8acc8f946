"""Training clients: their features, their outcomes, and the protected columns kept for monitoring only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue, frames
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.model import population
from scoring.ml.tables.folder import Folder
from scoring.ml.training.data.past_loans import past_loans
from scoring.ml.training.progress import Progress

MIN_CLIENTS = 1_000

# A feature that is present for fewer clients than this teaches nothing that lasts.
MIN_PRESENT = 20
MIN_PRESENT_SHARE = 0.005

# So many clients without a known outcome are compared with those that have one.
MAX_UNLABELLED = 10_000


class TrainingError(Exception):
    """These clients cannot teach a model; the message says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Clients:
    """n clients with a known outcome, ordered by reference.

    `matrix` (n, k) holds the features `names`; `main` (n, m) those of catalogue.MAIN; `ingredients` the raw
    columns that place a client in segments; `protected` the columns that no feature may use. `unlabelled`,
    (m, k), has the features of at most MAX_UNLABELLED clients of the same folder whose outcome is not known;
    `past_loans` the earlier loans of the clients, row by row: see `data.past_loans`.
    """

    reference: NDArray[np.int64]
    target: NDArray[np.float64]
    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    main: NDArray[np.float64]
    ingredients: Mapping[str, NDArray[Any]]
    protected: Mapping[str, NDArray[Any]]
    unlabelled: NDArray[np.float64]
    past_loans: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.target)


def gather(folder: Folder, *, progress: Progress) -> Clients:
    """Read the labelled clients of a folder and their informative features.

    Raises TrainingError without a TARGET, with one outcome only, or with fewer than MIN_CLIENTS clients.
    """
    batches = [_labelled(batch) for batch in frames.profiles(folder)]
    _check(np.concatenate([batch.target for batch in batches]) if batches else np.empty(0))
    mask = informative(*(batch.matrix for batch in batches))
    clients = _concatenated(batches, mask)
    progress(
        f"{len(clients):,} clients, {clients.target.mean():.2%} of them defaulted; "
        f"{mask.sum()} of {len(mask)} features say something here"
    )
    return replace(clients, past_loans=past_loans(folder))


def _labelled(batch: frames.ProfileBatch) -> Clients:
    labelled = ~np.isnan(batch.target)
    columns = {name: values[labelled] for name, values in batch.columns.items()}
    unlabelled = {name: values[~labelled] for name, values in batch.columns.items()}
    return Clients(
        reference=batch.reference[labelled],
        target=batch.target[labelled],
        names=tuple(feature.name for feature in catalogue.FEATURES),
        matrix=feature_matrix(columns),
        main=feature_matrix(columns, catalogue.MAIN),
        ingredients={name: columns[name] for name in population.INGREDIENTS},
        protected={name: values[labelled] for name, values in batch.protected.items()},
        unlabelled=feature_matrix(unlabelled),
    )


def _concatenated(batches: list[Clients], mask: NDArray[np.bool_]) -> Clients:
    """Return the clients of all batches with the features of `mask`, (k,).

    The list is emptied: a batch is let go once it is copied, so that its features are in memory once.
    """
    clients = Clients(
        reference=np.concatenate([batch.reference for batch in batches]),
        target=np.concatenate([batch.target for batch in batches]),
        names=tuple(name for name, keep in zip(batches[0].names, mask, strict=True) if keep),
        matrix=np.empty((sum(map(len, batches)), int(mask.sum()))),
        main=np.concatenate([batch.main for batch in batches]),
        ingredients=_columns([batch.ingredients for batch in batches]),
        protected=_columns([batch.protected for batch in batches]),
        unlabelled=np.concatenate([batch.unlabelled[:, mask] for batch in batches])[:MAX_UNLABELLED],
    )
    batches.reverse()
    start = 0
    while batches:
        batch = batches.pop()
        clients.matrix[start : start + len(batch)] = batch.matrix[:, mask]
        start += len(batch)
    return clients


def _columns(batches: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def _check(target: NDArray[np.float64]) -> None:
    if not len(target):
        raise TrainingError("no client has a TARGET: training needs application_train with known outcomes")
    if len(target) < MIN_CLIENTS:
        raise TrainingError(
            f"{len(target):,} clients with a known outcome; at least {MIN_CLIENTS:,} are needed"
        )
    defaults = int(target.sum())
    if defaults in (0, len(target)):
        raise TrainingError("TARGET is the same for every client: there is nothing to tell apart")


def informative(*parts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark features, (k,), that take two values or more (missing is one) and are present often enough.

    `parts`, (m, k) each, are the clients.
    """
    clients = sum(map(len, parts))
    present = np.sum([(~np.isnan(part)).sum(axis=0) for part in parts], axis=0)
    largest, smallest = (
        extreme.reduce([extreme.reduce(part, axis=0, initial=np.nan) for part in parts], axis=0)
        for extreme in (np.fmax, np.fmin)
    )
    enough = present >= max(MIN_PRESENT, MIN_PRESENT_SHARE * clients)
    mask: NDArray[np.bool_] = enough & ((largest > smallest) | (present < clients))
    return mask
