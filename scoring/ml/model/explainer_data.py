"""Explainer data of a model folder: `explain.npz`, numbers and text, no objects.

It describes no single client: neither references nor feature values, only contributions by group.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.features import catalogue

Floats = NDArray[np.float64]
_BOOSTER_SEPARATOR = "\x00"
# Clients whose contributions by the ensemble stay in memory, 2 kB each.
MAX_RECENT = 256

OUTER_PERCENTILES = (1, 5, 95, 99)


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """The values of one feature among the clients that the model accepts.

    `low`, `high`: their 10th and 90th percentile, NaN for a category or when too few clients have a value;
    `coverage`: the share of them with a value; `shares`: by category code or flag, the share with that value,
    NaN where fewer than 20 clients are behind it. `outer`: the percentiles OUTER_PERCENTILES, NaN where too
    few clients are beyond one, empty for a folder that was trained without them.
    """

    low: float
    high: float
    coverage: float
    shares: Floats
    outer: tuple[float, ...] = ()

    def rank_of(self, value: float) -> float:
        """The share of accepted clients with more than a value below the range, or less than one above it.

        As far as it is known: at least 0.9, since the range ends at the 10th and the 90th percentile.
        """
        is_low = value < self.low
        shares = [
            1 - percent / 100 if is_low else percent / 100
            for percent, bound in zip(OUTER_PERCENTILES, self.outer, strict=False)
            if (value < bound if is_low else value > bound)
        ]
        return max([0.9, *shares])

    def share_of(self, value: float) -> float:
        """The share of accepted clients with the same category; NaN where it is not given."""
        code = int(value)
        return float(self.shares[code]) if 0 <= code < len(self.shares) and code == value else np.nan


@dataclass(frozen=True, slots=True)
class SimilarClients:
    """The training clients nearest to a client: how many, how many defaulted, how many the model refuses."""

    clients: int
    defaulted: int
    refused: int


@dataclass(frozen=True, eq=False)
class ExplainerData:
    """One model's explainer data, for k features and g groups.

    `accepted`: how many clients the reference ranges come from; `low`, `high`, `coverage`, (k,), and
    `shares`, (k, c): see ReferenceRange. `importance`, (k,), and `group_importance`, (g,): mean absolute
    contribution in log-odds over training clients. `sample`, (n, g): contributions by group of training
    clients, from boosters of the ensemble that were not fitted on them; `defaulted`, `refused`, (n,): their
    outcome and their out-of-fold verdict; `scale`, (g,): the standard deviation of each group; `radius`: how
    far, in standardised contributions, a similar client may be; `neighbours`: how many are looked at.
    `ensemble`: LightGBM text of the boosters fitted on bootstraps of the clients. `outer`, (k, 4): see
    ReferenceRange; None for a folder that was trained without it.
    """

    features: tuple[str, ...]
    groups: tuple[str, ...]
    accepted: int
    low: Floats
    high: Floats
    coverage: Floats
    shares: Floats
    importance: Floats
    group_importance: Floats
    sample: NDArray[np.float32]
    defaulted: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    scale: Floats
    radius: float
    neighbours: int
    ensemble: tuple[str, ...]
    outer: Floats | None = None

    @cached_property
    def positions(self) -> Mapping[str, int]:
        return {name: position for position, name in enumerate(self.features)}

    def reference_range(self, feature: str) -> ReferenceRange | None:
        """None for a feature that this model does not have, or when it accepts almost nobody."""
        if feature not in self._ranges:
            position = self.positions.get(feature)
            is_unknown = position is None or not self.accepted
            self._ranges[feature] = None if is_unknown else self._range_at(self.positions[feature])
        return self._ranges[feature]

    @cached_property
    def _ranges(self) -> dict[str, ReferenceRange | None]:
        """Those that were asked for."""
        return {}

    def _range_at(self, position: int) -> ReferenceRange:
        return ReferenceRange(
            low=float(self.low[position]),
            high=float(self.high[position]),
            coverage=float(self.coverage[position]),
            shares=self.shares[position],
            outer=() if self.outer is None else tuple(self.outer[position].tolist()),
        )

    @cached_property
    def boosters(self) -> tuple[lightgbm.Booster, ...]:
        return tuple(lightgbm.parse(text) for text in self.ensemble)

    def ensemble_contributions(self, filled: Floats) -> Floats:
        """Contributions by group, (m, n, g), that the m boosters give for filled rows, (n, k)."""
        return np.array(
            [lightgbm.contributions(booster, filled)[:, :-1] @ self._membership for booster in self.boosters]
        )

    def ensemble_contributions_of_one(self, filled: Floats) -> Floats:
        """The same, (m, g), for one filled row, (k,); those of the last clients are kept.

        The boosters need 1.5 ms, and two tabs of a case show what they say.
        """
        key = blake2b(filled.tobytes(), digest_size=16).digest()
        contributions = self._recent.get(key)
        if contributions is None:
            contributions = self.ensemble_contributions(filled[None])[:, 0]
            contributions.setflags(write=False)
            if len(self._recent) >= MAX_RECENT:
                self._recent.clear()
            self._recent[key] = contributions
        return contributions

    @cached_property
    def _recent(self) -> dict[bytes, Floats]:
        return {}

    @cached_property
    def _membership(self) -> Floats:
        return group_membership(self.features, self.groups)

    def similar_clients(self, contributions: Floats) -> SimilarClients:
        """The clients similar to one client, by the ensemble's contributions by group, (g,)."""
        standardised = (contributions / self.scale).astype(np.float32)
        distances = np.sqrt(((self._standardised - standardised) ** 2).sum(axis=1))
        near = np.flatnonzero(distances <= self.radius)
        # Of equally distant clients those that come first: sorted are only those that can be among them.
        similar = near[np.argsort(distances[near], kind="stable")[: self.neighbours]]
        return SimilarClients(
            len(similar), int(self.defaulted[similar].sum()), int(self.refused[similar].sum())
        )

    @cached_property
    def _standardised(self) -> NDArray[np.float32]:
        return (self.sample / self.scale).astype(np.float32)


