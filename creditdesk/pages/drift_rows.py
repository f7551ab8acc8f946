"""Rows of the drift page."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypedDict

from django.utils.functional import Promise

from scoring.ml.metrics.performance import StoredPerformance
from scoring.ml.monitoring.drift_numbers import EvidentlyColumn, Shares


class ColumnDrift(NamedTuple):
    """How far one column moved, and how much of it is missing on either side."""

    name: str
    label: str
    psi: float
    level: str
    level_label: str
    missing: Shares
    evidently: EvidentlyColumn | None


class LimitState(NamedTuple):
    """A limit of the report, as a person reads it, and whether it was passed."""

    label: str
    threshold: str
    is_passed: bool


class Finding(NamedTuple):
    """A limit that was passed, in words, on what basis and by which columns."""

    label: str
    value: str
    threshold: str
    basis: str
    columns: Sequence[str]


class DistributionPair(TypedDict):
    """Shares by bin in the reference and in the current sample, as the script draws them."""

    label: str
    psi: float
    labels: list[str]
    reference: list[float]
    current: list[float]


class DistributionTable(NamedTuple):
    """The same as a table; a row is a bin with its two shares. `place` is that of the pair."""

    place: int
    label: str
    psi: float
    rows: list[tuple[str, float, float]]


class ColumnByMonth(NamedTuple):
    """CSI of one column in each month, None where the month has too few clients."""

    label: str
    cells: list[float | None]


class PerformanceRow(NamedTuple):
    """Performance of one kind on either side, None where it is not known."""

    label: str | Promise
    reference: StoredPerformance | None
    current: StoredPerformance | None


class ScorePsi(NamedTuple):
    """PSI of the score in one report."""

    report: int
    made_at: datetime
    psi: float
