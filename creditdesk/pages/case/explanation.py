"""From the starting point of the model to the answer for one client, step by step, in parts that add up."""

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
class Push:
    """A part of the force line, as wide as its group pushes."""

    label: str
    towards: str
    span: svg_geometry.Span


@dataclass(frozen=True, slots=True)
class Group:
    """The summed effect of a group, beside how much it moves clients on average (None where not known)."""

    code: str
    label: str
    contribution: float
    features: int
    bar: svg_geometry.Bar
    usual: svg_geometry.Bar | None
    usual_amount: str

    @property
    def towards(self) -> str:
        return reasons.towards(self.contribution)

    @property
    def amount(self) -> str:
        return formatting.signed(self.contribution, reasons.DECIMALS)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`in_points` says whether the waterfall counts in points of probability or in log-odds."""

    base: float
    total: float
    waterfall: Waterfall
    in_points: bool
    has_points: bool
    pushes: tuple[Push, ...]
    force_at: float
    groups: tuple[Group, ...]

    @property
    def first_groups(self) -> tuple[Group, ...]:
        return self.groups[:FIRST_GROUPS]

    @property
    def other_groups(self) -> tuple[Group, ...]:
        return self.groups[FIRST_GROUPS:]


def explanation(
    contributions: Sequence[Contribution],
    base: float,
    calibration: Calibration | None,
    explainer: ExplainerData | None,
    *,
    log_odds: bool,
) -> Explanation:
    """`contributions` of every feature in log-odds; without the calibration there are no points."""
    sums = _sums(contributions)
    total = math.fsum((base, *(item.contribution for item in contributions)))
    in_points = calibration is not None and not log_odds
    line = svg_geometry.force(list(sums.values()))
    return Explanation(
        base=base,
        total=total,
        waterfall=waterfall(sums, base, total, calibration if in_points else None),
        in_points=in_points,
        has_points=calibration is not None,
        pushes=tuple(
            Push(reasons.group_titled(code), reasons.towards(amount), span)
            for (code, amount), span in zip(sums.items(), line.spans, strict=True)
        ),
        force_at=line.meets,
        groups=_groups(contributions, sums, explainer),
    )


@lru_cache(maxsize=16)
def calibration_of(digest: str) -> Calibration | None:
    """How a registered version turns log-odds into a probability; None when its folder is gone."""
    version = ModelVersion.objects.filter(digest=digest).first()
    if version is None:
        return None
    try:
        return folder.calibration_of(folder.facts_of(settings.ML_ARTIFACTS / version.name, digest=digest))
    except ModelUnavailable:
        return None


def _sums(contributions: Sequence[Contribution]) -> dict[str, float]:
    """The effect of each group, the largest first."""
    parts: Mapping[str, list[float]] = defaultdict(list)
    for item in contributions:
        parts[item.feature.group].append(item.contribution)
    sums = {code: math.fsum(amounts) for code, amounts in parts.items()}
    return dict(sorted(sums.items(), key=lambda one: -abs(one[1])))


def _groups(
    contributions: Sequence[Contribution], sums: Mapping[str, float], explainer: ExplainerData | None
) -> tuple[Group, ...]:
    counts: dict[str, int] = defaultdict(int)
    for item in contributions:
        counts[item.feature.group] += 1
    usual = usual_effects(explainer)
    largest = max((*map(abs, sums.values()), *usual.values()), default=0.0)
    return tuple(
        Group(
            code=code,
            label=reasons.group_titled(code),
            contribution=amount,
            features=counts[code],
            bar=svg_geometry.bar(amount, largest),
            usual=svg_geometry.around(usual[code], largest) if code in usual else None,
            usual_amount=formatting.number(usual[code], reasons.DECIMALS) if code in usual else "",
        )
        for code, amount in sums.items()
    )


def usual_effects(explainer: ExplainerData | None) -> dict[str, float]:
    """The mean absolute effect of each group over training clients; nothing without explain.npz."""
    if explainer is None:
        return {}
    return dict(zip(explainer.groups, explainer.group_importance.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Unfolded:
    """One feature of an unfolded group, with the usual range of accepted clients and its usual effect."""

    effect: reasons.Effect
    usual: str
    importance: str
    towards: str


def unfolded(
    code: str,
    contributions: Sequence[Contribution],
    explainer: ExplainerData | None,
    history_rows: Mapping[str, int],
) -> list[Unfolded]:
    """The features of a group, the largest effect first."""
    return [
        Unfolded(
            effect=reasons.effect(item, history_rows),
            usual=_range(item, explainer),
            importance=_importance(item, explainer),
            towards=reasons.towards(item.contribution),
        )
        for item in contributions
        if item.feature.group == code
    ]


def _range(item: Contribution, explainer: ExplainerData | None) -> str:
    usual = explainer.reference_range(item.feature.name) if explainer else None
    if usual is None or math.isnan(usual.low):
        return ""
    low, high = formatting.range_in_words(item.feature, usual.low, usual.high)
    return low if low == high else f"{low} – {high}"


def _importance(item: Contribution, explainer: ExplainerData | None) -> str:
    if explainer is None or item.feature.name not in explainer.positions:
        return ""
    return formatting.number(
        float(explainer.importance[explainer.positions[item.feature.name]]), reasons.DECIMALS
    )
