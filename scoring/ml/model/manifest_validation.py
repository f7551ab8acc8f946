"""Sections of a manifest with the validation of a training: checks, fairness, explanation."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.ml.features import catalogue
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.json_codec import stored_as


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureShare:
    """A feature and its share of all gains of a probe model."""

    feature: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutCheck:
    """AUC on the hold-out less AUC out of fold, and the standard error of that difference."""

    passed: bool
    difference: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakCheck:
    """The highest AUC of the run, and the limit above which a leak is looked for."""

    passed: bool
    auc: float
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuffledCheck:
    """AUC with shuffled outcomes, which must be 0.5, and its 95 % interval; a mean of `runs`, if not one."""

    passed: bool
    auc: float
    low: float
    high: float
    clients: int
    runs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitCheck:
    """Clients in the hold-out and in each fold; no client is in two of them."""

    passed: bool
    holdout: int
    folds: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdversarialValidation:
    """AUC of telling clients with a known outcome from those without; None, with `why`, if not measured."""

    passed: bool | None
    auc: float | None
    why: str | None = None
    clients: int | None = None
    top: tuple[FeatureShare, ...] | None = None


Check = HoldoutCheck | LeakCheck | ShuffledCheck | SplitCheck | AdversarialValidation


@dataclass(frozen=True, slots=True, kw_only=True)
class SanityChecks:
    split_by_client: SplitCheck
    holdout_agrees: HoldoutCheck
    no_leak: LeakCheck
    shuffled: ShuffledCheck
    adversarial_validation: AdversarialValidation = field(metadata=stored_as("train_like_test"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRates:
    """Rates of one group of clients; `expected` is the mean probability beside the default rate.

    `selection_ratio` is the acceptance rate as a ratio of the highest one, `tpr` the share of defaults that
    is refused, `fpr` the share of good payers that is.
    """

    clients: int = field(metadata=stored_as("n"))
    defaults: int
    default_rate: Estimate
    expected: Estimate
    acceptance_rate: Estimate
    selection_ratio: Estimate
    tpr: Estimate
    fpr: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessGaps:
    """Largest differences between groups, and the lowest ratio of acceptance rates."""

    tpr_gap: Estimate
    fpr_gap: Estimate
    lowest_ratio: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeFairness:
    """Rates by group of one attribute; `suppressed` names the groups that are too small to be measured.

    `gaps` is None where no group is large enough.
    """

    groups: Mapping[str, GroupRates]
    gaps: FairnessGaps | None = field(metadata=stored_as("gaps", none_as={}))
    suppressed: tuple[str, ...]

    @classmethod
    def upgrade(cls, stored: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read the form of the first release: groups alone, each rate a number without interval."""
        if "groups" in stored:
            return stored
        highest = max((group["acceptance_rate"] for group in stored.values()), default=0) or math.nan
        groups = {
            name: {
                "n": group["n"],
                "defaults": round(group["n"] * group["default_rate"]),
                **{
                    rate: {"value": value, "low": math.nan, "high": math.nan}
                    for rate, value in {
                        **group,
                        "expected": math.nan,
                        "selection_ratio": group["acceptance_rate"] / highest,
                    }.items()
                    if rate != "n"
                },
            }
            for name, group in stored.items()
        }
        return {"groups": groups, "gaps": {}, "suppressed": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyTest:
    """AUC of telling women from men by the features; None, with `why`, when not measured."""

    auc: float | None
    why: str | None = None
    low: float | None = None
    high: float | None = None
    clients: int | None = None
    top: tuple[FeatureShare, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedColumnsCost:
    """AUC of a quick booster without and with the protected columns, on the same folds."""

    columns: tuple[str, ...]
    auc_without: float = field(metadata=stored_as("without"))
    auc_with: float = field(metadata=stored_as("with"))
    difference: Estimate
    fold_differences: tuple[float, ...] = field(metadata=stored_as("folds"))
    clients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedSection:
    proxy_test: ProxyTest = field(metadata=stored_as("sex"))
    cost: ProtectedColumnsCost = field(metadata=stored_as("price"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureImportance:
    """Mean absolute contribution of a feature in log-odds, and its rank correlation with the contribution."""

    feature: str
    group: str
    importance: float
    direction: float | None

    @property
    def direction_as_shown(self) -> float | None:
        """The direction by the value that people read: see Feature.as_shown."""
        return None if self.direction is None else catalogue.BY_NAME[self.feature].as_shown(self.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupImportance:
    group: str
    importance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenceBin:
    """Contributions of one feature over one tenth of its values, one category, or its missing values."""

    low: float | None
    high: float | None
    code: int | None
    clients: int = field(metadata=stored_as("n"))
    mean: float
    p10: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """Two features whose effects depend on each other.

    `lines`: mean contributions of the first feature over the bins between `edges`, one line for each third
    of the second feature, which `cuts` part; None where a cell holds too few clients.
    """

    first: str
    second: str
    strength: float
    edges: tuple[float, ...]
    cuts: tuple[float, ...]
    lines: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationSection:
    """Global explanation over a sample of clients; `used` features contribute at all."""

    clients: int
    base_value: float
    used: int
    features: tuple[FeatureImportance, ...]
    groups: tuple[GroupImportance, ...]
    dependence: Mapping[str, tuple[DependenceBin, ...]]
    interactions: tuple[Interaction, ...]
