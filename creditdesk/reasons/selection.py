"""Selection of reasons: at most four groups of features, by their summed contributions."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Reason
from creditdesk.reasons import render
from creditdesk.reasons.dictionary import dictionary_version
from creditdesk.reasons.group_sums import group_sums
from scoring.ml.features import catalogue
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict
from scoring.ml.tables.catalogue import column

Floats = NDArray[np.float64]

MAX_REASONS: Final = 4


def reasons_for(
    model: Model,
    *,
    values: Floats,
    contributions: Floats,
    verdict: str,
    missing: Sequence[str],
    history_rows: Mapping[str, int],
) -> list[Reason]:
    """Return the reasons of a verdict, most important first.

    For a refusal or a referral: the groups that push towards refusal; for an accept: those that push away
    from it; with missing critical inputs: these. `values` and `contributions`, (k,), in the model's order,
    contributions in log-odds.
    """
    sums = group_sums(model.features, contributions)
    if missing:
        return _missing_inputs(sums, missing)
    sign = -1.0 if verdict == Verdict.ACCEPT else 1.0
    ranked = sorted(sums, key=lambda group: -sign * sums[group])[:MAX_REASONS]
    return [
        _reason(model, group, sums[group], _pushing(model, group, sign * contributions), values, history_rows)
        for group in ranked
        if sign * sums[group] > 0
    ]


def _missing_inputs(sums: Mapping[str, float], missing: Sequence[str]) -> list[Reason]:
    reasons = [
        Reason(
            code=catalogue.BY_NAME[name].group,
            version=dictionary_version(),
            contribution=sums.get(catalogue.BY_NAME[name].group, 0.0),
            feature=name,
            worded_feature=name,
            features=(name,),
            **render.required_input(column("application", name).label),
        )
        for name in missing[:MAX_REASONS]
    ]
    return sorted(reasons, key=lambda reason: -abs(reason.contribution))


def _pushing(model: Model, group: str, push: Floats) -> list[int]:
    """The positions of the group's features with a positive push, the strongest first."""
    positions = [
        position
        for position, name in enumerate(model.features)
        if catalogue.BY_NAME[name].group == group and push[position] > 0
    ]
    return sorted(positions, key=lambda position: -push[position])


def _reason(
    model: Model,
    group: str,
    total: float,
    positions: Sequence[int],
    values: Floats,
    history_rows: Mapping[str, int],
) -> Reason:
    """The reason of a group, worded by its strongest feature that a person can picture."""
    features = [catalogue.BY_NAME[model.features[position]] for position in positions]
    worded = next((i for i, feature in enumerate(features) if render.is_presentable(feature)), 0)
    reference_range = model.explainer.reference_range(features[worded].name) if model.explainer else None
    sentences = render.sentences(
        features[worded],
        float(values[positions[worded]]),
        reference_range,
        refused=total > 0,
        history_rows=history_rows,
    )
    return Reason(
        code=group,
        version=dictionary_version(),
        contribution=total,
        feature=features[0].name,
        worded_feature=features[worded].name,
        features=tuple(feature.name for feature in features),
        **sentences,
    )
