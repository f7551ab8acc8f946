"""Figures of what a training chose: threshold, number of features, directions that the data deny."""

from django.utils.translation import gettext as _

from scoring.ml.features import catalogue
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_choices import FeatureCountCurve, FeatureDirection, ThresholdRules
from scoring.presentation.figure import CatalogueName, Column, Figure, Row
from scoring.presentation.formatting import number, percent


def choices(manifest: Manifest) -> list[Figure]:
    """Return the figures of the page of a version; none for what its release did not record."""
    figures = []
    if manifest.threshold_rules:
        figures.append(_threshold_rules(manifest.threshold_rules))
    if manifest.feature_count:
        figures.append(_feature_count(manifest.feature_count))
    return figures


def denied_directions(manifest: Manifest) -> list[Figure]:
    """Return a figure for each direction of the catalogue that the training data deny."""
    section = manifest.directions
    denied = [item for item in section.features if item.is_denied] if section else []
    return [_denied(item) for item in denied if item.feature in catalogue.BY_NAME]


def _threshold_rules(section: ThresholdRules) -> Figure:
    labels = {
        "fold_mean": _("Mean of the five fold optima"),
        "pooled": _("Optimum over all folds together"),
        "half_way": _("Half way between that and theory"),
        "theoretical": _("In theory"),
    }
    available = [rule for rule in section.rules if rule.threshold is not None]
    barred = [labels.get(rule.code, rule.code) for rule in section.rules if rule.threshold is None]
    return Figure(
        code="threshold-rules",
        title=_("Ways to choose the threshold"),
        summary=_(
            "In force: {rule}. Each was chosen on {draws} random draws of clients and paid on those left "
            "out. The range is one standard deviation either way."
        ).format(rule=labels.get(section.in_force, section.in_force), draws=number(section.resamples)),
        x=_("Rule"),
        y=_("Cost per case"),
        horizontal=True,
        columns=[
            Column(_("Cost per case"), "number", 4, style="dots"),
            Column(_("Lowest"), "number", 4, style="edge"),
            Column(_("Highest"), "number", 4, style="edge"),
            Column(_("Threshold"), digits=2, style="table"),
            Column(_("Standard deviation of the threshold"), digits=2, style="table"),
        ],
        rows=[
            Row(
                labels.get(rule.code, rule.code),
                [
                    rule.cost,
                    (rule.cost or 0) - (rule.cost_deviation or 0),
                    (rule.cost or 0) + (rule.cost_deviation or 0),
                    rule.threshold,
                    rule.threshold_deviation,
                ],
            )
            for rule in available
        ],
        notes=[_not_available(barred)] if barred else (),
    )


def _not_available(rules: list[str]) -> str:
    return _("Not available, because the probabilities are not calibrated: {rules}.").format(
        rules=", ".join(rules)
    )


def _feature_count(curve: FeatureCountCurve) -> Figure:
    return Figure(
        code="feature-count",
        title=_("Number of features"),
        summary=_(
            "{chosen} were kept: the fewest, from {floor} up, whose log-loss out of fold is within one "
            "standard error of the best. {clients} clients, differences paired over them."
        ).format(chosen=number(curve.chosen), floor=number(curve.floor), clients=number(curve.clients)),
        x=_("Features"),
        y=_("Log-loss"),
        columns=[
            Column(_("Log-loss"), "number", 4),
            Column(_("Above the best"), "number", 4, style="table"),
            Column(_("Standard error"), "number", 4, style="table"),
        ],
        rows=[
            Row(number(point.features), [point.log_loss, point.excess, point.standard_error])
            for point in curve.points
        ],
    )


def _denied(item: FeatureDirection) -> Figure:
    shown = item.as_shown()
    rates = shown.default_rates
    return Figure(
        code=f"denied-{item.feature.lower().replace('_', '-')}",
        title=CatalogueName("feature", item.feature),
        summary=_(
            "More of it should mean {expected}; the training data show the opposite, so the model is not "
            "held to it. Default rates from {first} in the lowest tenth to {last} in the highest."
        ).format(
            expected=_("more risk") if shown.sign > 0 else _("less risk"),
            first=percent(rates[0]),
            last=percent(rates[-1]),
        ),
        x=_("Tenth of the clients, the lowest value first"),
        y=_("Default rate"),
        columns=[Column(_("Default rate"), style="bars")],
        rows=[Row(str(rank), [rate]) for rank, rate in enumerate(rates, start=1)],
    )
