"""Section of the model card on less discriminatory alternatives."""

from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_fair_search import BASELINE, FairCandidate, FairSearch

NOT_SEARCHED = (
    "Not searched for (`train --fair-search N`), and no reason was recorded for using the age of a client."
)


def alternatives(manifest: Manifest) -> str:
    """Return what was tried, what a person chose and why, and why age is an input."""
    section = manifest.fair_search
    if section is None:
        return NOT_SEARCHED
    head = [
        "| alternative | leaves out | settings | cost per client | change | "
        + " | ".join(f"gap by {name} | change" for name in section.attributes)
        + " | front |",
        "| --- | --- | --- | --- | --- |" + " --- | --- |" * len(section.attributes) + " --- |",
    ]
    rows = [_row(candidate, section) for candidate in section.candidates]
    return "\n\n".join(
        [
            f"{len(section.candidates)} ways to train, by quick boosters on {section.clients:,} clients out "
            "of fold, with one threshold for all, chosen for the declared costs. Protected columns measure "
            "and are never read. The gap is the highest acceptance rate of a group less the lowest; 95 % "
            f"bootstrap intervals of {section.resamples} draws, changes paired over clients. On the front of "
            "an attribute nothing tried is cheaper and more even. The best of many looks better than it is.",
            "\n".join(head + rows),
            _choice(section),
            _age(section),
        ]
    )


def _choice(section: FairSearch) -> str:
    if not section.chosen:
        return (
            f"**No alternative was chosen**: the version is trained as {BASELINE}. Nothing chooses by itself."
        )
    return f"**A person chose {section.chosen}**, because: {_plain(section.reason)}"


def _age(section: FairSearch) -> str:
    if not section.age_reason:
        return "**Age is not an input**, nor is what is computed from it: no reason for it was recorded."
    return f"**Age may be an input.** The reason that was recorded: {_plain(section.age_reason)}"


def _row(candidate: FairCandidate, section: FairSearch) -> str:
    gaps = " | ".join(
        f"{_points(candidate.gaps[name])} | {_points(candidate.gap_changes[name], '+')}"
        for name in section.attributes
    )
    settings = ", ".join(f"{name} {value:g}" for name, value in candidate.params.items()) or "as they are"
    return (
        f"| {candidate.code} | {_left_out(candidate)} | {settings} | {_cost(candidate.cost)} | "
        f"{_cost(candidate.cost_change, '+')} | {gaps} | {', '.join(candidate.front)} |"
    )


def _left_out(candidate: FairCandidate) -> str:
    parts = [] if candidate.uses_age else ["age"]
    parts += [f"{count} that tell about {name}" for name, count in candidate.proxies.items()]
    return f"{'; '.join(parts)} ({len(candidate.dropped)} features)" if parts else "nothing"


def _cost(item: Estimate, sign: str = "") -> str:
    return f"{item.value:{sign}.4f} ({item.low:{sign}.4f} to {item.high:{sign}.4f})"


def _points(item: Estimate, sign: str = "") -> str:
    return f"{item.value:{sign}.1%} ({item.low:{sign}.1%} to {item.high:{sign}.1%})"


def _plain(text: str) -> str:
    return " ".join(text.split())
