"""Figures of the weaknesses of a version: weak slices, and curves of disturbed inputs."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Unit
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_weaknesses import ClientSlice, DisturbedPoint, WeaknessReport, WeakSlices
from scoring.presentation.figure import Column, Figure, Row
from scoring.presentation.formatting import capitalized, feature_in_words, number, percent, range_in_words

SHOWN = 5
# Stored as negative times: a higher value is a shorter time, and a person counts the other way round.
_REVERSED = (Unit.AGE_DAYS, Unit.DAYS_AGO, Unit.MONTHS_AGO)


def weaknesses(manifest: Manifest) -> list[Figure]:
    """Return the figures of the page of a version; none for what its release did not record."""
    report = manifest.weaknesses
    if report is None:
        return []
    drawable = [item for item in report.weak_slices.slices if item.slice.feature in catalogue.BY_NAME]
    return [*([_weak_slices(report.weak_slices)] if drawable else []), _disturbed(report)]


def slice_in_words(item: ClientSlice) -> str:
    """Return the clients of a slice, such as "Occupation: Drivers"."""
    feature = catalogue.BY_NAME[item.feature]
    return _("{feature}: {values}").format(feature=capitalized(feature.label), values=_values(item))


def weak_slices_in_words(section: WeakSlices) -> str:
    """Return how many slices were examined, and how many of them are weak beyond chance."""
    weak = section.beyond_chance
    verdict = (
        _("Weak beyond chance: {slices}.").format(
            slices="; ".join(slice_in_words(item.slice) for item in weak)
        )
        if weak
        else _("None of them is weak beyond chance.")
    )
    return (
        _(
            "{count} groups of clients were examined, each against the AUC that the version’s own "
            "probabilities promise for it."
        ).format(count=number(section.examined))
        + " "
        + verdict
    )


def _values(item: ClientSlice) -> str:
    feature = catalogue.BY_NAME[item.feature]
    if item.is_missing:
        return _("missing")
    if item.code is not None:
        return feature_in_words(feature, float(item.code))
    if item.low is not None and item.high is not None:
        first, last = range_in_words(feature, item.low, item.high)
        return _("{first} to {last}").format(first=first, last=last)
    bound = item.low if item.low is not None else item.high
    if bound is None:
        return _("present")
    is_at_least = (item.low is not None) != (feature.unit in _REVERSED)
    words = _("{bound} or more") if is_at_least else _("{bound} or less")
    return words.format(bound=feature_in_words(feature, bound))


def _weak_slices(section: WeakSlices) -> Figure:
    shown = [item for item in section.slices if item.slice.feature in catalogue.BY_NAME][:SHOWN]
    return Figure(
        code="weak-slices",
        title=_("Groups of clients ranked worst against the promise"),
        summary=weak_slices_in_words(section),
        x=_("Group"),
        y=_("AUC"),
        horizontal=True,
        columns=[
            Column(_("AUC"), "number", 3, style="dots"),
            Column(_("Promised"), "number", 3, style="points"),
            Column(_("Clients"), "number", 0, style="table"),
            Column(_("Shortfall in standard errors"), "number", 1, style="table"),
            Column(_("Default rate"), style="table"),
        ],
        rows=[
            Row(
                slice_in_words(item.slice),
                [item.auc, item.promised, item.clients, item.z, item.observed],
            )
            for item in shown
        ],
        notes=[
            _(
                "Beyond {limit} standard errors chance alone would bring one of all groups in one report of "
                "a thousand."
            ).format(limit=number(section.limit, 1))
        ],
    )


def _disturbed(report: WeaknessReport) -> Figure:
    return Figure(
        code="disturbed-inputs",
        title=_("With noise and with missing values"),
        summary=_(
            "AUC on the hold-out when each number is shifted by a share of its standard deviation, and when "
            "each group of facts is missing with a probability. At {level}, {noise} and {missing} of the "
            "verdicts change."
        ).format(
            level=percent(report.noise[-1].level, 0),
            noise=percent(report.noise[-1].verdicts_changed),
            missing=percent(report.missing[-1].verdicts_changed),
        ),
        x=_("Share of a standard deviation, or probability of being missing"),
        y=_("AUC"),
        columns=[
            Column(_("With noise"), "number", 4, style="points"),
            Column(_("With missing facts"), "number", 4, style="points"),
            Column(_("Cost per case with noise"), "number", 4, style="table"),
            Column(_("Cost per case with missing facts"), "number", 4, style="table"),
        ],
        rows=_disturbed_rows(report.noise, report.missing),
    )


def _disturbed_rows(noise: Sequence[DisturbedPoint], missing: Sequence[DisturbedPoint]) -> list[Row]:
    first = noise[0]
    undisturbed = (first.auc - first.auc_change.value, first.cost - first.cost_change.value)
    return [
        Row(percent(0, 0), [undisturbed[0], undisturbed[0], undisturbed[1], undisturbed[1]]),
        *(
            Row(percent(noisy.level, 0), [noisy.auc, lacking.auc, noisy.cost, lacking.cost])
            for noisy, lacking in zip(noise, missing, strict=True)
        ),
    ]
