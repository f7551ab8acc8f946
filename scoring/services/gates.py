"""What a version must show before it is put in use: one function per gate, named in PROMOTION_GATES."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import hypot, sqrt
from statistics import median
from time import perf_counter
from typing import Any, Final, Literal

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string

from scoring import engine
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import Activation, ChallengerAppointment, ModelVersion

State = Literal["passed", "failed", "unknown"]

SLOPE_BOUNDS: Final = (0.9, 1.1)
MAX_ECE: Final = 0.01
# The four-fifths rule, as a screen: below it, and below the champion, a person has to look.
MIN_RATIO: Final = 0.8
RATIO_NOISE: Final = 0.02
SMALLEST_GROUP: Final = 100
LATENCY_LIMIT: Final = 0.05
LATENCY_RUNS: Final = 15


@dataclass(frozen=True, slots=True)
class Gate:
    """`blocks`: nobody may set this one aside. `numbers` are what it was judged by."""

    code: str
    state: State
    numbers: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = False

    @property
    def failed(self) -> bool:
        return self.state == "failed"

    def stored(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Candidate:
    """A version that is to be put in use, and the one it would follow."""

    version: ModelVersion
    # What has just been measured, before it is kept with an appointment.
    measured: Mapping[str, Any] | None = None

    @cached_property
    def model(self) -> Model | None:
        try:
            return engine.load_version(self.version)
        except ModelUnavailable:
            return None

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        return self.model.facts if self.model else {}

    @cached_property
    def champion(self) -> ModelVersion | None:
        activation = Activation.objects.current().first()
        return activation.version if activation and activation.version != self.version else None

    @cached_property
    def champion_facts(self) -> Mapping[str, Any]:
        """Empty without a champion, or when its folder cannot be trusted."""
        if self.champion is None:
            return {}
        try:
            return folder.facts_of(settings.ML_ARTIFACTS / self.champion.name, digest=self.champion.digest)
        except ModelUnavailable:
            return {}

    @cached_property
    def comparison(self) -> Mapping[str, Any]:
        """What a retraining measured against this very champion, client by client; empty without one."""
        if self.measured is not None:
            return self.measured
        for appointment in ChallengerAppointment.objects.filter(version=self.version):
            paired: Mapping[str, Any] = appointment.comparison
            if self.champion and paired.get("champion") == self.champion.digest:
                return paired
        return {}


def measure(version: ModelVersion, *, comparison: Mapping[str, Any] | None = None) -> list[Gate]:
    """Every gate of this installation, in the order of the settings.

    `comparison` with the version in use has just been made; otherwise that of the last appointment counts.
    """
    candidate = Candidate(version, comparison)
    checks: list[Callable[[Candidate], Gate]] = [import_string(name) for name in settings.PROMOTION_GATES]
    return [check(candidate) for check in checks]


def integrity(candidate: Candidate) -> Gate:
    """The folder is the one that was registered, and it loads."""
    try:
        engine.load_version(candidate.version)
    except ModelUnavailable as error:
        return Gate("integrity", "failed", {"why": str(error)}, blocks=True)
    return Gate("integrity", "passed", {"digest": candidate.version.digest}, blocks=True)


def ranking(candidate: Candidate) -> Gate:
    """The AUC is not worse than the champion's beyond noise."""
    return _against_champion(candidate, "auc", worse=-1)


def cost(candidate: Candidate) -> Gate:
    """The business cost per case is not higher than the champion's beyond noise."""
    return _against_champion(candidate, "cost", worse=1)


def calibration(candidate: Candidate) -> Gate:
    """On the hold-out: the slope's interval meets 0.9 to 1.1, and the error is small or at chance level."""
    judged = _holdout(candidate.facts)
    slope, ece, counts = judged.get("calibration_slope"), judged.get("ece"), judged.get("confusion")
    if not (slope and ece and counts):
        return Gate("calibration", "unknown")
    low, high = SLOPE_BOUNDS
    limit = max(MAX_ECE, 1.5 * _chance_ece(counts))
    good = slope["low"] <= high and slope["high"] >= low and ece["value"] <= limit
    numbers = {"slope": slope["value"], "ece": ece["value"], "limit": limit}
    return Gate("calibration", "passed" if good else "failed", numbers)


