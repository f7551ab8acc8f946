"""Rebuilding of reasons for a replay, by the edition of the dictionary that selected them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Reason
from creditdesk.models.reason import FIRST_EDITION, SECOND_EDITION, edition_of
from creditdesk.reasons import v1, v2
from creditdesk.reasons.selection import reasons_for
from scoring.ml.model.model import Model


def rebuild(
    version: str,
    model: Model,
    *,
    values: NDArray[np.float64],
    contributions: NDArray[np.float64],
    verdict: str,
    missing: Sequence[str],
    history_rows: Mapping[str, int],
) -> list[Reason]:
    """Return the reasons as the edition of `version` selects them; arguments as for `reasons_for`."""
    if edition_of(version) == FIRST_EDITION:
        return v1.reasons_for(model, values, contributions, history_rows)
    if edition_of(version) == SECOND_EDITION:
        return v2.reasons_for(model, contributions, verdict, missing, version)
    return reasons_for(
        model,
        values=values,
        contributions=contributions,
        verdict=verdict,
        missing=missing,
        history_rows=history_rows,
        edition=edition_of(version),
    )
