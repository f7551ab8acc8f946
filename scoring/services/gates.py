"""Promotion gates: one function per gate, named in the setting PROMOTION_GATES."""

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
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_sections import ConfusionCounts
from scoring.ml.model.manifest_weaknesses import ClientSlice, SliceFigures, WeakSlices
from scoring.ml.model.model import Model
from scoring.models import Activation, ChallengerAppointment, ModelVersion
from scoring.models.challenger import StoredPairedComparison
from scoring.presentation.gate_labels import StoredGate

State = Literal["passed", "failed", "unknown"]

SLOPE_BOUNDS: Final = (0.9, 1.1)
MAX_ECE: Final = 0.01
# The four-fifths rule, as a screen: below it, and below the champion, a person has to look.
MIN_RATIO: Final = 0.8
RATIO_NOISE: Final = 0.02
MIN_GROUP_CLIENTS: Final = 100
LATENCY_LIMIT: Final = 0.05
LATENCY_RUNS: Final = 15


@dataclass(frozen=True, slots=True)
class Gate:
    """The outcome of one gate and the figures behind it; one that `blocks` cannot be overridden."""

    code: str
    state: State
    numbers: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = False

    @property
    def failed(self) -> bool:
        return self.state == "failed"

    def stored(self) -> StoredGate:
        return {
            "code": self.code,
            "state": self.state,
            "numbers": dict(self.numbers),
            "blocks": self.blocks,
        }


@dataclass(frozen=True)
class Candidate:
    """A version that is to be put in use, and the champion that it would follow.

    `latest_comparison` has just been measured and is not stored with an appointment yet.
    """

    version: ModelVersion
    latest_comparison: StoredPairedComparison | None = None

    @cached_property
    def model(self) -> Model | None:
        try:
            return engine.load_version(self.version)
        except ModelUnavailable:
            return None

    @cached_property
    def manifest(self) -> Manifest | None:
        return self.model.manifest if self.model else None

    @cached_property
    def champion(self) -> ModelVersion | None:
        activation = Activation.objects.current().first()
        return activation.version if activation and activation.version != self.version else None

    @cached_property
    def champion_manifest(self) -> Manifest | None:
        """None without a champion, or when its folder cannot be trusted."""
        if self.champion is None:
            return None
        try:
            return folder.read_manifest(
                settings.ML_ARTIFACTS / self.champion.name, digest=self.champion.digest
            )
        except ModelUnavailable:
            return None

    @cached_property
    def comparison(self) -> StoredPairedComparison:
        """The paired comparison of a retraining with this very champion; empty without one."""
        if self.latest_comparison is not None:
            return self.latest_comparison
        for appointment in ChallengerAppointment.objects.filter(version=self.version):
            paired: StoredPairedComparison = appointment.comparison
            if self.champion and paired.get("champion") == self.champion.digest:
                return paired
        return {}


def measure(version: ModelVersion, *, comparison: StoredPairedComparison | None = None) -> list[Gate]:
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
    """On the hold-out the slope's interval meets 0.9 to 1.1, and the error is small or at chance level."""
    if candidate.manifest is None:
        return Gate("calibration", "unknown")
    holdout = candidate.manifest.metrics.holdout
    slope, ece = holdout.calibration_slope, holdout.ece
    lowest, highest = SLOPE_BOUNDS
    limit = max(MAX_ECE, 1.5 * _chance_ece(holdout.confusion))
    passed = slope.low <= highest and slope.high >= lowest and ece.value <= limit
    numbers = {"slope": slope.value, "ece": ece.value, "limit": limit}
    return Gate("calibration", "passed" if passed else "failed", numbers)


def fairness(candidate: Candidate) -> Gate:
    """By attribute, the least accepted group is not under four fifths, or no worse than the champion's."""
    ratios = _acceptance_ratios(candidate.manifest)
    if not ratios:
        return Gate("fairness", "unknown")
    champion_ratios = _acceptance_ratios(candidate.champion_manifest)
    low = {
        attribute: ratio
        for attribute, ratio in ratios.items()
        if ratio < min(MIN_RATIO, champion_ratios.get(attribute, 1.0) - RATIO_NOISE)
    }
    numbers = {"ratios": ratios, "champion": champion_ratios, "limit": MIN_RATIO, "low": sorted(low)}
    return Gate("fairness", "failed" if low else "passed", numbers)


