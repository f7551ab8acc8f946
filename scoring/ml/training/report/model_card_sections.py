"""Sections of the model card on validation: sanity checks, fairness, explanation, what was dropped."""

from collections.abc import Mapping, Sequence

from scoring.ml.features import catalogue
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model import json_codec
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_validation import (
    AdversarialValidation,
    AttributeFairness,
    Check,
    FeatureImportance,
    GroupRates,
    HoldoutCheck,
    LeakCheck,
    ProtectedSection,
    SanityChecks,
    ShuffledCheck,
    SplitCheck,
)
from scoring.ml.training.report.sections import required
from scoring.ml.training.validate.sanity_checks import by_code


def interval(estimate: Estimate, digits: int = 4) -> str:
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"


def sanity_checks(manifest: Manifest) -> str:
    lines = [f"- {line}" for line in check_lines(required(manifest.checks))]
    verdict = (
        f"**This run is suspect: {', '.join(manifest.failed_checks)}.** Its figures must not be believed "
        "before that is explained.\n\n"
        if manifest.failed_checks
        else "No check failed.\n\n"
    )
    return verdict + "\n".join(lines)


def check_lines(checks: SanityChecks) -> list[str]:
    """Return one line per check, with its figures."""
    return [f"{_OUTCOMES[check.passed]}: {_figures(check)}" for check in by_code(checks).values()]


_OUTCOMES = {True: "passed", False: "**failed**", None: "reported"}


def _figures(check: Check) -> str:
    match check:
        case SplitCheck():
            return _split(check)
        case HoldoutCheck():
            return (
                f"AUC on the hold-out less out of fold {check.difference:+.4f}, where two standard errors "
                f"are {2 * check.standard_error:.4f}"
            )
        case LeakCheck():
            return f"highest AUC {check.auc:.4f}; above {check.limit} a leak would be looked for"
        case ShuffledCheck():
            return (
                f"AUC {check.auc:.4f} ({check.low:.4f} to {check.high:.4f}) when the outcomes are shuffled, "
                f"the mean of {check.runs or 1}, which must be 0.5"
            )
        case AdversarialValidation():
            return _adversarial_validation(check)


def _split(check: SplitCheck) -> str:
    folds = ", ".join(f"{size:,}" for size in check.folds)
    return f"every client is in one fold ({folds}) or in the hold-out ({check.holdout:,}), none in two"


def _adversarial_validation(check: AdversarialValidation) -> str:
    if check.auc is None:
        return f"clients without a known outcome were not compared: {check.why}"
    top = ", ".join(f"{feature.feature} ({feature.share:.0%})" for feature in (check.top or ())[:5])
    return (
        f"AUC {check.auc:.4f} when clients with a known outcome are told from those without "
        f"(0.5: they are alike); by {top}"
    )


def fairness(manifest: Manifest) -> str:
    measured = {name: attribute for name, attribute in manifest.fairness.items() if attribute.groups}
    if not measured:
        return ""
    blocks = [_attribute(name, attribute) for name, attribute in measured.items()]
    return "\n\n".join([_FAIRNESS, *blocks, _protected(required(manifest.protected))])


_FAIRNESS = (
    "Clients the boosters had not seen; 95 % bootstrap intervals in brackets. Groups of fewer than 100 "
    "clients, 20 defaults or 20 good payers are named, not measured. A ratio of acceptance rates under 0.8 "
    "(the four-fifths rule) asks for a look; a higher one proves nothing."
)


