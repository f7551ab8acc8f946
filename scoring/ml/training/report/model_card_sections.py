"""The parts of the model card that are made of evidence: checks, fairness, explanation, what was tried."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scoring.ml.features import catalogue

Facts = Mapping[str, Any]


def interval(figure: Mapping[str, float], digits: int = 4) -> str:
    return f"{figure['value']:.{digits}f} ({figure['low']:.{digits}f} to {figure['high']:.{digits}f})"


def honesty(facts: Facts) -> str:
    words = [f"- {line}" for line in checks_in_words(facts["checks"])]
    verdict = (
        f"**This run is suspect: {', '.join(facts['suspect'])}.** Its figures must not be believed before "
        "that is explained.\n\n"
        if facts["suspect"]
        else "No check failed.\n\n"
    )
    return verdict + "\n".join(words) if words else ""


def checks_in_words(checks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line per check, with its figures."""
    return [f"{_OUTCOMES[check['passed']]}: {_CHECKS[code](check)}" for code, check in checks.items()]


def _split(check: Facts) -> str:
    folds = ", ".join(f"{size:,}" for size in check["folds"])
    return f"every client is in one fold ({folds}) or in the hold-out ({check['holdout']:,}), none in two"


def _agrees(check: Facts) -> str:
    return (
        f"AUC on the hold-out less out of fold {check['difference']:+.4f}, where two standard errors are "
        f"{2 * check['standard_error']:.4f}"
    )


def _leak(check: Facts) -> str:
    return f"highest AUC {check['auc']:.4f}; above {check['limit']} a leak would be looked for"


def _shuffled(check: Facts) -> str:
    return (
        f"AUC {check['auc']:.4f} ({check['low']:.4f} to {check['high']:.4f}) when the outcomes are shuffled, "
        "which must be 0.5"
    )


def _alike(check: Facts) -> str:
    if check["auc"] is None:
        return f"clients without a known outcome were not compared: {check['why']}"
    top = ", ".join(f"{one['feature']} ({one['share']:.0%})" for one in check["top"][:5])
    return (
        f"AUC {check['auc']:.4f} when clients with a known outcome are told from those without "
        f"(0.5: they are alike); by {top}"
    )


_OUTCOMES = {True: "passed", False: "**failed**", None: "reported"}
_CHECKS: Mapping[str, Callable[[Facts], str]] = {
    "split_by_client": _split,
    "holdout_agrees": _agrees,
    "no_leak": _leak,
    "shuffled": _shuffled,
    "train_like_test": _alike,
}


def fairness(facts: Facts) -> str:
    measured = {name: one for name, one in facts["fairness"].items() if one["groups"]}
    if not measured:
        return ""
    blocks = [_attribute(name, one) for name, one in measured.items()]
    return "\n\n".join([_FAIRNESS, *blocks, _protected(facts["protected"])])


_FAIRNESS = (
    "Clients the boosters had not seen; 95 % bootstrap intervals in brackets. Groups of fewer than 100 "
    "clients, 20 defaults or 20 good payers are named, not measured. A ratio of acceptance rates under 0.8 "
    "(the four-fifths rule) asks for a look; a higher one proves nothing."
)


