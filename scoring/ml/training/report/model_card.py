"""CARD.md: the model card, written from the manifest and from nothing else."""

from collections import Counter

from scoring.ml.features import catalogue
from scoring.ml.model.calibration import Method
from scoring.ml.model.manifest import Manifest
from scoring.ml.training.report.model_card_choices import (
    directions,
    feature_count,
    refer_band,
    threshold_rules,
)
from scoring.ml.training.report.model_card_fair_search import alternatives
from scoring.ml.training.report.model_card_sections import (
    dropped_features,
    explanation,
    fairness,
    interval,
    sanity_checks,
)
from scoring.ml.training.report.model_card_weaknesses import weaknesses
from scoring.ml.training.report.sections import required

_METRIC_LABELS = {
    "auc": "AUC",
    "gini": "Gini",
    "ks": "KS",
    "pr_auc": "PR AUC",
    "accuracy": "Accuracy",
    "recall": "Recall",
    "precision": "Precision",
    "f1": "F1",
    "brier": "Brier score",
    "log_loss": "Log-loss",
    "calibration_slope": "Calibration slope",
    "ece": "Calibration error (ECE)",
    "cost": "Cost per client",
}
_CONFUSION = ("tp", "fp", "fn", "tn")


class EmptySection(ValueError):
    """A model card may not be silent about one of its subjects."""


def card(manifest: Manifest) -> str:
    """Return the card as Markdown. Raises EmptySection, naming it, when a section would be empty."""
    sections = {
        "Intended use": _use(manifest),
        "Data": _data(manifest),
        "Features": _features(manifest),
        "Training": _training(manifest),
        "Metrics": _metrics(manifest),
        "Calibration": _calibration(manifest),
        "Threshold": _threshold(manifest),
        "Checks of this run": sanity_checks(manifest),
        "Weaknesses": weaknesses(manifest),
        "Fairness": fairness(manifest),
        "Less discriminatory alternatives": alternatives(manifest),
        "What the model goes by": explanation(manifest),
        "What was tried and dropped": dropped_features(manifest),
        "Human oversight": _OVERSIGHT,
        "Limits": _limits(manifest),
    }
    for title, body in sections.items():
        if not body.strip():
            raise EmptySection(f"the model card has nothing to say under {title}")
    blocks = [f"# Model card: {manifest.name}"]
    blocks += [f"## {title}\n\n{body}" for title, body in sections.items()]
    return "\n\n".join(blocks) + "\n"


def _use(manifest: Manifest) -> str:
    demo = (
        "**This is the demo model, trained on synthetic clients. It must not decide about anybody.**\n\n"
        if manifest.is_demo
        else ""
    )
    return demo + (
        "Estimates the probability that the client of a credit application will have difficulties to pay, "
        "and recommends to accept or refuse. A person decides; the recommendation is never applied alone. "
        "Not for any other purpose, product or population than that of its training data."
    )


def _data(manifest: Manifest) -> str:
    data = manifest.data
    return (
        f"{data.clients:,} clients with a known outcome, {data.default_rate:.2%} of them with payment "
        f"difficulties. Tables: {', '.join(data.tables)}. "
        f"Rows rejected as impossible: {data.rejected:,}.\n\n"
        f"Fingerprint of the files: `{data.fingerprint}`."
    )


_OVERSIGHT = (
    "A person decides every case and sees the probability, the threshold and the reasons. Deciding against "
    "the recommendation needs a written reason, and accepting what the model refuses needs a second person "
    "above an amount. When a critical input is missing or the model is suspended, the recommendation is to "
    "look first. Every recommendation is stored with its inputs and can be computed again. The sections "
    "follow what Annex IV of the EU AI Act asks to be documented; the card does not claim that anything "
    "complies with it."
)


def _features(manifest: Manifest) -> str:
    names = manifest.features
    counts = Counter(catalogue.BY_NAME[name].group for name in names)
    rows = [f"| {catalogue.GROUPS[group].en} | {count} |" for group, count in counts.most_common()]
    table = "\n".join(["| group | features |", "| --- | ---: |", *rows]) if rows else ""
    protected = "Sex and family status are not among them, nor is anything derived from them."
    parts = [f"{len(names)} features. {protected}", table, feature_count(manifest), directions(manifest)]
    return "\n\n".join(part for part in parts if part) if table else ""


