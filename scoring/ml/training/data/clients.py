"""The clients a model learns from: their features, their outcome, and what is kept for monitoring only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue, frames
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.model import population
from scoring.ml.tables.folder import Folder
from scoring.ml.training.data.past_loans import past_loans

MINIMUM = 1_000

# A feature that is known for fewer clients than this teaches nothing that lasts.
MINIMUM_KNOWN = 20
MINIMUM_KNOWN_SHARE = 0.005

# So many clients without a known outcome are compared with those that have one.
OTHERS = 10_000

Say = Callable[[str], None]


class TrainingError(Exception):
    """These clients cannot teach a model; the message says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Clients:
    """n clients with a known outcome, ordered by reference.

    `matrix` (n, k) holds the features `names`; `main` (n, m) those of catalogue.MAIN; `ingredients` the raw
    columns that place a client in segments; `protected` what no feature may see. `others`, (m, k): the
    features of at most OTHERS clients of the same folder whose outcome is not known. `past` has the earlier
    loans of the clients, row by row: see `past_loans`.
    """

    reference: NDArray[np.int64]
    target: NDArray[np.float64]
    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    main: NDArray[np.float64]
    ingredients: Mapping[str, NDArray[Any]]
    protected: Mapping[str, NDArray[Any]]
    others: NDArray[np.float64]
    past: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.target)


def gather(folder: Folder, *, say: Say) -> Clients:
    """The labelled clients of a folder and the features that say something about them.

    Raises TrainingError without a TARGET, with one outcome only, or with fewer than MINIMUM clients.
    """
    parts = [_labelled(batch) for batch in frames.profiles(folder)]
    clients = _joined(parts)
    _check(clients)
    kept = informative(clients.matrix)
    say(
        f"{len(clients):,} clients, {clients.target.mean():.2%} of them defaulted; "
        f"{kept.sum()} of {len(kept)} features say something here"
    )
    names = tuple(name for name, keep in zip(clients.names, kept, strict=True) if keep)
    return replace(
        clients,
        names=names,
        matrix=np.ascontiguousarray(clients.matrix[:, kept]),
        others=np.ascontiguousarray(clients.others[:, kept]),
        past=past_loans(folder),
    )


def _labelled(batch: frames.ProfileBatch) -> Clients:
    known = ~np.isnan(batch.target)
    columns = {name: values[known] for name, values in batch.columns.items()}
    others = {name: values[~known] for name, values in batch.columns.items()}
    return Clients(
        reference=batch.reference[known],
        target=batch.target[known],
        names=tuple(feature.name for feature in catalogue.FEATURES),
        matrix=feature_matrix(columns),
        main=feature_matrix(columns, catalogue.MAIN),
        ingredients={name: columns[name] for name in population.INGREDIENTS},
        protected={name: values[known] for name, values in batch.protected.items()},
        others=feature_matrix(others),
    )


def _joined(parts: Sequence[Clients]) -> Clients:
    if not any(len(part) for part in parts):
        raise TrainingError("no client has a TARGET: training needs application_train with known outcomes")
    first = parts[0]
    return Clients(
        reference=np.concatenate([part.reference for part in parts]),
        target=np.concatenate([part.target for part in parts]),
        names=first.names,
        matrix=np.concatenate([part.matrix for part in parts]),
        main=np.concatenate([part.main for part in parts]),
        ingredients=_columns([part.ingredients for part in parts]),
        protected=_columns([part.protected for part in parts]),
        others=np.concatenate([part.others for part in parts])[:OTHERS],
    )


def _columns(parts: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _check(clients: Clients) -> None:
    if len(clients) < MINIMUM:
        raise TrainingError(f"{len(clients):,} clients with a known outcome; at least {MINIMUM:,} are needed")
    defaults = int(clients.target.sum())
    if defaults in (0, len(clients)):
        raise TrainingError("TARGET is the same for every client: there is nothing to tell apart")


def informative(matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Features that take two values or more (missing is one) and are known for enough clients."""
    known = ~np.isnan(matrix)
    enough = known.sum(axis=0) >= max(MINIMUM_KNOWN, MINIMUM_KNOWN_SHARE * len(matrix))
    varies = np.fmax.reduce(matrix, axis=0) > np.fmin.reduce(matrix, axis=0)
    kept: NDArray[np.bool_] = enough & (varies | ~known.all(axis=0))
    return kept
