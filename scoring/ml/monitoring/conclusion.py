"""Findings of a drift report: the limits that are passed beyond chance, and by which columns."""

from collections.abc import Iterator
from dataclasses import dataclass

from scoring.ml.metrics.performance import StoredEstimate, StoredPerformance
from scoring.ml.monitoring.drift_numbers import DriftNumbers, Shares, StoredFinding

# A share that differs by so many standard errors did not move by chance, whatever the number of columns.
_MIN_ERRORS = 4.5
# A column counts as moved from here on, if chance does not move it as far.
MODERATE = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """PSI of the score and of any column, share of moved columns, change of a share of missing values and of
    the default rate, loss of AUC and rise of the cost per client (estimated or real)."""

    score_psi: float = 0.25
    column_psi: float = 0.25
    moved_share: float = 0.05
    missing_share: float = 0.1
    default_rate: float = 0.02
    auc_loss: float = 0.03
    cost_rise: float = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """One limit that was passed; `columns` are those responsible, the strongest first."""

    limit: str
    value: float
    threshold: float
    columns: tuple[str, ...] = ()

    def stored(self) -> StoredFinding:
        return {
            "limit": self.limit,
            "value": self.value,
            "threshold": self.threshold,
            "columns": list(self.columns),
        }


def findings(numbers: DriftNumbers, limits: Limits) -> list[Finding]:
    """Return every limit that is passed and that chance alone would not have passed; none: no drift."""
    return [*_score(numbers, limits), *_columns(numbers, limits), *_outcomes(numbers, limits)]


def _score(numbers: DriftNumbers, limits: Limits) -> Iterator[Finding]:
    score = numbers["score"]
    if score and score["psi"] > max(limits.score_psi, score["chance"]):
        yield Finding("score_psi", score["psi"], limits.score_psi)


def _columns(numbers: DriftNumbers, limits: Limits) -> Iterator[Finding]:
    columns = numbers["columns"]
    shifted = tuple(
        column["name"] for column in columns if column["psi"] > max(limits.column_psi, column["chance"])
    )
    if shifted:
        yield Finding("column_psi", columns[0]["psi"], limits.column_psi, shifted)
    moved = moved_columns(numbers)
    share = len(moved) / _evaluated_columns(numbers) if moved else 0.0
    if share > limits.moved_share:
        yield Finding("moved_share", share, limits.moved_share, moved)
    emptied = [column for column in columns if _differs(column["missing"], limits.missing_share)]
    emptied.sort(key=lambda column: -_distance(column["missing"]))
    if emptied:
        names = tuple(column["name"] for column in emptied)
        yield Finding("missing_share", _distance(emptied[0]["missing"]), limits.missing_share, names)


def moved_columns(numbers: DriftNumbers) -> tuple[str, ...]:
    """Return the columns of moderate PSI beyond chance, the strongest first: with Evidently, those that it
    finds drifted too."""
    beyond_chance = [
        column["name"] for column in numbers["columns"] if column["psi"] > max(MODERATE, column["chance"])
    ]
    if "evidently" not in numbers:
        return tuple(beyond_chance)
    evaluated = numbers["evidently"]["columns"]
    drifted = [name for name in beyond_chance if name in evaluated and evaluated[name]["drifted"]]
    return tuple(sorted(drifted, key=lambda name: -evaluated[name]["value"]))


def _evaluated_columns(numbers: DriftNumbers) -> int:
    return len(numbers["evidently"]["columns"] if "evidently" in numbers else numbers["columns"])


def _outcomes(numbers: DriftNumbers, limits: Limits) -> Iterator[Finding]:
    if numbers["target"] and _differs(numbers["target"], limits.default_rate):
        yield Finding("default_rate", _distance(numbers["target"]), limits.default_rate)
    pairs = {
        "estimated": (numbers.get("estimated_reference"), numbers.get("estimated_current")),
        "realised": (numbers.get("realised_reference"), numbers.get("realised_current")),
    }
    for kind, (before, now) in pairs.items():
        if before and now:
            yield from _performance(kind, before, now, limits)


def _performance(
    kind: str, before: StoredPerformance, now: StoredPerformance, limits: Limits
) -> Iterator[Finding]:
    loss = _gap(now["auc"], before["auc"])
    if loss > limits.auc_loss:
        yield Finding(f"{kind}_auc", loss, limits.auc_loss)
    rise = _gap(before["cost"], now["cost"])
    if rise > limits.cost_rise:
        yield Finding(f"{kind}_cost", rise, limits.cost_rise)


def _gap(lower: StoredEstimate, higher: StoredEstimate) -> float:
    """Return how far apart two figures are beyond noise: 0 where unknown or where their intervals overlap."""
    if lower["value"] is None or higher["value"] is None or lower["high"] is None or higher["low"] is None:
        return 0.0
    return higher["value"] - lower["value"] if lower["high"] < higher["low"] else 0.0


def _differs(shares: Shares, limit: float) -> bool:
    return _distance(shares) > limit and shares["errors"] > _MIN_ERRORS


def _distance(shares: Shares) -> float:
    return abs(shares["current"] - shares["reference"])