def _attribute(name: str, found: Facts) -> str:
    rows = [f"| {group} | {_rates(rates)} |" for group, rates in found["groups"].items()]
    head = [
        f"**{name}**\n",
        "| group | clients | defaulted | expected | accepted | ratio | defaults refused | payers refused |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    gaps = found["gaps"]
    said = (
        f"\nLargest gap of defaults refused {_percents(gaps['tpr_gap'])}, of good payers refused "
        f"{_percents(gaps['fpr_gap'])}; lowest ratio {interval(gaps['lowest_ratio'], 2)}."
    )
    small = f" Not measured: {', '.join(found['suppressed'])}." if found["suppressed"] else ""
    return "\n".join([*head, *rows, said + small])


def _rates(rates: Mapping[str, Any]) -> str:
    shares = [f"{rates['default_rate']['value']:.1%}", f"{rates['expected']['value']:.1%}"]
    shares.append(_percents(rates["acceptance_rate"]))
    shares.append(interval(rates["selection_ratio"], 2))
    return " | ".join([f"{rates['n']:,}", *shares, _percents(rates["tpr"]), _percents(rates["fpr"])])


def _percents(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.1%} ({figure['low']:.1%} to {figure['high']:.1%})"


def _protected(protected: Facts) -> str:
    sex, price = protected["sex"], protected["price"]
    told = (
        f"The sex of a client can be told from the features with an AUC of {sex['auc']:.3f} "
        f"({sex['low']:.3f} to {sex['high']:.3f}): "
        "leaving a column out does not make a model blind to it."
        if sex["auc"] is not None
        else f"Whether the features tell the sex of a client was not measured: {sex['why']}."
    )
    gained = price["difference"]
    return (
        f"{told}\n\nUsing {' and '.join(price['columns'])} would change the AUC by {gained['value']:+.4f} "
        f"({gained['low']:+.4f} to {gained['high']:+.4f}, paired over {price['clients']:,} clients, a quick "
        "booster with and without them). They are left out all the same."
    )


def explanation(facts: Facts) -> str:
    known = facts["explanation"]
    rows = [
        f"| {catalogue.BY_NAME[one['feature']].label.en} (`{one['feature']}`) | {one['importance']:.3f} | "
        f"{_direction(one['direction'])} |"
        for one in known["features"][:15]
    ]
    pairs = [f"`{one['first']}` and `{one['second']}`" for one in known["interactions"][:3]]
    together = f"\n\nEffects that depend most on each other: {'; '.join(pairs)}." if pairs else ""
    head = [
        f"Mean absolute contribution (log-odds, exact TreeSHAP) over {known['clients']:,} clients; "
        f"{known['used']} features contribute at all.\n",
        "| feature | importance | more of it means |",
        "| --- | ---: | --- |",
    ]
    return "\n".join(head + rows) + together if rows else ""


def _direction(correlation: float | None) -> str:
    if correlation is None:
        return "no single direction"
    return "more risk" if correlation > 0 else "less risk"


def tried(facts: Facts) -> str:
    """What did not make it: features that say nothing here, families and candidates that gained nothing."""
    dropped = len(catalogue.FEATURES) - len(set(facts["features"]) & catalogue.BY_NAME.keys())
    parts = [f"Of {len(catalogue.FEATURES)} candidate features {dropped} were left out."]
    parts += [f"**{title}**\n\n{_told(facts[key])}" for key, title in _TRIED.items() if facts.get(key)]
    return "\n\n".join(parts)


_TRIED = {
    "selection": "Selection of features",
    "families": "What each family of features gained (AUC, with its standard error)",
    "steps": "What clients of pooled folders teach, step by step",
    "tuning": "Search for settings",
}


def _told(found: Any) -> str:
    """Whatever a stage of the training left behind: a table of its records, a list of its figures."""
    if isinstance(found, str):
        return found
    if isinstance(found, Mapping):
        records = [{"": name, **one} for name, one in found.items() if isinstance(one, Mapping)]
        if len(records) == len(found):
            return _table(records)
        return "\n".join(f"- {name.replace('_', ' ')}: {_cell(value)}" for name, value in found.items())
    return _table(found) if found and isinstance(found[0], Mapping) else ", ".join(map(str, found))


def _table(records: Sequence[Facts]) -> str:
    columns = list(dict.fromkeys(name for record in records for name in record))
    rows = [f"| {' | '.join(_cell(record.get(name)) for name in columns)} |" for record in records]
    titles = [column.replace("_", " ") for column in columns]
    head = [f"| {' | '.join(titles)} |", f"|{' --- |' * len(columns)}"]
    return "\n".join(head + rows)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value)) if value else "none"
    return "" if value is None else str(value).replace("|", "/")