def groups_of(features: tuple[str, ...]) -> tuple[str, ...]:
    """The groups of reasons that these features belong to, in the order of the catalogue."""
    present = {catalogue.BY_NAME[name].group for name in features}
    return tuple(group for group in catalogue.GROUPS if group in present)


def group_membership(features: tuple[str, ...], groups: tuple[str, ...]) -> Floats:
    """Ones where a feature belongs to a group, (k, g): contributions @ membership are those of the groups."""
    membership = np.zeros((len(features), len(groups)))
    columns = {group: column for column, group in enumerate(groups)}
    for row, name in enumerate(features):
        membership[row, columns[catalogue.BY_NAME[name].group]] = 1.0
    return membership


def parse(content: bytes, features: tuple[str, ...]) -> ExplainerData:
    """The file's content, for the model with these features. Raises ValueError when it is another model's."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        if tuple(arrays["features"].tolist()) != features:
            raise ValueError("it was made for other features")
        return ExplainerData(
            features=features,
            groups=tuple(arrays["groups"].tolist()),
            accepted=int(arrays["accepted"]),
            low=arrays["low"],
            high=arrays["high"],
            coverage=arrays["known"],
            shares=arrays["shares"],
            importance=arrays["importance"],
            group_importance=arrays["group_importance"],
            sample=arrays["sample"].astype(np.float32),
            defaulted=arrays["defaulted"],
            refused=arrays["refused"],
            scale=arrays["scale"],
            radius=float(arrays["radius"]),
            neighbours=int(arrays["nearest"]),
            ensemble=tuple(arrays["sisters"].tobytes().decode("utf-8").split(_BOOSTER_SEPARATOR)),
            outer=arrays.get("outer"),
        )


def serialize(data: ExplainerData) -> bytes:
    """The content of the file; the names of its arrays are those of the first release."""
    text = _BOOSTER_SEPARATOR.join(data.ensemble).encode("utf-8")
    buffer = io.BytesIO()
    arrays: dict[str, NDArray[Any]] = {
        "features": np.array(data.features),
        "groups": np.array(data.groups),
        "accepted": np.array(data.accepted),
        "low": data.low,
        "high": data.high,
        "known": data.coverage,
        "shares": data.shares,
        "importance": data.importance,
        "group_importance": data.group_importance,
        "sample": data.sample.astype(np.float16),
        "defaulted": data.defaulted,
        "refused": data.refused,
        "scale": data.scale,
        "radius": np.array(data.radius),
        "nearest": np.array(data.neighbours),
        "sisters": np.frombuffer(text, dtype=np.uint8),
        **({} if data.outer is None else {"outer": data.outer}),
    }
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # the second argument is no array
    return buffer.getvalue()
