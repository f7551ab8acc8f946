"""Features that tell about sex and age: those computed from the date of birth, and stand-ins for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.plan import FeaturePlan
from scoring.ml.learned.learned_features import FAMILIES
from scoring.ml.model.folder import vocabulary
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.probe_models import ProbeData

SEX: Final = "CODE_GENDER"
AGE: Final = "age_band"
_WOMAN: Final = "F"
_BIRTH: Final = "DAYS_BIRTH"


@dataclass(frozen=True, slots=True)
class Proxies:
    """Features that read the age, and names by how much they tell about each attribute, most first."""

    of_age: frozenset[str]
    ranked: Mapping[str, Sequence[str]]


def rank_proxies(clients: Clients, rows: NDArray[np.int64], *, size: int, seed: int) -> Proxies:
    """Rank the features by what they gain in boosters that predict the sex, and who is older than half.

    None is ranked where an attribute of too few of the clients `rows` is known.
    """
    of_age = age_features(clients.names)
    sex, birth = clients.protected[SEX], clients.ingredients[_BIRTH]
    labelled = rows[np.array([value is not None for value in sex[rows].tolist()], dtype=bool)]
    born = rows[~np.isnan(birth[rows])]
    is_woman = (sex == _WOMAN).astype(np.float64)
    is_older = (birth < (np.median(birth[born]) if len(born) else 0.0)).astype(np.float64)
    return Proxies(
        of_age,
        {
            SEX: _ranked(clients, labelled, is_woman, size, seed),
            AGE: _ranked(without(clients, tuple(of_age)), born, is_older, size, seed),
        },
    )


def _ranked(
    clients: Clients, rows: NDArray[np.int64], target: NDArray[np.float64], size: int, seed: int
) -> Sequence[str]:
    try:
        drawn = rows[probe_models.stratified_sample(target[rows], size, seed)]
        data = ProbeData(clients.names, clients.matrix[drawn], target[drawn], list(vocabulary(clients.names)))
        gains = probe_models.cross_validate(data, seed=seed).gains
    except (TrainingError, ValueError):
        return ()
    return [clients.names[place] for place in np.argsort(-gains, kind="stable") if gains[place] > 0]


def without(clients: Clients, dropped: Sequence[str]) -> Clients:
    """The clients without these features."""
    gone = set(dropped)
    keep = np.array([name not in gone for name in clients.names], dtype=bool)
    return replace(
        clients,
        names=tuple(name for name in clients.names if name not in gone),
        matrix=np.ascontiguousarray(clients.matrix[:, keep]),
        unlabelled=np.ascontiguousarray(clients.unlabelled[:, keep]),
    )


def barred_families(dropped: Sequence[str]) -> frozenset[str]:
    """Codes of the learned families that are made from features that are left out."""
    gone = set(dropped)
    return frozenset(code for code, family in FAMILIES.items() if gone.intersection(family.inputs))


def age_features(names: Sequence[str]) -> frozenset[str]:
    """The features that are computed from the date of birth."""
    return frozenset(name for name in names if _BIRTH in FeaturePlan.compile([name]).inputs)
