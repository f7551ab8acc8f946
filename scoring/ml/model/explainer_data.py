"""What a model folder knows besides the model, to explain it by: `explain.npz`, numbers and text, no objects.

Nothing in it describes a single client: neither references nor values, only contributions by group.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.features import catalogue

Floats = NDArray[np.float64]
_BETWEEN_BOOSTERS = "\x00"


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for one feature among the clients that the model accepts.

    `low`, `high`: their 10th and 90th percentile, NaN where it is a category or too few are known; `known`:
    the share of them with a value; `shares`: by category code or flag, the share with that value, NaN where
    fewer than 20 clients are behind it.
    """

    low: float
    high: float
    known: float
    shares: Floats

    def share_of(self, value: float) -> float:
        """The share of accepted clients with the same category; NaN where it is not told."""
        code = int(value)
        return float(self.shares[code]) if 0 <= code < len(self.shares) and code == value else np.nan


@dataclass(frozen=True, slots=True)
class Near:
    """The training clients nearest to a client: how many, how many defaulted, how many the model refuses."""

    clients: int
    defaulted: int
    refused: int


@dataclass(frozen=True, eq=False)
class Explained:
    """One model's `explain.npz`, for k features and g groups.

    `importance`, (k,) and `group_importance`, (g,): mean absolute contribution in log-odds over training
    clients. `sample`, (n, g): contributions by group of training clients, from sister boosters that never saw
    them; `defaulted`, `refused`, (n,): their outcome and their out-of-fold verdict; `scale`, (g,): the
    standard deviation of each group; `radius`: how far, in standardised contributions, a similar client may
    be. `sisters`: LightGBM text of the boosters fitted on bootstraps of the clients.
    """

    features: tuple[str, ...]
    groups: tuple[str, ...]
    accepted: int
    low: Floats
    high: Floats
    known: Floats
    shares: Floats
    importance: Floats
    group_importance: Floats
    sample: NDArray[np.float32]
    defaulted: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    scale: Floats
    radius: float
    nearest: int
    sisters: tuple[str, ...]

    @cached_property
    def positions(self) -> Mapping[str, int]:
        return {name: position for position, name in enumerate(self.features)}

    def usual(self, feature: str) -> Usual | None:
        """Nothing for a feature that this model does not have, or when it accepts almost nobody."""
        at = self.positions.get(feature)
        if at is None or not self.accepted:
            return None
        return Usual(float(self.low[at]), float(self.high[at]), float(self.known[at]), self.shares[at])

    @cached_property
    def boosters(self) -> tuple[lightgbm.Booster, ...]:
        return tuple(lightgbm.parse(text) for text in self.sisters)

    def told_by_sisters(self, filled: Floats) -> Floats:
        """Contributions by group, (m, n, g), that the m sister boosters give for filled rows, (n, k)."""
        into = grouping(self.features, self.groups)
        return np.array([lightgbm.contributions(one, filled)[:, :-1] @ into for one in self.boosters])

    def near(self, contributions: Floats) -> Near:
        """The similar clients of one, by its contributions by group, (g,), as the sisters give them."""
        standardised = (contributions / self.scale).astype(np.float32)
        apart = np.sqrt(((self._standardised - standardised) ** 2).sum(axis=1))
        nearest = np.argsort(apart, kind="stable")[: self.nearest]
        similar = nearest[apart[nearest] <= self.radius]
        return Near(len(similar), int(self.defaulted[similar].sum()), int(self.refused[similar].sum()))

    @cached_property
    def _standardised(self) -> NDArray[np.float32]:
        return (self.sample / self.scale).astype(np.float32)


def groups_of(features: tuple[str, ...]) -> tuple[str, ...]:
    """The groups of reasons that these features belong to, in the order of the catalogue."""
    present = {catalogue.BY_NAME[name].group for name in features}
    return tuple(group for group in catalogue.GROUPS if group in present)


def grouping(features: tuple[str, ...], groups: tuple[str, ...]) -> Floats:
    """Ones where a feature belongs to a group, (k, g): contributions @ grouping are those of the groups."""
    into = np.zeros((len(features), len(groups)))
    at = {group: position for position, group in enumerate(groups)}
    for position, name in enumerate(features):
        into[position, at[catalogue.BY_NAME[name].group]] = 1.0
    return into


def parse(content: bytes, features: tuple[str, ...]) -> Explained:
    """The file's content, for the model with these features. Raises ValueError when it is another model's."""
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        found: dict[str, Any] = {name: kept[name] for name in kept.files}
    if tuple(found["features"].tolist()) != features:
        raise ValueError("it was made for other features")
    return Explained(
        **{
            **found,
            "features": features,
            "groups": tuple(found["groups"].tolist()),
            "accepted": int(found["accepted"]),
            "sample": found["sample"].astype(np.float32),
            "radius": float(found["radius"]),
            "nearest": int(found["nearest"]),
            "sisters": tuple(found["sisters"].tobytes().decode("utf-8").split(_BETWEEN_BOOSTERS)),
        }
    )


def pack(known: Explained) -> bytes:
    """The content of the file."""
    text = _BETWEEN_BOOSTERS.join(known.sisters).encode("utf-8")
    into = io.BytesIO()
    np.savez_compressed(
        into,
        features=np.array(known.features),
        groups=np.array(known.groups),
        accepted=np.array(known.accepted),
        low=known.low,
        high=known.high,
        known=known.known,
        shares=known.shares,
        importance=known.importance,
        group_importance=known.group_importance,
        sample=known.sample.astype(np.float16),
        defaulted=known.defaulted,
        refused=known.refused,
        scale=known.scale,
        radius=np.array(known.radius),
        nearest=np.array(known.nearest),
        sisters=np.frombuffer(text, dtype=np.uint8),
    )
    return into.getvalue()
