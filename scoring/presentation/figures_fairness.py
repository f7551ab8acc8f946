"""How verdicts fall on groups, as figures."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.ml.tables.catalogue import PROTECTED, column
from scoring.presentation.figure import Column, Figure, Named, Row
from scoring.presentation.numbers import number, percent

Facts = Mapping[str, Any]

AGE = "age_band"


def fairness(facts: Facts) -> list[Figure]:
    """One figure per attribute; none where the version was trained without intervals."""
    if "protected" not in facts:
        return []
    return [_attribute(name, found) for name, found in facts["fairness"].items() if found["groups"]]


def told(attribute: str) -> Any:
    """The words for an attribute, in both languages; None for the age band."""
    return column("application", attribute).label if attribute in PROTECTED else None


def _attribute(name: str, found: Facts) -> Figure:
    ratio, gaps = found["gaps"]["lowest_ratio"], found["gaps"]
    screen = (
        _("That is under four fifths: a reason to look closer.")
        if ratio["value"] < 0.8
        else _("That is above four fifths, which is a screen and proves nothing.")
    )
    notes = [
        _("Largest gap between groups: {tpr} of the defaults refused, {fpr} of the good clients.").format(
            tpr=_figure(gaps["tpr_gap"]), fpr=_figure(gaps["fpr_gap"])
        )
    ]
    if found["suppressed"]:
        count = len(found["suppressed"])
        notes.append(
            ngettext(
                "{count} group has too few clients or defaults to be measured.",
                "{count} groups have too few clients or defaults to be measured.",
                count,
            ).format(count=number(count))
        )
    return Figure(
        code=f"fairness-{name.lower().replace('_', '-')}",
        title=_("Age") if name == AGE else Named("clients", "", attribute=name),
        summary=_(
            "The least accepted group is accepted {ratio} times as often as the most accepted one "
            "({low} to {high})."
        ).format(ratio=number(ratio["value"], 2), low=number(ratio["low"], 2), high=number(ratio["high"], 2))
        + f" {screen}",
        x=_("Group"),
        y=_("Share"),
        columns=[
            Column(_("Clients"), "number", 0, style="table"),
            Column(_("Accepted"), style="bars"),
            Column(_("Accepted: lowest"), style="table"),
            Column(_("Accepted: highest"), style="table"),
            Column(_("Defaults refused"), style="bars"),
            Column(_("Good clients refused"), style="bars"),
            Column(_("Defaulted"), style="table"),
            Column(_("Expected defaults"), style="table"),
        ],
        rows=[
            Row(
                Named("clients", group, attribute=name),
                [
                    rates["n"],
                    rates["acceptance_rate"]["value"],
                    rates["acceptance_rate"]["low"],
                    rates["acceptance_rate"]["high"],
                    rates["tpr"]["value"],
                    rates["fpr"]["value"],
                    rates["default_rate"]["value"],
                    rates["expected"]["value"],
                ],
            )
            for group, rates in sorted(found["groups"].items(), key=_by_age)
        ],
        notes=notes,
    )


def _by_age(group: tuple[str, Any]) -> tuple[bool, str]:
    """The youngest first: "under-30" before "30-39"."""
    return not group[0].startswith("under-"), group[0]


def _figure(figure: Mapping[str, float]) -> str:
    return f"{percent(figure['value'])} ({percent(figure['low'])} – {percent(figure['high'])})"
