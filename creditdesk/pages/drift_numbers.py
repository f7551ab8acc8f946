"""JSON of a stored drift report: the types of `DriftReport.numbers` and `DriftReport.findings`."""

from typing import NotRequired, TypedDict

from scoring.ml.metrics.performance import StoredPerformance


class Distributions(TypedDict):
    """Shares by bin of one column on both sides."""

    labels: list[str]
    reference: list[float]
    current: list[float]


class StoredScore(Distributions):
    """Drift of the probability: `chance` is the PSI that samples of this size reach by chance."""

    psi: float
    chance: float


class Shares(TypedDict):
    """A share on either side, and how many standard errors lie between the two."""

    reference: float
    current: float
    errors: float


class StoredColumn(TypedDict):
    """Drift of one column, with its distributions where it is among those that moved most."""

    name: str
    psi: float
    chance: float
    missing: Shares
    labels: NotRequired[list[str]]
    reference: NotRequired[list[float]]
    current: NotRequired[list[float]]


class StoredMonth(TypedDict):
    """PSI of the score and of some columns in one month; None and empty for too few clients."""

    month: str
    clients: int
    score: float | None
    columns: dict[str, float]


class EvidentlyColumn(TypedDict):
    value: float
    drifted: bool


class EvidentlyNumbers(TypedDict):
    columns: dict[str, EvidentlyColumn]
    drifted: int
    share: float


class DriftNumbers(TypedDict):
    columns: list[StoredColumn]
    score: StoredScore | None
    target: Shares | None
    months: list[StoredMonth]
    evidently: NotRequired[EvidentlyNumbers]
    estimated_reference: NotRequired[StoredPerformance]
    estimated_current: NotRequired[StoredPerformance]
    expected_reference: NotRequired[StoredPerformance]
    expected_current: NotRequired[StoredPerformance]
    realised_reference: NotRequired[StoredPerformance]
    realised_current: NotRequired[StoredPerformance]


class StoredFinding(TypedDict):
    limit: str
    value: float
    threshold: float
    columns: list[str]
