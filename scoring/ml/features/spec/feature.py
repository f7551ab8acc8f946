"""A feature: its name, reason group, unit and label."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the model's input row.

    `group` is its reason group (many features, one reason); `table` is the raw table it is made from;
    `categories` gives, for a category, the value and label of each code in order (code = position).
    """

    name: str
    group: str
    unit: Unit
    label: Text
    table: str
    categories: Mapping[str, Text] = field(default_factory=dict)
