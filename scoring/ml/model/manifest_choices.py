"""Sections of a manifest on what a training chose, with the measurements that the choice rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from scoring.ml.features import catalogue
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest_sections import ByPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A figure over repeated splits: its mean, its standard deviation, and the figure of each split."""

    mean: float
    deviation: float
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedSplits:
    """Figures of the whole procedure over several splits into folds and hold-out, one seed each.

    Each split chooses its own features, rounds, calibration and threshold. `metrics`: by name.
    """

    seeds: tuple[int, ...]
    metrics: ByPart[Mapping[str, Spread]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRule:
    """A way to choose the threshold, and what it costs on clients that it was not chosen on.

    Mean and standard deviation over bootstrap draws: chosen on the drawn clients, paid on those left out.
    Without a `threshold` the rule may not be used; `why` says so.
    """

    code: str
    threshold: float | None
    threshold_deviation: float | None = None
    cost: float | None = None
    cost_deviation: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRules:
    """The rules on the same draws of out-of-fold clients; that `in_force` gave the model its threshold."""

    in_force: str
    resamples: int
    rules: tuple[ThresholdRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptLimit:
    """What a bank lays down before it looks: the highest default rate among those accepted without a person.

    At most `refer_share` of all clients are referred to one.
    """

    default_rate: float
    refer_share: float


DEFAULT_ACCEPT_LIMIT: Final = AcceptLimit(default_rate=0.04, refer_share=0.15)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferBand:
    """Two thresholds whose lower one keeps the limit with a confidence that holds for finite samples.

    Shares are those of the out-of-fold `clients`, as is the default rate of the accepted; `hold_out` is that
    rate on clients that had no part in it. Without a threshold that can be shown to keep the limit there is
    no band.
    """

    limit: AcceptLimit
    confidence: float
    clients: int
    accept_below: float | None = None
    refuse_from: float | None = None
    accepted: float | None = None
    referred: float | None = None
    default_rate: Estimate | None = None
    hold_out: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCountPoint:
    """Out-of-fold log-loss with so many features, and its excess over the best with its standard error.

    The excess is paired over clients.
    """

    features: int
    log_loss: float
    excess: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCountCurve:
    """The smallest count, from `floor` up, whose excess lies within one standard error was `chosen`."""

    chosen: int
    floor: int
    clients: int
    points: tuple[FeatureCountPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDirection:
    """One feature with a direction: `sign` 1 for more risk, -1 for less.

    `default_rates` are those of the clients by tenths of the value, lowest first. The data deny a direction
    whose opposite they show beyond chance; it is not imposed then.
    """

    feature: str
    sign: int
    is_denied: bool
    default_rates: tuple[float, ...]
    slope: Estimate | None = None

    def as_shown(self) -> Self:
        """Return sign and default rates by the value that people read: see Feature.as_shown."""
        sign = int(catalogue.BY_NAME[self.feature].as_shown(self.sign))
        rates = self.default_rates if sign == self.sign else self.default_rates[::-1]
        return replace(self, sign=sign, default_rates=rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionsSection:
    """Directions, and what imposing them changes in log-loss, out of fold and paired over clients."""

    is_imposed: bool
    log_loss_change: Estimate
    clients: int
    features: tuple[FeatureDirection, ...]

    @property
    def imposed(self) -> Mapping[str, int]:
        """The sign of each feature that the boosters are held to."""
        if not self.is_imposed:
            return {}
        return {item.feature: item.sign for item in self.features if not item.is_denied}
