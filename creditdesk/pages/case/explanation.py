"""Explanation of one probability: group effects that add up from the base value to the score."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from creditdesk.models.assessment import Contribution
from creditdesk.pages import svg_geometry
from creditdesk.pages.case import reasons
from creditdesk.pages.case.waterfall import Waterfall, waterfall
from scoring.ml.model import folder
from scoring.ml.model.calibration import Calibration
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.model.folder import ModelUnavailable
from scoring.models import ModelVersion
from scoring.presentation import formatting

# The groups that move the score least are folded away.
FIRST_GROUPS = 12


@dataclass(frozen=True, slots=True)
class ForceSegment:
    """A group in the force plot, as wide as its effect."""

    label: str
    direction: str
    span: svg_geometry.Span


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """The summed effect of a feature group, beside its mean absolute effect over training clients.

    `importance_bar` is None and `importance` empty where the model folder does not hold it.
    """

    code: str
    label: str
    contribution: float
    features: int
    bar: svg_geometry.Bar
    importance_bar: svg_geometry.Bar | None
    importance: str

    @property
    def direction(self) -> str:
        return reasons.direction(self.contribution)

    @property
    def amount(self) -> str:
        return formatting.signed(self.contribution, reasons.DECIMALS)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`in_points` tells whether the waterfall counts in points of probability or in log-odds, `has_points`
    whether it could; the force plot changes sides at `force_boundary`, in percent of the width; in points
    there are no `groups`."""

    base: float
    total: float
    waterfall: Waterfall
    in_points: bool
    has_points: bool
    force_segments: tuple[ForceSegment, ...]
    force_boundary: float
    groups: tuple[GroupEffect, ...]

    @property
    def first_groups(self) -> tuple[GroupEffect, ...]:
        return self.groups[:FIRST_GROUPS]

    @property
    def other_groups(self) -> tuple[GroupEffect, ...]:
        return self.groups[FIRST_GROUPS:]


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One feature of a group, with the reference range of accepted clients and its mean absolute effect."""

    effect: reasons.FeatureEffect
    reference_range: str
    importance: str
    direction: str


def explanation(
    contributions: Sequence[Contribution],
    base: float,
    calibration: Calibration | None,
    explainer: ExplainerData | None,
    *,
    log_odds: bool,
) -> Explanation:
    """Explain a score by the contributions of all features, in log-odds, and the base value.

    Without a calibration there are no points of probability.
    """
    sums = _group_sums(contributions)
    total = math.fsum((base, *(item.contribution for item in contributions)))
    in_points = calibration is not None and not log_odds
    force = svg_geometry.force(list(sums.values()))
    return Explanation(
        base=base,
        total=total,
        waterfall=waterfall(sums, base, total, calibration if in_points else None),
        in_points=in_points,
        has_points=calibration is not None,
        force_segments=tuple(
            ForceSegment(reasons.group_title(code), reasons.direction(amount), span)
            for (code, amount), span in zip(sums.items(), force.spans, strict=True)
        ),
        force_boundary=force.boundary,
        # The groups with their features are listed in log-odds alone.
        groups=() if in_points else _group_effects(contributions, sums, explainer),
    )


def feature_rows(
    group: str,
    contributions: Sequence[Contribution],
    explainer: ExplainerData | None,
    history_rows: Mapping[str, int],
) -> list[FeatureRow]:
    """Return the features of a group, in the order of the contributions."""
    return [
        FeatureRow(
            effect=reasons.feature_effect(item, history_rows),
            reference_range=_reference_range(item, explainer),
            importance=_importance(item, explainer),
            direction=reasons.direction(item.contribution),
        )
        for item in contributions
        if item.feature.group == group
    ]


def group_importance(explainer: ExplainerData | None) -> dict[str, float]:
    """Return the mean absolute effect of each group over training clients; empty without explainer data."""
    if explainer is None:
        return {}
    return dict(zip(explainer.groups, explainer.group_importance.tolist(), strict=True))


def registered_calibration(digest: str) -> Calibration | None:
    """Return the calibration of a registered version, None while its folder cannot be read."""
    try:
        return _read_calibration(digest)
    except ModelUnavailable:
        return None


@lru_cache(maxsize=16)
def _read_calibration(digest: str) -> Calibration:
    """Raise ModelUnavailable, which is not remembered: the folder may be back a moment later."""
    version = ModelVersion.objects.filter(digest=digest).first()
    if version is None:
        raise ModelUnavailable("the version is not registered")
    return folder.read_manifest(settings.ML_ARTIFACTS / version.name, digest=digest).calibration


def _group_sums(contributions: Sequence[Contribution]) -> dict[str, float]:
    """Return the effect of each group, the largest first."""
    amounts_by_group: Mapping[str, list[float]] = defaultdict(list)
    for item in contributions:
        amounts_by_group[item.feature.group].append(item.contribution)
    sums = {code: math.fsum(amounts) for code, amounts in amounts_by_group.items()}
    return dict(sorted(sums.items(), key=lambda group_sum: -abs(group_sum[1])))


def _group_effects(
    contributions: Sequence[Contribution], sums: Mapping[str, float], explainer: ExplainerData | None
) -> tuple[GroupEffect, ...]:
    counts: dict[str, int] = defaultdict(int)
    for item in contributions:
        counts[item.feature.group] += 1
    importance = group_importance(explainer)
    largest = max((*map(abs, sums.values()), *importance.values()), default=0.0)
    return tuple(
        GroupEffect(
            code=code,
            label=reasons.group_title(code),
            contribution=amount,
            features=counts[code],
            bar=svg_geometry.bar(amount, largest),
            importance_bar=svg_geometry.centered_bar(importance[code], largest)
            if code in importance
            else None,
            importance=formatting.number(importance[code], reasons.DECIMALS) if code in importance else "",
        )
        for code, amount in sums.items()
    )


def _reference_range(item: Contribution, explainer: ExplainerData | None) -> str:
    reference = explainer.reference_range(item.feature.name) if explainer else None
    if reference is None or math.isnan(reference.low):
        return ""
    low, high = formatting.range_in_words(item.feature, reference.low, reference.high)
    return low if low == high else f"{low} – {high}"


def _importance(item: Contribution, explainer: ExplainerData | None) -> str:
    if explainer is None or item.feature.name not in explainer.positions:
        return ""
    return formatting.number(
        float(explainer.importance[explainer.positions[item.feature.name]]), reasons.DECIMALS
    )
