"""Figures of a version's fairness: rates by group of each attribute."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_validation import AttributeFairness, FairnessGaps
from scoring.presentation.figure import CatalogueName, Column, Figure, Row
from scoring.presentation.formatting import number, percent

AGE = "age_band"


def fairness(manifest: Manifest) -> list[Figure]:
    """Return one figure per attribute; none for a release that did not measure intervals."""
    if manifest.protected is None:
        return []
    return [
        _attribute(name, measured, measured.gaps)
        for name, measured in manifest.fairness.items()
        if measured.gaps
    ]


def _attribute(name: str, measured: AttributeFairness, gaps: FairnessGaps) -> Figure:
    ratio = gaps.lowest_ratio
    screen = (
        _("That is under four fifths: a reason to look closer.")
        if ratio.value < 0.8
        else _("That is above four fifths, which is a screen and proves nothing.")
    )
    notes = [
        _("Largest gap between groups: {tpr} of the defaults refused, {fpr} of the good clients.").format(
            tpr=_estimate(gaps.tpr_gap), fpr=_estimate(gaps.fpr_gap)
        )
    ]
    if count := len(measured.suppressed):
        notes.append(
            ngettext(
                "{count} group has too few clients or defaults to be measured.",
                "{count} groups have too few clients or defaults to be measured.",
                count,
            ).format(count=number(count))
        )
    return Figure(
        code=f"fairness-{name.lower().replace('_', '-')}",
        title=_("Age") if name == AGE else CatalogueName("clients", "", attribute=name),
        summary=_(
            "The least accepted group is accepted {ratio} times as often as the most accepted one "
            "({low} to {high})."
        ).format(ratio=number(ratio.value, 2), low=number(ratio.low, 2), high=number(ratio.high, 2))
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
                CatalogueName("clients", group, attribute=name),
                [
                    rates.clients,
                    rates.acceptance_rate.value,
                    rates.acceptance_rate.low,
                    rates.acceptance_rate.high,
                    rates.tpr.value,
                    rates.fpr.value,
                    rates.default_rate.value,
                    rates.expected.value,
                ],
            )
            for group, rates in sorted(measured.groups.items(), key=lambda item: _age_order(item[0]))
        ],
        notes=notes,
    )


def _age_order(group: str) -> tuple[bool, str]:
    """Put the youngest first: "under-30" before "30-39"."""
    return not group.startswith("under-"), group


def _estimate(estimate: Estimate) -> str:
    return f"{percent(estimate.value)} ({percent(estimate.low)} – {percent(estimate.high)})"
