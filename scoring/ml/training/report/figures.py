"""The plots of a run, by Matplotlib, for the tracking store; the desk draws its own from the same facts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from scoring.ml.training.explain.global_explanation import Sample

Facts = Mapping[str, Any]

_SHOWN = 15
_DEPENDENCES = 6


def figures(facts: Facts, drawn: Sample | None) -> Iterator[tuple[str, Any]]:
    """File name and Matplotlib figure of every plot; those of contributions need the sample they are from."""
    for name, draw in _CURVES.items():
        yield f"plots/{name}.png", _drawn(draw, facts)
    if drawn is not None:
        yield "plots/shap_bar.png", _drawn(_shap_bar, facts)
        yield "plots/shap_beeswarm.png", _drawn(_beeswarm, drawn)
        for name in [one["feature"] for one in facts["explanation"]["features"][:_DEPENDENCES]]:
            yield f"plots/dependence_{name}.png", _drawn(_dependence, (drawn, name))


def _drawn(draw: Callable[[Any, Any], None], what: Any) -> Any:
    # Figures without pyplot: no window, no global list of open figures.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure.subplots(), what)
    return figure


def _named(axes: Any, x: str, y: str, title: str) -> None:
    axes.set(xlabel=x, ylabel=y, title=title)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False)
    axes.grid(alpha=0.3)


def _roc(axes: Any, facts: Facts) -> None:
    for part, curves in facts["curves"].items():
        auc = facts["metrics"][part]["auc"]["value"]
        axes.plot(curves["roc"]["fpr"], curves["roc"]["tpr"], label=f"{part}, AUC {auc:.4f}")
    axes.plot([0, 1], [0, 1], "--", color="grey")
    _named(axes, "good payers refused", "defaults refused", "ROC")


def _precision_recall(axes: Any, facts: Facts) -> None:
    for part, curves in facts["curves"].items():
        points = curves["precision_recall"]
        axes.plot(points["recall"], points["precision"], label=part)
    axes.axhline(facts["data"]["default_rate"], linestyle="--", color="grey")
    _named(
        axes, "defaults refused (recall)", "defaults among the refused (precision)", "Precision and recall"
    )


def _calibration(axes: Any, facts: Facts) -> None:
    for part, found in facts["reliability"].items():
        expected, observed, low, high = (
            np.array([tenth[name] for tenth in found["deciles"]])
            for name in ("expected", "observed", "low", "high")
        )
        axes.errorbar(expected, observed, [observed - low, high - observed], marker="o", label=part)
    top = max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([0, top], [0, top], "--", color="grey")
    _named(axes, "expected default rate", "observed default rate (95 %)", "Calibration by tenths")


def _cost(axes: Any, facts: Facts) -> None:
    curve = facts["cost_curve"]
    axes.plot(curve["threshold"], curve["cost"])
    axes.axvspan(curve["flat"]["low"], curve["flat"]["high"], alpha=0.15, label="within 1 % of the cheapest")
    axes.axvline(facts["threshold"], color="black", label=f"threshold {facts['threshold']:.4f}")
    axes.axvline(facts["threshold_theory"], linestyle="--", color="grey", label="theory")
    axes.set_xlim(0, 0.4)
    _named(axes, "threshold", "cost per client", "Cost against threshold (out of fold)")


def _ks(axes: Any, facts: Facts) -> None:
    points = facts["curves"]["holdout"]["ks"]
    axes.plot(points["probability"], points["defaults"], label="defaults")
    axes.plot(points["probability"], points["repaid"], label="good payers")
    axes.axvline(points["at"], linestyle="--", color="grey")
    _named(
        axes, "probability", "share below", f"KS {facts['metrics']['holdout']['ks']['value']:.4f} (hold-out)"
    )


def _lift(axes: Any, facts: Facts) -> None:
    tenths = facts["curves"]["holdout"]["lift"]
    axes.bar(range(1, len(tenths) + 1), [tenth["lift"] for tenth in tenths])
    axes.axhline(1, linestyle="--", color="grey")
    _named(axes, "tenth of the hold-out, riskiest first", "default rate / mean", "Lift")


def _shap_bar(axes: Any, facts: Facts) -> None:
    top = facts["explanation"]["features"][:_SHOWN][::-1]
    axes.barh([one["feature"] for one in top], [one["importance"] for one in top])
    _named(axes, "mean |contribution| (log-odds)", "", "Importance")


def _beeswarm(axes: Any, drawn: Sample) -> None:
    """One dot per client and feature, coloured by the rank of the value, spread where they are many."""
    best = np.argsort(-np.abs(drawn.contributions).mean(axis=0), kind="stable")[:_SHOWN][::-1]
    spread = np.random.default_rng(0).normal(0, 0.12, len(drawn.matrix))
    for line, feature in enumerate(best):
        values, x = drawn.matrix[:, feature], drawn.contributions[:, feature]
        known = ~np.isnan(values)
        rank = np.argsort(np.argsort(values[known])) / max(known.sum() - 1, 1)
        axes.scatter(x[~known], line + spread[~known], s=3, color="lightgrey", rasterized=True)
        axes.scatter(x[known], line + spread[known], s=3, c=rank, cmap="coolwarm", rasterized=True)
    axes.set_yticks(range(len(best)), [drawn.names[feature] for feature in best])
    axes.axvline(0, color="grey", linewidth=0.8)
    _named(axes, "contribution (log-odds); red: high value, blue: low, grey: missing", "", "Contributions")


def _dependence(axes: Any, what: tuple[Sample, str]) -> None:
    drawn, name = what
    values, contributions = drawn.column(name)
    axes.scatter(values, contributions, s=4, alpha=0.4, rasterized=True)
    _named(axes, name, "contribution (log-odds)", f"Dependence on {name}")


_CURVES: Mapping[str, Callable[[Any, Facts], None]] = {
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
    "cost": _cost,
    "ks": _ks,
    "lift": _lift,
}
