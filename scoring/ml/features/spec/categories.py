"""Categories as codes: the code of a value is its position in the catalogue's vocabulary."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.spec.formula import Values
from scoring.ml.tables.schema import Column, Text

# Maternity leave would give the client's sex away; the bank reads it as the job the client is on leave from.
MERGED_CATEGORIES = {"NAME_INCOME_TYPE": {"Maternity leave": "Working"}}


def vocabulary(column: Column) -> dict[str, Text]:
    """Return the values that have a code of their own, in order, with their labels."""
    without_code = {*MERGED_CATEGORIES.get(column.name, {}), *column.unknown}
    return {value: label for value, label in column.categories.items() if value not in without_code}


def codes(column: Column) -> dict[str, float]:
    """Return the code of every value that the column may hold."""
    own = {value: float(position) for position, value in enumerate(vocabulary(column))}
    return own | {value: own[target] for value, target in MERGED_CATEGORIES.get(column.name, {}).items()}


def encode(values: NDArray[Any], code_of: Mapping[str, float]) -> Values:
    """Encode an object array (n,) of str | None; unknown and unseen values are missing."""
    return np.array([code_of.get(value, np.nan) for value in values.tolist()], dtype=np.float64)