def weaknesses(candidate: Candidate) -> Gate:
    """No group of clients is weak beyond chance, but for those that are no weaker than in the champion.

    Both shortfalls are of the AUC against what each version's own probabilities promise for the group. A
    version of a release that did not look for weak groups is unknown, and as a champion it excuses none.
    """
    section = _weak_slices(candidate.manifest)
    if section is None:
        return Gate("weaknesses", "unknown")
    champion_section = _weak_slices(candidate.champion_manifest)
    weak, champions = _by_slice(section), _by_slice(champion_section) if champion_section else {}
    worse = {
        client_slice: figures
        for client_slice, figures in weak.items()
        if client_slice not in champions or figures.shortfall > champions[client_slice].shortfall
    }
    numbers = {
        "examined": section.examined,
        "weak": [
            {**asdict(client_slice), "shortfall": figures.shortfall, "clients": figures.clients}
            for client_slice, figures in worse.items()
        ],
        "excused": len(weak) - len(worse),
    }
    return Gate("weaknesses", "failed" if worse else "passed", numbers)


def latency(candidate: Candidate) -> Gate:
    """Probability and contributions of one client, timed here and now."""
    if candidate.model is None:
        return Gate("latency", "unknown")
    row = np.full((1, len(candidate.model.features)), np.nan)
    seconds = median(_timed(candidate.model, row) for _ in range(LATENCY_RUNS))
    numbers = {"milliseconds": 1000 * seconds, "limit": 1000 * LATENCY_LIMIT}
    return Gate("latency", "passed" if seconds <= LATENCY_LIMIT else "failed", numbers)


def _against_champion(candidate: Candidate, metric: Literal["auc", "cost"], *, worse: int) -> Gate:
    """`worse` is the sign of a difference (candidate - champion) that is for the worse."""
    if paired := candidate.comparison.get(metric):
        is_worse = paired["low"] > 0 if worse > 0 else paired["high"] < 0
        return Gate(metric, "failed" if is_worse else "passed", {**paired, "paired": True})
    manifest, champion_manifest = candidate.manifest, candidate.champion_manifest
    if manifest is None:
        return Gate(metric, "unknown")
    own = _holdout_estimate(manifest, metric)
    if champion_manifest is None:
        return Gate(metric, "unknown", {"candidate": own.value})
    champion = _holdout_estimate(champion_manifest, metric)
    noise = hypot(_margin(own), _margin(champion))
    numbers = {
        "candidate": own.value,
        "champion": champion.value,
        "noise": noise,
        "same_clients": _have_same_holdout(manifest, champion_manifest),
    }
    is_worse = worse * (own.value - champion.value) > noise
    return Gate(metric, "failed" if is_worse else "passed", numbers)


def _holdout_estimate(manifest: Manifest, metric: Literal["auc", "cost"]) -> Estimate:
    return manifest.metrics.holdout.auc if metric == "auc" else manifest.metrics.holdout.cost


def _have_same_holdout(manifest: Manifest, champion: Manifest) -> bool:
    """The same files split with the same seed leave the same clients out."""
    return manifest.data.fingerprint == champion.data.fingerprint and manifest.seed == champion.seed


def _margin(estimate: Estimate) -> float:
    return (estimate.high - estimate.low) / 2


def _chance_ece(counts: ConfusionCounts) -> float:
    """The error that a perfectly calibrated model shows on ten bins of so few clients."""
    rate = (counts.tp + counts.fn) / counts.clients
    return sqrt(2 / np.pi) * sqrt(rate * (1 - rate) / (counts.clients / 10))


def _acceptance_ratios(manifest: Manifest | None) -> dict[str, float]:
    """Per attribute, the lowest acceptance rate divided by the highest; groups of fewer than 100 left out."""
    ratios = {}
    for attribute, measured in manifest.fairness.items() if manifest else ():
        rates = [
            group.acceptance_rate.value
            for group in measured.groups.values()
            if group.clients >= MIN_GROUP_CLIENTS
        ]
        if len(rates) > 1 and max(rates) > 0:
            ratios[attribute] = min(rates) / max(rates)
    return ratios


def _weak_slices(manifest: Manifest | None) -> WeakSlices | None:
    return manifest.weaknesses.weak_slices if manifest and manifest.weaknesses else None


def _by_slice(section: WeakSlices) -> dict[ClientSlice, SliceFigures]:
    return {item.slice: item for item in section.beyond_chance}


def _timed(model: Model, row: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    started = perf_counter()
    model.score(row)
    model.contributions(row)
    return perf_counter() - started
