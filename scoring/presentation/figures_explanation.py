"""What a version goes by, as figures: importance, direction, dependence, interactions."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from scoring.ml.features import catalogue
from scoring.presentation.figure import Column, Figure, Named, Place, Row
from scoring.presentation.numbers import number

Facts = Mapping[str, Any]

SHOWN = 15


def importance(known: Facts) -> Figure:
    """The features that move the estimate most, and which way."""
    features = known["features"][:SHOWN]
    return Figure(
        code="importance",
        title=_("The features that count most"),
        summary=_(
            "Mean size of the contribution of each feature, over {clients} clients. {used} features "
            "contribute at all; the first three make {share} of the sum of those shown."
        ).format(
            clients=number(known["clients"]),
            used=number(known["used"]),
            share=f"{number(100 * _share(features))}%",
        ),
        x=_("Feature"),
        y=_("Mean size of the contribution (log-odds)"),
        columns=[
            Column(_("Importance"), "number", 3, style="bars"),
            Column(_("More of it means more risk (1) or less (−1)"), "number", 2, style="table"),
        ],
        rows=[
            Row(Named("feature", one["feature"]), [one["importance"], one["direction"]])
            for one in features
            if one["feature"] in catalogue.BY_NAME
        ],
        sideways=True,
        notes=[
            _("Rank correlation of the value with its contribution; a dash where it has no single direction.")
        ],
    )


def groups(known: Facts) -> Figure:
    """Importance by group of reasons."""
    return Figure(
        code="groups",
        title=_("The groups of features that count most"),
        summary=_("Mean size of the contributions of a whole group, added up for each client."),
        x=_("Group"),
        y=_("Mean size of the contribution (log-odds)"),
        columns=[Column(_("Importance"), "number", 3, style="bars")],
        rows=[
            Row(Named("group", one["group"]), [one["importance"]])
            for one in known["groups"][:SHOWN]
            if one["group"] in catalogue.GROUPS
        ],
        sideways=True,
    )


def dependences(known: Facts) -> list[Figure]:
    """How the contribution of each top feature goes with its value."""
    names = [one["feature"] for one in known["features"] if one["feature"] in catalogue.BY_NAME]
    drawn = [(name, known["dependence"].get(name)) for name in names]
    return [_dependence(name, rows) for name, rows in drawn if rows]


def _dependence(name: str, rows: Any) -> Figure:
    known = [row for row in rows if row["low"] is not None or row["code"] is not None]
    risky, safe = (choose(known, key=lambda row: row["mean"]) if known else None for choose in (max, min))
    is_ordered = not catalogue.BY_NAME[name].categories
    swing = risky["mean"] - safe["mean"] if risky and safe else 0.0
    return Figure(
        code=f"dependence-{name.lower().replace('_', '-')}",
        title=Named("feature", name),
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
                Place(name, row["low"], row["high"], row["code"]),
                [row["mean"], row["p10"], row["p90"], row["n"]],
            )
            for row in rows
        ],
    )


def strengths(known: Facts) -> Figure:
    """Which pairs of features depend most on each other."""
    pairs = known["interactions"]
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
            Row(Named("feature", one["first"], attribute=one["second"]), [one["strength"]]) for one in pairs
        ],
        sideways=True,
    )


def interactions(known: Facts) -> list[Figure]:
    """For each strong pair, the contribution of one feature for low, middle and high values of the other."""
    return [_interaction(one) for one in known["interactions"]]


def _interaction(pair: Facts) -> Figure:
    levels = [_("low"), _("middle"), _("high")]
    styles: tuple[Any, ...] = ("line", "dashed", "points")
    edges = pair["edges"]
    return Figure(
        code=f"pair-{pair['first']}-{pair['second']}".lower().replace("_", "-"),
        title=Named("feature", pair["first"], attribute=pair["second"]),
        summary=_("Contribution of the first feature, where the second is low, middle or high."),
        x=_("Value of the first feature"),
        y=_("Log-odds"),
        columns=[
            Column(level, "number", 3, style=style)
            for level, style, _line in zip(levels, styles, pair["lines"], strict=False)
        ],
        rows=[
            Row(Place(pair["first"], edges[place], edges[place + 1]), [line[place] for line in pair["lines"]])
            for place in range(len(edges) - 1)
        ],
    )


def _share(features: Any) -> float:
    sizes = [one["importance"] for one in features]
    return float(sum(sizes[:3]) / sum(sizes)) if sizes else 0.0
