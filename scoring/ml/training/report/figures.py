"""Matplotlib figures of a run for the tracking store; the desk draws its own from the same manifest."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from scoring.ml.model.manifest import Manifest
from scoring.ml.training.explain.global_explanation import ContributionSample
from scoring.ml.training.report.sections import parts, required

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Subject = TypeVar("Subject")

_MAX_FEATURES = 15
_MAX_DEPENDENCES = 6


def figures(manifest: Manifest, sample: ContributionSample | None) -> Iterator[tuple[str, "Figure"]]:
    """Yield file name and figure of every plot; those of contributions need the sample they are from."""
    for name, draw in _CURVES.items():
        yield f"plots/{name}.png", _figure(draw, manifest)
    if sample is not None:
        yield "plots/shap_bar.png", _figure(_shap_bar, manifest)
        yield "plots/shap_beeswarm.png", _figure(_beeswarm, sample)
        for feature in required(manifest.explanation).features[:_MAX_DEPENDENCES]:
            yield f"plots/dependence_{feature.feature}.png", _figure(_dependence, (sample, feature.feature))


def _figure(draw: Callable[["Axes", Subject], None], subject: Subject) -> "Figure":
    # Figures without pyplot: no window, no global list of open figures.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure.subplots(), subject)
    return figure


def _label(axes: "Axes", x: str, y: str, title: str) -> None:
    axes.set(xlabel=x, ylabel=y, title=title)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False)
    axes.grid(alpha=0.3)


def _roc(axes: "Axes", manifest: Manifest) -> None:
    metrics = dict(parts(manifest.metrics))
    for part, curves in parts(manifest.curves):
        auc = metrics[part].auc.value
        axes.plot(curves.roc.fpr, curves.roc.tpr, label=f"{part}, AUC {auc:.4f}")
    axes.plot([0, 1], [0, 1], "--", color="grey")
    _label(axes, "good payers refused", "defaults refused", "ROC")


def _precision_recall(axes: "Axes", manifest: Manifest) -> None:
    for part, curves in parts(manifest.curves):
        axes.plot(curves.precision_recall.recall, curves.precision_recall.precision, label=part)
    axes.axhline(manifest.data.default_rate, linestyle="--", color="grey")
    _label(
        axes, "defaults refused (recall)", "defaults among the refused (precision)", "Precision and recall"
    )


def _calibration(axes: "Axes", manifest: Manifest) -> None:
    for part, reliability in parts(manifest.reliability):
        expected = np.array([decile.expected for decile in reliability.deciles])
        observed = np.array([decile.observed for decile in reliability.deciles])
        below = observed - [decile.low for decile in reliability.deciles]
        above = [decile.high for decile in reliability.deciles] - observed
        axes.errorbar(expected, observed, [below, above], marker="o", label=part)
    top = max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([0, top], [0, top], "--", color="grey")
    _label(axes, "expected default rate", "observed default rate (95 %)", "Calibration by tenths")


def _cost(axes: "Axes", manifest: Manifest) -> None:
    curve = required(manifest.cost_curve)
    axes.plot(curve.thresholds, curve.costs)
    axes.axvspan(curve.flat.low, curve.flat.high, alpha=0.15, label="within 1 % of the cheapest")
    axes.axvline(manifest.threshold, color="black", label=f"threshold {manifest.threshold:.4f}")
    axes.axvline(manifest.theoretical_threshold, linestyle="--", color="grey", label="theory")
    axes.set_xlim(0, 0.4)
    _label(axes, "threshold", "cost per client", "Cost against threshold (out of fold)")


def _ks(axes: "Axes", manifest: Manifest) -> None:
    curve = required(manifest.curves).holdout.ks
    axes.plot(curve.probability, curve.defaults, label="defaults")
    axes.plot(curve.probability, curve.repaid, label="good payers")
    axes.axvline(curve.at, linestyle="--", color="grey")
    _label(axes, "probability", "share below", f"KS {manifest.metrics.holdout.ks.value:.4f} (hold-out)")


def _lift(axes: "Axes", manifest: Manifest) -> None:
    tenths = required(manifest.curves).holdout.lift
    axes.bar(range(1, len(tenths) + 1), [tenth.lift for tenth in tenths])
    axes.axhline(1, linestyle="--", color="grey")
    _label(axes, "tenth of the hold-out, riskiest first", "default rate / mean", "Lift")


def _shap_bar(axes: "Axes", manifest: Manifest) -> None:
    features = required(manifest.explanation).features[:_MAX_FEATURES][::-1]
    axes.barh([feature.feature for feature in features], [feature.importance for feature in features])
    _label(axes, "mean |contribution| (log-odds)", "", "Importance")


def _beeswarm(axes: "Axes", sample: ContributionSample) -> None:
    """Draw one dot per client and feature, coloured by the rank of the value, spread where they are many."""
    importance = np.abs(sample.contributions).mean(axis=0)
    columns = np.argsort(-importance, kind="stable")[:_MAX_FEATURES][::-1]
    spread = np.random.default_rng(0).normal(0, 0.12, len(sample.matrix))
    for line, column in enumerate(columns):
        values, x = sample.matrix[:, column], sample.contributions[:, column]
        present = ~np.isnan(values)
        rank = np.argsort(np.argsort(values[present])) / max(present.sum() - 1, 1)
        axes.scatter(x[~present], line + spread[~present], s=3, color="lightgrey", rasterized=True)
        axes.scatter(x[present], line + spread[present], s=3, c=rank, cmap="coolwarm", rasterized=True)
    axes.set_yticks(range(len(columns)), [sample.names[column] for column in columns])
    axes.axvline(0, color="grey", linewidth=0.8)
    _label(axes, "contribution (log-odds); red: high value, blue: low, grey: missing", "", "Contributions")


def _dependence(axes: "Axes", subject: tuple[ContributionSample, str]) -> None:
    sample, name = subject
    values, contributions = sample.column(name)
    axes.scatter(values, contributions, s=4, alpha=0.4, rasterized=True)
    _label(axes, name, "contribution (log-odds)", f"Dependence on {name}")


_CURVES: Mapping[str, Callable[["Axes", Manifest], None]] = {
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
    "cost": _cost,
    "ks": _ks,
    "lift": _lift,
}
