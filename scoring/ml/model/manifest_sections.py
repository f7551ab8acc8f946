"""Sections of a manifest: what model.json records of a training, as frozen dataclasses.

Attribute names are the field's terms; where a stored key differs, `stored_as` names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.calibration import Calibration, Method
from scoring.ml.model.json_codec import stored_as

T = TypeVar("T")
Scalar = bool | int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPart(Generic[T]):
    """One thing measured out of fold and on the hold-out."""

    out_of_fold: T = field(metadata=stored_as("oof"))
    holdout: T


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledFolder:
    """A folder whose clients take part in staged boosting."""

    fingerprint: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    fingerprint: str
    tables: tuple[str, ...]
    clients: int
    default_rate: float
    rejected: int = 0
    pool: tuple[PooledFolder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCheck:
    """Calibration slope and error of the booster's own probabilities, out of fold."""

    slope: float
    ece: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSection(Calibration):
    """The calibration, and a check of the booster's own probabilities `before` it."""

    method: Method
    a: float
    b: float
    before: CalibrationCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperparametersSection:
    """Settings of the boosters; `rounds` is how many each of the `seeds` boosters took.

    `features` is the number selected, where it was chosen, from `min_features` up; `directions` the signs
    imposed, by feature.
    """

    params: Mapping[str, Scalar]
    rounds: int
    seeds: int
    max_rounds: int | None = None
    patience: int | None = None
    resamples: int | None = None
    quick: bool | None = None
    shuffles: int | None = None
    shuffled_clients: int | None = field(default=None, metadata=stored_as("shuffled"))
    features: int | None = None
    min_features: int | None = None
    directions: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionCounts:
    """Clients by verdict and outcome; a positive is a default."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def clients(self) -> int:
        return self.tp + self.fp + self.fn + self.tn


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSection:
    """Metrics with their 95 % bootstrap intervals."""

    auc: Estimate
    gini: Estimate
    ks: Estimate
    pr_auc: Estimate
    accuracy: Estimate
    recall: Estimate
    precision: Estimate
    f1: Estimate
    brier: Estimate
    log_loss: Estimate
    calibration_slope: Estimate
    ece: Estimate
    cost: Estimate
    confusion: ConfusionCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class RocCurve:
    fpr: tuple[float, ...]
    tpr: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionRecallCurve:
    recall: tuple[float, ...]
    precision: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KsCurve:
    """Shares of defaults and of good payers below each probability; they lie furthest apart `at`."""

    probability: tuple[float, ...]
    defaults: tuple[float, ...]
    repaid: tuple[float, ...]
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftDecile:
    """One tenth of the clients, the riskiest first."""

    clients: int = field(metadata=stored_as("n"))
    default_rate: float
    lift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesSection:
    roc: RocCurve
    precision_recall: PrecisionRecallCurve
    ks: KsCurve
    lift: tuple[LiftDecile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityDecile:
    """One tenth of rising probability: mean probability, observed default rate and its 95 % interval."""

    clients: int = field(metadata=stored_as("n"))
    expected: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilitySection:
    """`slope`, `intercept`: of the outcome on the log-odds; 1 and 0 are calibrated."""

    slope: float
    intercept: float
    ece: float
    deciles: tuple[ReliabilityDecile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPoint:
    threshold: float
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatRange:
    """Thresholds around the minimum over which the cost stays within a share of it."""

    within: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCurve:
    """Cost per client by threshold, out of fold."""

    thresholds: tuple[float, ...] = field(metadata=stored_as("threshold"))
    costs: tuple[float, ...] = field(metadata=stored_as("cost"))
    minimum: CostPoint
    chosen: CostPoint
    theoretical: CostPoint = field(metadata=stored_as("theory"))
    accept_all: CostPoint = field(metadata=stored_as("everybody"))
    flat: FlatRange


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDistribution:
    """One main feature in one segment: its 5, 25, 50, 75 and 95 % quantiles and its counts by bin."""

    clients: int = field(metadata=stored_as("n"))
    quantiles: tuple[float, ...]
    histogram: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationSection:
    """Distributions of the main features by segment key and feature; `edges`: the bins of each feature."""

    income_edges: tuple[float, ...] = ()
    edges: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    segments: Mapping[str, Mapping[str, FeatureDistribution]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionCounts:
    """Numbers of features: candidates, dropped by each filter, selected, and learned ones among them."""

    candidates: int
    collinear: int = field(metadata=stored_as("twins"))
    null_importance: int = field(metadata=stored_as("chance"))
    selected: int = field(metadata=stored_as("kept"))
    learned: int = field(metadata=stored_as("fitted"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAblation:
    """AUC gained by one feature family, the mean over `pairs` of folds with its standard error."""

    family: str
    code: str
    features: int
    auc_gain: float = field(metadata=stored_as("gain_auc"))
    standard_error: float = field(metadata=stored_as("se"))
    seeds: int
    pairs: int
    is_learned: bool = field(metadata=stored_as("fitted"))
    is_kept: bool = field(metadata=stored_as("kept"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStage:
    """One stage of staged boosting: the clients who have these tables."""

    tables: tuple[str, ...]
    clients: int
    features: int
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningSection:
    """Result of a hyperparameter search: the best trial, and the settings before it."""

    trials: int
    log_loss: float
    log_loss_before: float | None = field(metadata=stored_as("log_loss_of_the_recipe"))
    auc: float
    learning_rate: float = field(metadata=stored_as("step"))
    params: Mapping[str, Scalar]
    params_before: Mapping[str, Scalar] = field(metadata=stored_as("recipe"))
    study: str
