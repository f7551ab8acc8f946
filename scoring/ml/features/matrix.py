"""The feature matrix: the one place where profiles become the model's input rows, one or millions."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.features.spec.formula import Columns, Profile

# So many columns are written at once: each by itself would touch every line of the memory anew.
_AT_ONCE: Final = 16


def feature_matrix(columns: Columns, names: Sequence[str] | None = None) -> NDArray[np.float64]:
    """Compute the features (n, k) of n profiles, in the order of `names` (all of the catalogue when None).

    `columns` holds arrays (n,) by raw name: float64 with NaN, or objects str | None for categories; a column
    that is not there counts as missing. Categories come out as codes. Every value depends on its own row only
    and is bit for bit the same whatever n is. AttributeError for a name that is not in the catalogue.
    """
    features = tuple(feature.name for feature in catalogue.FEATURES) if names is None else tuple(names)
    size = len(next(iter(columns.values()), ()))
    profile = Profile(columns, size, catalogue.CLEANINGS, catalogue.FORMULAS)
    matrix = np.empty((size, len(features)))
    with np.errstate(all="ignore"):
        for start in range(0, len(features), _AT_ONCE):
            block = features[start : start + _AT_ONCE]
            matrix[:, start : start + _AT_ONCE] = np.array([getattr(profile, name) for name in block]).T
    return matrix
