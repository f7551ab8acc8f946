"""CARD.md: the model card, written from the run and from nothing else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from scoring.ml.features import catalogue
from scoring.ml.training.report.model_card_sections import explanation, fairness, honesty, interval, tried

Facts = Mapping[str, Any]

_WORDS = {
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


class EmptySection(ValueError):
    """A model card may not be silent about one of its subjects."""


def card(facts: Facts) -> str:
    """The card as Markdown. Raises EmptySection, naming it, when a section would say nothing."""
    sections = {
        "Intended use": _use(facts),
        "Data": _data(facts),
        "Features": _features(facts["features"]),
        "Training": _training(facts),
        "Metrics": _metrics(facts["metrics"]),
        "Calibration": _calibration(facts),
        "Threshold": _threshold(facts),
        "Checks of this run": honesty(facts),
        "Fairness": fairness(facts),
        "What the model goes by": explanation(facts),
        "What was tried and dropped": tried(facts),
        "Human oversight": _OVERSIGHT,
        "Limits": _limits(facts),
    }
    for title, body in sections.items():
        if not body.strip():
            raise EmptySection(f"the model card has nothing to say under {title}")
    parts = [f"# Model card: {facts['name']}", *(f"## {title}\n\n{body}" for title, body in sections.items())]
    return "\n\n".join(parts) + "\n"


def _use(facts: Facts) -> str:
    demo = (
        "**This is the demo model, trained on synthetic clients. It must not decide about anybody.**\n\n"
        if facts["is_demo"]
        else ""
    )
    return demo + (
        "Estimates the probability that the client of a credit application will have difficulties to pay, "
        "and recommends to accept or refuse. A person decides; the recommendation is never applied alone. "
        "Not for any other purpose, product or population than that of its training data."
    )


def _data(facts: Facts) -> str:
    data = facts["data"]
    return (
        f"{data['clients']:,} clients with a known outcome, {data['default_rate']:.2%} of them with payment "
        f"difficulties. Tables: {', '.join(data['tables'])}. "
        f"Rows rejected as impossible: {data['rejected']:,}.\n\n"
        f"Fingerprint of the files: `{data['fingerprint']}`."
    )


_OVERSIGHT = (
    "A person decides every case and sees the probability, the threshold and the reasons. Deciding against "
    "the recommendation needs a written reason, and accepting what the model refuses needs a second person "
    "above an amount. When a critical input is missing or the model is suspended, the recommendation is to "
    "look first. Every recommendation is stored with its inputs and can be computed again. The sections "
    "follow what Annex IV of the EU AI Act asks to be documented; the card does not claim that anything "
    "complies with it."
)


def _features(names: Sequence[str]) -> str:
    counts = Counter(catalogue.BY_NAME[name].group for name in names)
    rows = [f"| {catalogue.GROUPS[group].en} | {count} |" for group, count in counts.most_common()]
    table = "\n".join(["| group | features |", "| --- | ---: |", *rows]) if rows else ""
    protected = "Sex and family status are not among them, nor is anything derived from them."
    return f"{len(names)} features. {protected}\n\n{table}" if table else ""


def _training(facts: Facts) -> str:
    recipe, lightgbm = facts["recipe"], facts["libraries"]["lightgbm"]
    return (
        f"LightGBM {lightgbm}, log-loss with early stopping, no resampling and no weights. "
        f"Boosters averaged: {recipe['seeds']}, of {recipe['rounds']} rounds each; seed {facts['seed']}. "
        "Chosen by stratified five-fold cross-validation on 80 % of the clients, judged once on the other "
        "20 %, then fitted again by the same recipe on all of them: the shipped booster has seen every "
        "client of the training data, hold-out included, and its figures come from boosters that had not."
    )


def _metrics(metrics: Mapping[str, Mapping[str, Any]]) -> str:
    oof, judged = metrics["oof"], metrics["holdout"]
    rows = [f"| {word} | {interval(oof[name])} | {interval(judged[name])} |" for name, word in _WORDS.items()]
    counts = [
        f"| {name.upper()} | {oof['confusion'][name]:,} | {judged['confusion'][name]:,} |" for name in _CELLS
    ]
    head = ["| metric | out of fold | hold-out |", "| --- | --- | --- |"]
    return "95 % bootstrap intervals in brackets. A positive is a default.\n\n" + "\n".join(
        head + rows + counts
    )


_CELLS = ("tp", "fp", "fn", "tn")


def _calibration(facts: Facts) -> str:
    calibration, before = facts["calibration"], facts["calibration"]["before"]
    found = (
        f"Out of fold, the booster's own slope is {before['slope']:.3f} and its error {before['ece']:.4f}. "
    )
    if calibration["method"] == "identity":
        done = "That is good enough: its probability is used as it is."
    else:
        done = (
            f"Corrected by Platt's sigmoid, fitted out of fold: {calibration['a']:.4f} x log-odds "
            f"{calibration['b']:+.4f}."
        )
    judged = facts["reliability"]["holdout"]
    rows = [
        f"| {number} | {tenth['n']:,} | {tenth['expected']:.2%} | {tenth['observed']:.2%} "
        f"({tenth['low']:.2%} to {tenth['high']:.2%}) |"
        for number, tenth in enumerate(judged["deciles"], start=1)
    ]
    head = ["| tenth of the hold-out | clients | expected | observed |", "| ---: | ---: | ---: | --- |"]
    table = "\n".join(head + rows)
    return (
        f"{found}{done}\n\nOn the hold-out: slope {judged['slope']:.3f}, intercept "
        f"{judged['intercept']:+.3f}, calibration error {judged['ece']:.4f}.\n\n{table}"
    )


def _threshold(facts: Facts) -> str:
    each = ", ".join(f"{value:.4f}" for value in facts["fold_thresholds"])
    curve, costs = facts["cost_curve"], facts["costs"]
    flat = curve["flat"]
    return (
        f"Refuse from a probability of **{facts['threshold']:.4f}**: the mean of the five thresholds "
        f"({each}) that make ({costs['fn']:g} FN + {costs['fp']:g} FP)/N smallest out of fold. "
        f"Theory says {facts['threshold_theory']:.4f} for calibrated probabilities.\n\n"
        f"The cost per client is {curve['chosen']['cost']:.4f} at this threshold, "
        f"{curve['theory']['cost']:.4f} at the theoretical one, {curve['minimum']['cost']:.4f} at the "
        f"cheapest ({curve['minimum']['threshold']:.4f}) and {curve['everybody']['cost']:.4f} when all are "
        f"accepted. Any threshold from {flat['low']:.4f} to {flat['high']:.4f} costs at most "
        f"{flat['within']:.0%} more than the cheapest."
    )


def _limits(facts: Facts) -> str:
    return (
        "The outcome is known for granted credits only: clients who were refused at the time are not in the "
        "data. The data describe one lender and its years; a population that has shifted needs a new model. "
        "A table that was not provided in training is ignored afterwards. Features that were never missing "
        f"in training ({len(facts['medians'])}) are read as their training median when they are."
    )
