"""Figures of a version's performance: cost, calibration, ROC, precision and recall, KS, lift."""

from django.utils.translation import gettext as _

from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_sections import CostCurve, CurvesSection, MetricsSection, ReliabilitySection
from scoring.presentation.figure import Column, Figure, Row
from scoring.presentation.formatting import number, percent


def performance(manifest: Manifest) -> list[Figure]:
    """Return the figures of the page of a version; none for a release that did not record the curves."""
    if not (manifest.curves and manifest.reliability and manifest.cost_curve):
        return []
    metrics, curves = manifest.metrics.holdout, manifest.curves.holdout
    return [
        _cost(manifest, manifest.cost_curve),
        _reliability(manifest.reliability.holdout),
        _roc(metrics, curves),
        _precision_recall(metrics, curves),
        _ks(metrics, curves),
        _lift(curves),
    ]


def _cost(manifest: Manifest, curve: CostCurve) -> Figure:
    flat = curve.flat
    return Figure(
        code="cost",
        title=_("Cost against threshold"),
        summary=_(
            "At the threshold of {threshold} a case costs {cost}; accepting everybody would cost "
            "{everybody}. Between {low} and {high} the cost stays within 1% of the lowest. An accepted "
            "default costs {fn}, a refused good client {fp}."
        ).format(
            threshold=percent(manifest.threshold, 2),
            cost=number(curve.chosen.cost, 3),
            everybody=number(curve.accept_all.cost, 3),
            low=percent(flat.low, 2),
            high=percent(flat.high, 2),
            fn=number(manifest.costs.fn),
            fp=number(manifest.costs.fp),
        ),
        x=_("Threshold"),
        y=_("Cost per case"),
        columns=[Column(_("Cost per case"), "number", 4)],
        rows=[Row(threshold, [cost]) for threshold, cost in zip(curve.thresholds, curve.costs, strict=True)],
        is_numeric=True,
        markers=[(manifest.threshold, _("threshold")), (manifest.theoretical_threshold, _("in theory"))],
        shaded_range=[flat.low, flat.high],
        x_max=0.4,
    )


def _reliability(section: ReliabilitySection) -> Figure:
    return Figure(
        code="reliability",
        title=_("Calibration"),
        summary=_(
            "On the hold-out the slope is {slope} (1 is ideal), the intercept {intercept} (0 is ideal) and "
            "the calibration error {ece}. Tenths of the clients, with the 95% interval of what was observed."
        ).format(
            slope=number(section.slope, 2),
            intercept=number(section.intercept, 2),
            ece=percent(section.ece, 2),
        ),
        x=_("Expected defaults"),
        y=_("Observed defaults"),
        columns=[
            Column(_("Observed"), digits=2, style="points"),
            Column(_("Lowest"), digits=2, style="edge"),
            Column(_("Highest"), digits=2, style="edge"),
            Column(_("Clients"), "number", 0, style="table"),
        ],
        rows=[
            Row(decile.expected, [decile.observed, decile.low, decile.high, decile.clients])
            for decile in section.deciles
        ],
        is_numeric=True,
        has_diagonal=True,
    )


def _roc(metrics: MetricsSection, curves: CurvesSection) -> Figure:
    return Figure(
        code="roc",
        title=_("ROC curve"),
        summary=_(
            "On the hold-out a default is ranked above a good client in {auc} of all pairs (AUC)."
        ).format(auc=percent(metrics.auc.value)),
        x=_("Good clients refused"),
        y=_("Defaults refused"),
        columns=[Column(_("Defaults refused"))],
        rows=[Row(x, [y]) for x, y in zip(curves.roc.fpr, curves.roc.tpr, strict=True)],
        is_numeric=True,
        has_diagonal=True,
    )


def _precision_recall(metrics: MetricsSection, curves: CurvesSection) -> Figure:
    points = curves.precision_recall
    return Figure(
        code="precision-recall",
        title=_("Precision and recall"),
        summary=_(
            "At the threshold {recall} of the defaults are refused; {precision} of the refused are defaults."
        ).format(recall=percent(metrics.recall.value), precision=percent(metrics.precision.value)),
        x=_("Defaults refused"),
        y=_("Defaults among the refused"),
        columns=[Column(_("Defaults among the refused"))],
        rows=[Row(x, [y]) for x, y in zip(points.recall, points.precision, strict=True)],
        is_numeric=True,
    )


def _ks(metrics: MetricsSection, curves: CurvesSection) -> Figure:
    points = curves.ks
    return Figure(
        code="ks",
        title=_("How far defaults and good clients lie apart (KS)"),
        summary=_("The two curves are {gap} apart at most, at a probability of {at}.").format(
            gap=percent(metrics.ks.value), at=percent(points.at)
        ),
        x=_("Probability of default"),
        y=_("Share of clients below"),
        columns=[Column(_("Defaults")), Column(_("Good clients"), style="dashed")],
        rows=[
            Row(probability, [defaults, repaid])
            for probability, defaults, repaid in zip(
                points.probability, points.defaults, points.repaid, strict=True
            )
        ],
        is_numeric=True,
        markers=[(points.at, _("largest gap"))],
    )


def _lift(curves: CurvesSection) -> Figure:
    return Figure(
        code="lift",
        title=_("Lift by tenth"),
        summary=_("The riskiest tenth of the clients defaults {lift} times as often as the average.").format(
            lift=number(curves.lift[0].lift, 1)
        ),
        x=_("Tenth of the clients, the riskiest first"),
        y=_("Times the mean default rate"),
        columns=[
            Column(_("Times the mean default rate"), "number", 2, style="bars"),
            Column(_("Default rate"), style="table"),
            Column(_("Clients"), "number", 0, style="table"),
        ],
        rows=[
            Row(str(rank), [decile.lift, decile.default_rate, decile.clients])
            for rank, decile in enumerate(curves.lift, start=1)
        ],
    )
