"""A feature: its name, reason group, unit, label, and its direction where that is beyond dispute."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from scoring.ml.tables.schema import Text


class Unit(StrEnum):
    """The unit of a value, which decides its formatting. Times before the application are negative."""

    MONEY = "money"
    RATIO = "ratio"  # 0.35 is shown as a plain number
    PERCENT = "percent"  # 0.35 is shown as 35 %
    SCORE = "score"  # an external rating between 0 and 1
    COUNT = "count"
    YEARS = "years"
    DAYS_AGO = "days_ago"  # negative: before the application; positive: after it
    MONTHS_AGO = "months_ago"
    DURATION_DAYS = "duration_days"  # positive length
    DURATION_MONTHS = "duration_months"
    AGE_DAYS = "age_days"  # stored negative, shown as an age in years
    DELAY_DAYS = "delay_days"  # positive: late; negative: early
    FLAG = "flag"
    CATEGORY = "category"
    NUMBER = "number"


# Their values are stored as negative numbers and shown as lengths.
_BEFORE_APPLICATION = frozenset({Unit.DAYS_AGO, Unit.MONTHS_AGO, Unit.AGE_DAYS})


class Sign(IntEnum):
    """What a higher value does to the risk, all else equal: never raise it, or never lower it."""

    LESS_RISK = -1
    MORE_RISK = 1


@dataclass(frozen=True, slots=True)
class Direction:
    """The sign of a feature's effect, and the reason why it is beyond dispute."""

    sign: Sign
    reason: Text


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the model's input row.

    `group` is its reason group (many features, one reason); `table` is the raw table it is made from;
    `categories` gives, for a category, the value and label of each code in order (code = position). A booster
    may be held to the `direction`; a category has none, because its codes have no order.
    """

    name: str
    group: str
    unit: Unit
    label: Text
    table: str
    categories: Mapping[str, Text] = field(default_factory=dict)
    direction: Direction | None = None

    def __post_init__(self) -> None:
        if self.direction and self.categories:
            raise ValueError(f"{self.name}: a category has no order, so no direction")

    def as_shown(self, direction: float) -> float:
        """Return the direction of an effect by the value that people read, from that by the stored value."""
        return -direction if self.unit in _BEFORE_APPLICATION else direction