def _training(manifest: Manifest) -> str:
    hyperparameters = required(manifest.hyperparameters)
    return (
        f"LightGBM {manifest.libraries['lightgbm']}, log-loss with early stopping, no resampling and no "
        f"weights. Boosters averaged: {hyperparameters.seeds}, of {hyperparameters.rounds} rounds each; "
        f"seed {manifest.seed}. "
        "Chosen by stratified five-fold cross-validation on 80 % of the clients, judged once on the other "
        "20 %, then fitted again by the same recipe on all of them: the shipped booster has seen every "
        "client of the training data, hold-out included, and its figures come from boosters that had not."
    )


def _metrics(manifest: Manifest) -> str:
    metrics, repeated = manifest.metrics, required(manifest.repeated_splits)

    def cells(name: str) -> list[str]:
        spreads = (repeated.metrics.out_of_fold[name], repeated.metrics.holdout[name])
        intervals = (getattr(metrics.out_of_fold, name), getattr(metrics.holdout, name))
        means = [f"{spread.mean:.4f} ± {spread.deviation:.4f}" for spread in spreads]
        return [*means, *map(interval, intervals)]

    rows = [f"| {label} | {' | '.join(cells(name))} |" for name, label in _METRIC_LABELS.items()]
    out_of_fold, hold_out = metrics.out_of_fold.confusion, metrics.holdout.confusion
    counts = [
        f"| {name.upper()} | | | {getattr(out_of_fold, name):,} | {getattr(hold_out, name):,} |"
        for name in _CONFUSION
    ]
    head = [
        "| metric | out of fold, mean | hold-out, mean | out of fold, first split | hold-out, first split |",
        "| --- | --- | --- | --- | --- |",
    ]
    return (
        f"Means over {len(repeated.seeds)} splits into folds and hold-out with their standard deviation, the "
        "whole procedure anew in each; beside them the first split with 95 % bootstrap intervals. A positive "
        "is a default.\n\n"
    ) + "\n".join(head + rows + counts)


def _calibration(manifest: Manifest) -> str:
    calibration, before = manifest.calibration, required(manifest.calibration.before)
    measured = f"Out of fold, the booster's own slope is {before.slope:.3f} and its error {before.ece:.4f}. "
    if calibration.method is Method.IDENTITY:
        correction = "That is good enough: its probability is used as it is."
    else:
        correction = (
            f"Corrected by Platt's sigmoid, fitted out of fold: {calibration.a:.4f} x log-odds "
            f"{calibration.b:+.4f}."
        )
    hold_out = required(manifest.reliability).holdout
    rows = [
        f"| {number} | {decile.clients:,} | {decile.expected:.2%} | {decile.observed:.2%} "
        f"({decile.low:.2%} to {decile.high:.2%}) |"
        for number, decile in enumerate(hold_out.deciles, start=1)
    ]
    head = ["| tenth of the hold-out | clients | expected | observed |", "| ---: | ---: | ---: | --- |"]
    table = "\n".join(head + rows)
    return (
        f"{measured}{correction}\n\nOn the hold-out: slope {hold_out.slope:.3f}, intercept "
        f"{hold_out.intercept:+.3f}, calibration error {hold_out.ece:.4f}.\n\n{table}"
    )


def _threshold(manifest: Manifest) -> str:
    each = ", ".join(f"{value:.4f}" for value in manifest.fold_thresholds)
    curve, costs = required(manifest.cost_curve), manifest.costs
    flat = curve.flat
    return (
        f"Refuse from a probability of **{manifest.threshold:.4f}**: the mean of the five thresholds "
        f"({each}) that make ({costs.fn:g} FN + {costs.fp:g} FP)/N smallest out of fold. "
        f"Theory says {manifest.theoretical_threshold:.4f} for calibrated probabilities.\n\n"
        f"The cost per client is {curve.chosen.cost:.4f} at this threshold, "
        f"{curve.theoretical.cost:.4f} at the theoretical one, {curve.minimum.cost:.4f} at the "
        f"cheapest ({curve.minimum.threshold:.4f}) and {curve.accept_all.cost:.4f} when all are "
        f"accepted. Any threshold from {flat.low:.4f} to {flat.high:.4f} costs at most "
        f"{flat.within:.0%} more than the cheapest.\n\n{threshold_rules(manifest)}\n\n{refer_band(manifest)}"
    )


def _limits(manifest: Manifest) -> str:
    return (
        "The outcome is known for granted credits only: clients who were refused at the time are not in the "
        "data. The data describe one lender and its years; a population that has shifted needs a new model. "
        "A table that was not provided in training is ignored afterwards. Features that were never missing "
        f"in training ({len(manifest.medians)}) are read as their training median when they are."
    )
