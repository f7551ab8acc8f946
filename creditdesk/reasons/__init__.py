"""The reasons of an assessment: at most four, one per group of features, worded on the day they are shown."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Reason
from creditdesk.reasons import render, v1
from scoring.ml.features import catalogue
from scoring.ml.model.explainer_data import ReferenceRange, group_membership, groups_of
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict
from scoring.ml.tables.catalogue import column

Floats = NDArray[np.float64]

SHOWN: Final = 4
# How reasons are chosen. Another rule is another edition, and the old one stays, for replays.
EDITION: Final = "2"


def reasons_for(
    model: Model,
    *,
    values: Floats,
    contributions: Floats,
    verdict: str,
    missing: Sequence[str],
    history_rows: Mapping[str, int],
) -> list[Reason]:
    """Most important first: what pushed towards refusal; for an accept, what carried it; for a refer, which
    inputs are missing. `values` and `contributions`, (k,), in the model's order, contributions in log-odds.
    """
    if missing:
        return _missing(model, contributions, missing)
    sign = -1.0 if verdict == Verdict.ACCEPT else 1.0
    groups = groups_of_model(model.features)
    sums = contributions @ grouping_of_model(model.features)
    order = np.argsort(-sign * sums, kind="stable")[:SHOWN].tolist()
    return [
        _reason(model, groups[i], float(sums[i]), values, contributions, sign, history_rows)
        for i in order
        if sign * sums[i] > 0
    ]


def rebuilt(
    version: str,
    model: Model,
    *,
    values: Floats,
    contributions: Floats,
    verdict: str,
    missing: Sequence[str],
    history_rows: Mapping[str, int],
) -> list[Reason]:
    """The reasons as the edition that chose them would choose them again."""
    if edition_of(version) == "1":
        return v1.reasons_for(model, values, contributions, history_rows)
    return reasons_for(
        model,
        values=values,
        contributions=contributions,
        verdict=verdict,
        missing=missing,
        history_rows=history_rows,
    )


@cache
def version() -> str:
    """Edition and words of the reason dictionary: any change of a label, a sentence or the way a number is
    written gives another version, without anybody having to remember it."""
    digest = hashlib.sha256()
    shares = np.array([0.25, 0.75])
    usual = ReferenceRange(low=-400.0, high=0.5, coverage=0.9, shares=shares)
    for feature in catalogue.FEATURES:
        probes = (np.nan, 1.0) if feature.categories else (np.nan, -1000.25, 0.125)
        for value in probes:
            told = render.told(feature, value, usual, refused=True, history_rows={})
            digest.update("\n".join([feature.name, *told.values()]).encode())
    for group, words in catalogue.GROUPS.items():
        digest.update(f"{group}\n{words.en}\n{words.fr}\n".encode())
    return f"{EDITION}.{digest.hexdigest()[:8]}"


def version_of(reasons: Sequence[Reason]) -> str:
    """The dictionary that worded stored reasons; no reasons need none."""
    return reasons[0].version if reasons else version()


def edition_of(dictionary: str) -> str:
    return dictionary.partition(".")[0]


@cache
def groups_of_model(features: tuple[str, ...]) -> tuple[str, ...]:
    return groups_of(features)


@cache
def grouping_of_model(features: tuple[str, ...]) -> Floats:
    return group_membership(features, groups_of_model(features))


def _missing(model: Model, contributions: Floats, missing: Sequence[str]) -> list[Reason]:
    sums = dict(
        zip(
            groups_of_model(model.features),
            (contributions @ grouping_of_model(model.features)).tolist(),
            strict=True,
        )
    )
    found = [
        Reason(
            code=catalogue.BY_NAME[name].group,
            version=version(),
            contribution=sums.get(catalogue.BY_NAME[name].group, 0.0),
            feature=name,
            worded_feature=name,
            features=(name,),
            **render.needed(column("application", name).label),
        )
        for name in missing[:SHOWN]
    ]
    return sorted(found, key=lambda reason: -abs(reason.contribution))


def _reason(
    model: Model,
    group: str,
    total: float,
    values: Floats,
    contributions: Floats,
    sign: float,
    history_rows: Mapping[str, int],
) -> Reason:
    pushing = [
        i
        for i, name in enumerate(model.features)
        if catalogue.BY_NAME[name].group == group and sign * contributions[i] > 0
    ]
    pushing.sort(key=lambda i: -sign * contributions[i])
    features = [catalogue.BY_NAME[model.features[i]] for i in pushing]
    said = next((i for i, one in enumerate(features) if render.can_be_said(one)), 0)
    usual = model.explainer.reference_range(features[said].name) if model.explainer else None
    sentence = render.told(features[said], float(values[pushing[said]]), usual, sign > 0, history_rows)
    return Reason(
        code=group,
        version=version(),
        contribution=total,
        feature=features[0].name,
        worded_feature=features[said].name,
        features=tuple(feature.name for feature in features),
        **sentence,
    )
