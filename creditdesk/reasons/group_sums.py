"""Contributions summed over the groups of features that a reason may be about."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoring.ml.model.explainer_data import group_membership, groups_of

Floats = NDArray[np.float64]


def group_sums(features: tuple[str, ...], contributions: Floats) -> dict[str, float]:
    """Return the sum of contributions, (k,), of each group, in the order in which the features name them."""
    groups, membership = _groups(features)
    return dict(zip(groups, (contributions @ membership).tolist(), strict=True))


@cache
def _groups(features: tuple[str, ...]) -> tuple[tuple[str, ...], Floats]:
    groups = groups_of(features)
    return groups, group_membership(features, groups)
