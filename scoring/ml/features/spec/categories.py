"""Categories as numbers: the code of a value is its position in the catalogue's vocabulary."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.spec.formula import Values
from scoring.ml.tables.schema import Column, Text

# Maternity leave would give the client's sex away; the bank reads it as the job the client is on leave from.
READ_AS = {"NAME_INCOME_TYPE": {"Maternity leave": "Working"}}


def vocabulary(column: Column) -> dict[str, Text]:
    """The values that have a code of their own, in order."""
    others = {*READ_AS.get(column.name, {}), *column.unknown}
    return {value: words for value, words in column.categories.items() if value not in others}


def codes(column: Column) -> dict[str, float]:
    """The code of every value that the column may hold."""
    own = {value: float(position) for position, value in enumerate(vocabulary(column))}
    return own | {value: own[same] for value, same in READ_AS.get(column.name, {}).items()}


def coded(values: NDArray[Any], code_of: Mapping[str, float]) -> Values:
    """Codes of an object array (n,) of str | None; unknown and unseen values are missing."""
    return np.array([code_of.get(value, np.nan) for value in values.tolist()], dtype=np.float64)
