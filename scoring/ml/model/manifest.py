"""Manifest of a model folder: `model.json`, read and written as frozen dataclasses.

Keys that are stored under another name than the attribute are translated here and in the modules of the
sections, and nowhere else. Sections that some release did not write are None or empty.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from scoring.ml.metrics.costs import Costs
from scoring.ml.model import json_codec
from scoring.ml.model.json_codec import JsonMismatch, stored_as
from scoring.ml.model.manifest_choices import (
    DirectionsSection,
    FeatureCountCurve,
    ReferBand,
    RepeatedSplits,
    ThresholdRules,
)
from scoring.ml.model.manifest_fair_search import FairSearch
from scoring.ml.model.manifest_sections import (
    ByPart,
    CalibrationSection,
    CostCurve,
    CurvesSection,
    FamilyAblation,
    HyperparametersSection,
    MetricsSection,
    PopulationSection,
    ReliabilitySection,
    SelectionCounts,
    TrainingData,
    TrainingStage,
    TuningSection,
)
from scoring.ml.model.manifest_validation import (
    AttributeFairness,
    ExplanationSection,
    ProtectedSection,
    SanityChecks,
)
from scoring.ml.model.manifest_weaknesses import WeaknessReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One model version: identity, inputs, thresholds, and everything that its training measured.

    `features` in the order of the booster; `categories` of each categorical feature in the order of their
    codes; `medians` of the features that were never missing in training; `files`: the SHA-256 of every other
    file of the folder. `threshold` is the mean of `fold_thresholds`.
    """

    name: str
    created_at: str
    is_demo: bool
    seed: int
    data: TrainingData
    features: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]] = field(metadata=stored_as("categorical"))
    medians: Mapping[str, float]
    hyperparameters: HyperparametersSection | None = field(default=None, metadata=stored_as("recipe"))
    threshold: float
    theoretical_threshold: float = field(metadata=stored_as("threshold_theory"))
    fold_thresholds: tuple[float, ...]
    costs: Costs
    calibration: CalibrationSection
    metrics: ByPart[MetricsSection]
    fairness: Mapping[str, AttributeFairness]
    population: PopulationSection
    libraries: Mapping[str, str]
    files: Mapping[str, str]
    curves: ByPart[CurvesSection] | None = None
    reliability: ByPart[ReliabilitySection] | None = None
    cost_curve: CostCurve | None = None
    protected: ProtectedSection | None = None
    checks: SanityChecks | None = None
    failed_checks: tuple[str, ...] = field(default=(), metadata=stored_as("suspect"))
    explanation: ExplanationSection | None = None
    families: tuple[FamilyAblation, ...] | None = None
    selection: SelectionCounts | None = None
    stages: tuple[TrainingStage, ...] | None = field(default=None, metadata=stored_as("steps"))
    tuning: TuningSection | None = None
    repeated_splits: RepeatedSplits | None = None
    threshold_rules: ThresholdRules | None = None
    feature_count: FeatureCountCurve | None = None
    directions: DirectionsSection | None = None
    weaknesses: WeaknessReport | None = None
    refer_band: ReferBand | None = None
    fair_search: FairSearch | None = None

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """The manifest of a model.json. Raises JsonMismatch, which names the missing or mistyped key."""
        try:
            stored = json.loads(content)
        except ValueError as error:
            raise JsonMismatch(f"is not JSON ({error})") from error
        if not isinstance(stored, dict):
            raise JsonMismatch("is not a JSON object")
        return json_codec.decode(cls, stored)

    def to_json(self) -> dict[str, Any]:
        """The JSON object, under the keys of every release."""
        stored: dict[str, Any] = json_codec.encode(self)
        return stored

    @property
    def trained_at(self) -> datetime:
        return datetime.fromisoformat(self.created_at)
