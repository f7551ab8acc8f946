"""Numbers of a drift report in the form in which they are stored: JSON."""

from typing import NotRequired, TypedDict

from scoring.ml.metrics.performance import StoredPerformance


class Distributions(TypedDict):
    """Shares by bin of one column on both sides."""

    labels: list[str]
    reference: list[float]
    current: list[float]


class StoredScore(Distributions):
    """Drift of the probability: `chance` is the PSI that samples of this size stay below by chance alone."""

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
    """Distance of one column by Evidently, and the threshold from which it counts as drift."""

    value: float
    threshold: NotRequired[float]
    method: NotRequired[str]
    drifted: bool


class EvidentlyMissing(TypedDict):
    """Missing values of the current sample."""

    count: float
    share: float


class EvidentlyNumbers(TypedDict):
    """Evidently's figures; `others` are score and outcome, which do not count in `drifted` and `share`."""

    columns: dict[str, EvidentlyColumn]
    drifted: int
    share: float
    version: NotRequired[str]
    others: NotRequired[dict[str, EvidentlyColumn]]
    missing: NotRequired[EvidentlyMissing]


class DriftNumbers(TypedDict):
    """Every number of a report; `expected` is the estimate for the clients whose outcome is known."""

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
    """A limit that was passed, and the columns responsible, the strongest first."""

    limit: str
    value: float
    threshold: float
    columns: list[str]
