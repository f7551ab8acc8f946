"""Section of a manifest with the weaknesses of a version: weak slices, and curves of disturbed inputs."""

from dataclasses import dataclass

from scoring.ml.metrics.intervals import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSlice:
    """Clients by one feature: a category by its `code`, a band (`low`, `high`], or those who lack a value.

    A band without one of its bounds is open on that side.
    """

    feature: str
    code: int | None = None
    low: float | None = None
    high: float | None = None
    is_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceFigures:
    """How well the clients of a slice are ranked, by boosters that had not seen them.

    `promised` is the AUC that the probabilities promise for these very clients; `shortfall` what is missing
    to it, less the same of all clients; `z` the shortfall in standard errors. `expected` is the mean
    probability, `observed` the default rate.
    """

    slice: ClientSlice
    clients: int
    defaults: int
    auc: float
    promised: float
    shortfall: float
    z: float
    is_beyond_chance: bool
    expected: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakSlices:
    """The weakest of `examined` slices, the weakest first.

    A slice is weak beyond chance when its `z` passes `limit`, which chance alone makes one of all `examined`
    slices do in one report of a thousand.
    """

    clients: int
    examined: int
    limit: float
    slices: tuple[SliceFigures, ...]

    @property
    def beyond_chance(self) -> tuple[SliceFigures, ...]:
        return tuple(item for item in self.slices if item.is_beyond_chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisturbedPoint:
    """The hold-out with inputs disturbed to one `level`; changes are paired over clients.

    `verdicts_changed` is the share of clients who would get the other verdict.
    """

    level: float
    auc: float
    auc_change: Estimate
    cost: float
    cost_change: Estimate
    verdicts_changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeaknessReport:
    """Weak slices, and what noise and missing values do to figures on the hold-out.

    The level of `noise` is in standard deviations of each number; that of `missing` is the probability that
    a client lacks all values of a group of facts.
    """

    weak_slices: WeakSlices
    noise: tuple[DisturbedPoint, ...]
    missing: tuple[DisturbedPoint, ...]
