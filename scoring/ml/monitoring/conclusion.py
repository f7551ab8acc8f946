"""What the numbers of a report mean: which limits are passed, by what."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

# A share that differs by so many standard errors did not move by chance, whatever the number of columns.
_ERRORS = 4.5
# A column counts as moved from here on, where Evidently has not judged it.
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

    def stored(self) -> dict[str, Any]:
        return {**asdict(self), "columns": list(self.columns)}


def findings(numbers: Mapping[str, Any], limits: Limits) -> list[Finding]:
    """Every limit that is passed and that chance alone would not have passed; none: no drift."""
    return [*_score(numbers, limits), *_columns(numbers, limits), *_outcomes(numbers, limits)]


def _score(numbers: Mapping[str, Any], limits: Limits) -> Iterator[Finding]:
    score = numbers["score"]
    if score and score["psi"] > max(limits.score_psi, score["chance"]):
        yield Finding("score_psi", score["psi"], limits.score_psi)


def _columns(numbers: Mapping[str, Any], limits: Limits) -> Iterator[Finding]:
    columns = numbers["columns"]
    shifted = tuple(c["name"] for c in columns if c["psi"] > max(limits.column_psi, c["chance"]))
    if shifted:
        yield Finding("column_psi", columns[0]["psi"], limits.column_psi, shifted)
    moved = moved_columns(numbers)
    share = len(moved) / looked_at(numbers) if moved else 0.0
    if share > limits.moved_share:
        yield Finding("moved_share", share, limits.moved_share, moved)
    gone = [c for c in columns if _differs(c["missing"], limits.missing_share)]
    gone.sort(key=lambda c: -_distance(c["missing"]))
    if gone:
        names = tuple(c["name"] for c in gone)
        yield Finding("missing_share", _distance(gone[0]["missing"]), limits.missing_share, names)


def moved_columns(numbers: Mapping[str, Any]) -> tuple[str, ...]:
    """By Evidently where it was asked, else those of moderate PSI and more; the strongest first."""
    if evidently := numbers.get("evidently"):
        drifted = {name: one["value"] for name, one in evidently["columns"].items() if one["drifted"]}
        return tuple(sorted(drifted, key=lambda name: -drifted[name]))
    return tuple(c["name"] for c in numbers["columns"] if c["psi"] > max(MODERATE, c["chance"]))


def looked_at(numbers: Mapping[str, Any]) -> int:
    evidently = numbers.get("evidently")
    return len(evidently["columns"] if evidently else numbers["columns"])


def _outcomes(numbers: Mapping[str, Any], limits: Limits) -> Iterator[Finding]:
    if numbers["target"] and _differs(numbers["target"], limits.default_rate):
        yield Finding("default_rate", _distance(numbers["target"]), limits.default_rate)
    for kind in ("estimated", "realised"):
        before, now = numbers.get(f"{kind}_reference"), numbers.get(f"{kind}_current")
        if before and now:
            yield from _performance(kind, before, now, limits)


def _performance(
    kind: str, before: Mapping[str, Any], now: Mapping[str, Any], limits: Limits
) -> Iterator[Finding]:
    """Beyond noise: the interval of today lies wholly on the wrong side of what it was."""
    auc, cost = (before["auc"], now["auc"]), (before["cost"], now["cost"])
    if None not in (auc[0]["value"], auc[1]["value"]):
        loss = auc[0]["value"] - auc[1]["value"]
        if loss > limits.auc_loss and auc[1]["high"] < auc[0]["low"]:
            yield Finding(f"{kind}_auc", loss, limits.auc_loss)
    rise = cost[1]["value"] - cost[0]["value"]
    if rise > limits.cost_rise and cost[1]["low"] > cost[0]["high"]:
        yield Finding(f"{kind}_cost", rise, limits.cost_rise)


def _differs(shares: Mapping[str, float], limit: float) -> bool:
    return _distance(shares) > limit and shares["errors"] > _ERRORS


def _distance(shares: Mapping[str, float]) -> float:
    return abs(shares["current"] - shares["reference"])
