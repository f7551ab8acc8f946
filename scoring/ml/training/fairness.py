"""How verdicts fall on groups that no feature knows, measured on clients the booster never saw."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.model.population import age_band
from scoring.ml.training.clients import Clients
from scoring.ml.training.summaries import SMALLEST_CELL


def by_group(
    clients: Clients, probability: NDArray[np.float64], threshold: float
) -> dict[str, dict[str, dict[str, Any]]]:
    """{attribute: {group: {"n", "default_rate", "acceptance_rate", "tpr", "fpr"}}}; groups under 20 left out.

    `tpr` is the share of defaults that is refused, `fpr` the share of good payers that is; None where fewer
    than 20 such clients would speak.
    """
    refused = probability >= threshold
    return {
        attribute: _groups(values, clients.target, refused)
        for attribute, values in _attributes(clients).items()
    }


def _attributes(clients: Clients) -> Mapping[str, NDArray[Any]]:
    births = clients.ingredients["DAYS_BIRTH"]
    bands = [None if np.isnan(birth) else age_band(birth) for birth in births.tolist()]
    return {**clients.protected, "age_band": np.array(bands, dtype=object)}


def _groups(
    values: NDArray[Any], target: NDArray[np.float64], refused: NDArray[np.bool_]
) -> dict[str, dict[str, Any]]:
    found = sorted({value for value in values.tolist() if value is not None})
    members = {group: values == group for group in found}
    return {
        group: _rates(target[inside], refused[inside])
        for group, inside in members.items()
        if inside.sum() >= SMALLEST_CELL
    }


def _rates(target: NDArray[np.float64], refused: NDArray[np.bool_]) -> dict[str, Any]:
    return {
        "n": len(target),
        "default_rate": float(target.mean()),
        "acceptance_rate": float(1 - refused.mean()),
        "tpr": _share(refused[target == 1]),
        "fpr": _share(refused[target == 0]),
    }


def _share(refused: NDArray[np.bool_]) -> float | None:
    return float(refused.mean()) if len(refused) >= SMALLEST_CELL else None
