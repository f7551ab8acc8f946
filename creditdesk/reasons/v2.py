"""Second edition of the dictionary: at most four groups by summed contributions. Kept for replays.

It rebuilds what was selected, not the words: those of an older edition are evidence as they were stored.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Reason
from creditdesk.reasons.group_sums import group_sums
from scoring.ml.features import catalogue
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict

MAX_REASONS: Final = 4


def reasons_for(
    model: Model,
    contributions: NDArray[np.float64],
    verdict: str,
    missing: Sequence[str],
    version: str,
) -> list[Reason]:
    """Return code, size and features of each reason: of missing critical inputs where there are any."""
    sums = group_sums(model.features, contributions)
    if missing:
        inputs = [
            _reason(
                catalogue.BY_NAME[name].group, sums.get(catalogue.BY_NAME[name].group, 0.0), (name,), version
            )
            for name in missing[:MAX_REASONS]
        ]
        return sorted(inputs, key=lambda reason: -abs(reason.contribution))
    sign = -1.0 if verdict == Verdict.ACCEPT else 1.0
    ranked = sorted(sums, key=lambda group: -sign * sums[group])[:MAX_REASONS]
    return [
        _reason(group, sums[group], _pushing(model, group, sign * contributions), version)
        for group in ranked
        if sign * sums[group] > 0
    ]


def _pushing(model: Model, group: str, push: NDArray[np.float64]) -> tuple[str, ...]:
    names = [
        (push[position], name)
        for position, name in enumerate(model.features)
        if catalogue.BY_NAME[name].group == group and push[position] > 0
    ]
    return tuple(name for _, name in sorted(names, key=lambda pair: -pair[0]))


def _reason(group: str, total: float, features: tuple[str, ...], version: str) -> Reason:
    return Reason(
        code=group,
        version=version,
        contribution=total,
        feature=features[0],
        worded_feature=features[0],
        features=features,
        text_en="",
        text_fr="",
    )
