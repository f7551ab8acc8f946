"""Figures of a version's global explanation: importance, dependence, interactions."""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from scoring.ml.features import catalogue
from scoring.ml.model.manifest_validation import (
    DependenceBin,
    ExplanationSection,
    FeatureImportance,
    Interaction,
)
from scoring.presentation.figure import CatalogueName, Column, FeatureBin, Figure, Row, Style
from scoring.presentation.formatting import number, percent

SHOWN = 10


def importance(explanation: ExplanationSection) -> Figure:
    """Return the features that move the estimate most, and the direction of each."""
    features = explanation.features[:SHOWN]
    return Figure(
        code="importance",
        title=_("The features that count most"),
        summary=_(
            "Mean size of the contribution of each feature, over {clients} clients. {used} features "
            "contribute at all; the first three make {share} of the sum of those shown."
        ).format(
            clients=number(explanation.clients),
            used=number(explanation.used),
            share=percent(_share_of_first_three(features), 0),
        ),
        x=_("Feature"),
        y=_("Mean size of the contribution (log-odds)"),
        columns=[
            Column(_("Importance"), "number", 3, style="bars"),
            Column(_("More of it means more risk (1) or less (−1)"), "number", 2, style="table"),
        ],
        rows=[
            Row(CatalogueName("feature", item.feature), [item.importance, item.direction_as_shown])
            for item in features
            if item.feature in catalogue.BY_NAME
        ],
        horizontal=True,
        notes=[
            _("Rank correlation of the value with its contribution; a dash where it has no single direction.")
        ],
    )


def groups(explanation: ExplanationSection) -> Figure:
    """Return the importance by group of reasons."""
    return Figure(
        code="groups",
        title=_("The groups of features that count most"),
        summary=_("Mean size of the contributions of a whole group, added up for each client."),
        x=_("Group"),
        y=_("Mean size of the contribution (log-odds)"),
        columns=[Column(_("Importance"), "number", 3, style="bars")],
        rows=[
            Row(CatalogueName("group", item.group), [item.importance])
            for item in explanation.groups[:SHOWN]
            if item.group in catalogue.GROUPS
        ],
        horizontal=True,
    )


def dependences(explanation: ExplanationSection) -> list[Figure]:
    """Return the dependence of the contribution on the value, for each top feature."""
    names = [item.feature for item in explanation.features if item.feature in catalogue.BY_NAME]
    bins_of = [(name, explanation.dependence.get(name)) for name in names]
    return [_dependence(name, bins) for name, bins in bins_of if bins]


def _dependence(name: str, bins: Sequence[DependenceBin]) -> Figure:
    means = [row.mean for row in bins if row.low is not None or row.code is not None]
    swing = max(means) - min(means) if means else 0.0
    is_ordered = not catalogue.BY_NAME[name].categories
    return Figure(
        code=f"dependence-{name.lower().replace('_', '-')}",
        title=CatalogueName("feature", name),
        summary=_(
            "Above zero a value raises the risk. Between the safest and the riskiest lie {swing} of log-odds."
        ).format(swing=number(swing, 2)),
        x=_("Value"),
        y=_("Log-odds"),
        columns=[
            Column(_("Mean contribution"), "number", 3, style="points" if is_ordered else "dots"),
            Column(_("One client in ten below"), "number", 3, style="edge"),
            Column(_("One client in ten above"), "number", 3, style="edge"),
            Column(_("Clients"), "number", 0, style="table"),
        ],
        rows=[
            Row(
                FeatureBin(name, row.low, row.high, row.code),
                [row.mean, row.p10, row.p90, row.clients],
            )
            for row in bins
        ],
    )


def interaction_strengths(explanation: ExplanationSection) -> Figure:
    """Return the pairs of features that depend most on each other."""
    return Figure(
        code="interactions",
        title=_("Features whose effects depend on each other"),
        summary=_(
            "How much the contribution of one feature changes with the value of the other, beyond its own "
            "value: 0 means that they act each on its own."
        ),
        x=_("Pair of features"),
        y=_("Strength (log-odds)"),
        columns=[Column(_("Strength"), "number", 3, style="bars")],
        rows=[
            Row(CatalogueName("feature", pair.first, attribute=pair.second), [pair.strength])
            for pair in explanation.interactions
        ],
        horizontal=True,
    )


def interactions(explanation: ExplanationSection) -> list[Figure]:
    """Return, for each strong pair, the contribution of one feature by thirds of the other."""
    return [_interaction(pair) for pair in explanation.interactions]


def _interaction(pair: Interaction) -> Figure:
    levels = [_("low"), _("middle"), _("high")]
    styles: tuple[Style, ...] = ("line", "dashed", "points")
    edges = pair.edges
    return Figure(
        code=f"pair-{pair.first}-{pair.second}".lower().replace("_", "-"),
        title=CatalogueName("feature", pair.first, attribute=pair.second),
        summary=_("Contribution of the first feature, where the second is low, middle or high."),
        x=_("Value of the first feature"),
        y=_("Log-odds"),
        columns=[
            Column(level, "number", 3, style=style)
            for level, style, _line in zip(levels, styles, pair.lines, strict=False)
        ],
        rows=[
            Row(FeatureBin(pair.first, low, high), [line[position] for line in pair.lines])
            for position, (low, high) in enumerate(pairwise(edges))
        ],
    )


def _share_of_first_three(features: Sequence[FeatureImportance]) -> float:
    sizes = [item.importance for item in features]
    return float(sum(sizes[:3]) / sum(sizes)) if sizes else 0.0