def fairness(candidate: Candidate) -> Gate:
    """The least accepted group against the most accepted one, or no worse than the champion, by attribute."""
    ratios = _ratios(candidate.facts)
    if not ratios:
        return Gate("fairness", "unknown")
    before = _ratios(candidate.champion_facts)
    low = {
        name: ratio
        for name, ratio in ratios.items()
        if ratio < min(MIN_RATIO, before.get(name, 1.0) - RATIO_NOISE)
    }
    numbers = {"ratios": ratios, "champion": before, "limit": MIN_RATIO, "low": sorted(low)}
    return Gate("fairness", "failed" if low else "passed", numbers)


def latency(candidate: Candidate) -> Gate:
    """Probability and contributions of one client, timed here and now."""
    if candidate.model is None:
        return Gate("latency", "unknown")
    row = np.full((1, len(candidate.model.features)), np.nan)
    seconds = median(_timed(candidate.model, row) for _ in range(LATENCY_RUNS))
    numbers = {"milliseconds": 1000 * seconds, "limit": 1000 * LATENCY_LIMIT}
    return Gate("latency", "passed" if seconds <= LATENCY_LIMIT else "failed", numbers)


def _against_champion(candidate: Candidate, name: str, *, worse: int) -> Gate:
    """`worse` is the sign of a difference (candidate - champion) that is for the worse."""
    if paired := candidate.comparison.get(name):
        beyond = paired["low"] > 0 if worse > 0 else paired["high"] < 0
        return Gate(name, "failed" if beyond else "passed", {**paired, "paired": True})
    mine, theirs = _holdout(candidate.facts).get(name), _holdout(candidate.champion_facts).get(name)
    if not mine:
        return Gate(name, "unknown")
    if not theirs:
        return Gate(name, "unknown", {"candidate": mine["value"]})
    noise = hypot(_margin(mine), _margin(theirs))
    numbers = {
        "candidate": mine["value"],
        "champion": theirs["value"],
        "noise": noise,
        "same_clients": _same_clients(candidate),
    }
    beyond = worse * (mine["value"] - theirs["value"]) > noise
    return Gate(name, "failed" if beyond else "passed", numbers)


def _same_clients(candidate: Candidate) -> bool:
    """The same files split with the same seed leave the same clients out."""
    mine, theirs = candidate.facts, candidate.champion_facts
    same_files = mine["data"].get("fingerprint") == theirs["data"].get("fingerprint")
    return bool(same_files and mine.get("seed") == theirs.get("seed"))


def _holdout(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    judged: Mapping[str, Any] = facts.get("metrics", {}).get("holdout", {})
    return judged


def _margin(figure: Mapping[str, float]) -> float:
    return (figure["high"] - figure["low"]) / 2


def _chance_ece(counts: Mapping[str, int]) -> float:
    """The error that a perfectly calibrated model shows on ten bins of so few clients."""
    clients = sum(counts.values())
    rate = (counts["tp"] + counts["fn"]) / clients
    return sqrt(2 / np.pi) * sqrt(rate * (1 - rate) / (clients / 10))


def _ratios(facts: Mapping[str, Any]) -> dict[str, float]:
    """Per attribute, the lowest acceptance rate divided by the highest; groups of fewer than 100 left out."""
    found = {}
    for attribute, told in facts.get("fairness", {}).items():
        # Versions trained before intervals were measured give the groups alone, each rate as a number.
        groups = told.get("groups", told)
        rates = [rate for group in groups.values() if (rate := _rate(group)) is not None]
        if len(rates) > 1 and max(rates) > 0:
            found[attribute] = min(rates) / max(rates)
    return found


def _rate(group: Any) -> float | None:
    known = isinstance(group, Mapping) and group.get("n", 0) >= SMALLEST_GROUP
    rate = group.get("acceptance_rate") if known else None
    return rate["value"] if isinstance(rate, Mapping) else rate


def _timed(model: Model, row: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    started = perf_counter()
    model.score(row)
    model.contributions(row)
    return perf_counter() - started