def _attribute(name: str, attribute: AttributeFairness) -> str:
    rows = [f"| {group} | {_rates(rates)} |" for group, rates in attribute.groups.items()]
    head = [
        f"**{name}**\n",
        "| group | clients | defaulted | expected | accepted | ratio | defaults refused | payers refused |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    gaps = required(attribute.gaps)
    summary = (
        f"\nLargest gap of defaults refused {_percents(gaps.tpr_gap)}, of good payers refused "
        f"{_percents(gaps.fpr_gap)}; lowest ratio {interval(gaps.lowest_ratio, 2)}."
    )
    small = f" Not measured: {', '.join(attribute.suppressed)}." if attribute.suppressed else ""
    return "\n".join([*head, *rows, summary + small])


def _rates(rates: GroupRates) -> str:
    shares = [f"{rates.default_rate.value:.1%}", f"{rates.expected.value:.1%}"]
    shares.append(_percents(rates.acceptance_rate))
    shares.append(interval(rates.selection_ratio, 2))
    return " | ".join([f"{rates.clients:,}", *shares, _percents(rates.tpr), _percents(rates.fpr)])


def _percents(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


def _protected(protected: ProtectedSection) -> str:
    proxy, cost = protected.proxy_test, protected.cost
    predicted = (
        f"The sex of a client can be told from the features with an AUC of {proxy.auc:.3f} "
        f"({proxy.low:.3f} to {proxy.high:.3f}): "
        "leaving a column out does not make a model blind to it."
        if proxy.auc is not None
        else f"Whether the features tell the sex of a client was not measured: {proxy.why}."
    )
    gain = cost.difference
    return (
        f"{predicted}\n\nUsing {' and '.join(cost.columns)} would change the AUC by {gain.value:+.4f} "
        f"({gain.low:+.4f} to {gain.high:+.4f}, paired over {cost.clients:,} clients, a quick "
        "booster with and without them). They are left out all the same."
    )


def explanation(manifest: Manifest) -> str:
    section = required(manifest.explanation)
    rows = [
        f"| {catalogue.BY_NAME[feature.feature].label.en} (`{feature.feature}`) | {feature.importance:.3f} | "
        f"{_direction(feature)} |"
        for feature in section.features[:15]
    ]
    pairs = [f"`{pair.first}` and `{pair.second}`" for pair in section.interactions[:3]]
    together = f"\n\nEffects that depend most on each other: {'; '.join(pairs)}." if pairs else ""
    head = [
        f"Mean absolute contribution (log-odds, exact TreeSHAP) over {section.clients:,} clients; "
        f"{section.used} features contribute at all.\n",
        "| feature | importance | more of it means |",
        "| --- | ---: | --- |",
    ]
    return "\n".join(head + rows) + together if rows else ""


def _direction(item: FeatureImportance) -> str:
    direction = item.direction_as_shown
    if direction is None:
        return "no single direction"
    return "more risk" if direction > 0 else "less risk"


def dropped_features(manifest: Manifest) -> str:
    """Return how many candidates were dropped, and the records of selection, ablation, stages and search."""
    dropped = len(catalogue.FEATURES) - len(set(manifest.features) & catalogue.BY_NAME.keys())
    parts = [f"Of {len(catalogue.FEATURES)} candidate features {dropped} were left out."]
    sections = {
        "Selection of features": manifest.selection,
        "What each family of features gained (AUC, with its standard error)": manifest.families,
        "What clients of pooled folders teach, step by step": manifest.stages,
        "Search for settings": manifest.tuning,
    }
    # Under the stored keys: the words of earlier cards.
    parts += [
        f"**{title}**\n\n{_record(json_codec.encode(part))}" for title, part in sections.items() if part
    ]
    return "\n\n".join(parts)


def _record(stored: Mapping[str, object] | Sequence[Mapping[str, object]]) -> str:
    """Render one record as a list of its figures, several as a table."""
    if isinstance(stored, Mapping):
        return "\n".join(f"- {name.replace('_', ' ')}: {_cell(value)}" for name, value in stored.items())
    columns = list(dict.fromkeys(name for record in stored for name in record))
    rows = [f"| {' | '.join(_cell(record.get(name)) for name in columns)} |" for record in stored]
    titles = [column.replace("_", " ") for column in columns]
    head = [f"| {' | '.join(titles)} |", f"|{' --- |' * len(columns)}"]
    return "\n".join(head + rows)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(entry)}" for name, entry in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value)) if value else "none"
    return "" if value is None else str(value).replace("|", "/")
