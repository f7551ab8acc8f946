"""Our search for what would change a refusal beside DiCE, on the same refusals, levers and bounds.

DiCE (R. K. Mothilal, A. Sharma, C. Tan, 2020; `dice-ml`, random sampling with sparsity repair, its defaults)
drags a GPU build of XGBoost in, so no requirements file has it: `make bench` puts it into its own folder.
"""

import io
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from creditdesk.models import Case
from scoring import engine
from scoring.ml.features.frames import repeated
from scoring.ml.features.spec.formula import Columns
from scoring.ml.model.model import Model
from scoring.ml.whatif import counterfactuals as ours
from scoring.ml.whatif.editable import BY_NAME
from scoring.ml.whatif.request import translate
from scoring.ml.whatif.rules import problems

FOLDER = Path(__file__).resolve().parents[1] / "var" / "bench"
AMOUNTS = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE")
REFUSALS = 40
WANTED = 3

Record = Mapping[str, Any]
Changes = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What one way of searching gave: shares over the refusals, means over what crossed the threshold."""

    name: str
    refusals: int
    answered: float  # a change that crosses the threshold
    with_margin: float  # and by our margin
    sensible: float  # and makes sense for a bank: what `problems` and the honest directions let pass
    columns: float  # changed, in the sparsest that crosses and is sensible
    distance: float  # of the nearest of those: relative changes of all amounts, added up
    p50_ms: float
    p95_ms: float

    def __str__(self) -> str:
        return (
            f"{self.name:<10} {self.refusals} refusals: {self.answered:6.1%} changed, "
            f"{self.with_margin:6.1%} by the margin, {self.sensible:6.1%} sensible, "
            f"{self.columns:.2f} columns, distance {self.distance:.3f}, "
            f"p50 {self.p50_ms:.0f} ms, p95 {self.p95_ms:.0f} ms"
        )


class Way(NamedTuple):
    """One change that crosses the threshold."""

    columns: int
    distance: float
    has_margin: bool
    is_sensible: bool


def compare(cases: Iterable[Case]) -> list[SearchResult]:
    """Both on the same refusals; ours alone, and a line that says so, where DiCE is not installed."""
    model = engine.current()
    records = [case.profile.record for case in cases if _has_amounts(case.profile.record)][:REFUSALS]
    results = [_measured("creditdesk", model, records, lambda record: _ours(model, record))]
    try:
        search = _dice(model, records)
    except ImportError as error:
        print(f"DiCE is not installed in {FOLDER} ({error}): the comparison with it is left out")
        return results
    return [*results, _measured("DiCE", model, records, search)]


def _has_amounts(record: Record) -> bool:
    return all(record.get(name) for name in AMOUNTS)


def _ours(model: Model, record: Record) -> list[Changes]:
    def probability(columns: Columns) -> Any:
        return model.score(model.matrix(columns)).probability

    return [way.changes for way in ours.search(record, probability, model.threshold)]


# ---- DiCE on the same levers: three amounts within the bounds of an honest change


def _dice(model: Model, records: Sequence[Record]) -> Callable[[Record], list[Changes]]:
    sys.path.append(str(FOLDER))
    import dice_ml  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import pandas as pd
    from raiutils.exceptions import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
        UserConfigValidationException,
    )

    warnings.filterwarnings("ignore")
    rows = pd.DataFrame([{name: float(record[name]) for name in AMOUNTS} for record in records])
    rows["refused"] = np.arange(len(rows)) % 2  # DiCE reads ranges and precisions from it, not the outcome
    background = dice_ml.Data(dataframe=rows, continuous_features=list(AMOUNTS), outcome_name="refused")

    def search(record: Record) -> list[Changes]:
        wrapped = dice_ml.Model(model=_Wrapped(model, record), backend="sklearn", model_type="classifier")
        query = pd.DataFrame([{name: float(record[name]) for name in AMOUNTS}])
        try:
            answer = dice_ml.Dice(background, wrapped, method="random").generate_counterfactuals(
                query,
                total_CFs=WANTED,
                desired_class=0,
                permitted_range=_bounds(record),
                random_seed=1,
                verbose=False,
            )
        except UserConfigValidationException:
            return []
        frame = answer.cf_examples_list[0].final_cfs_df
        return [] if frame is None else [_differences(record, row) for row in frame.to_dict("records")]

    return search


class _Wrapped:
    """The model as scikit-learn would show it: for one client, with the threshold at one half."""

    def __init__(self, model: Model, record: Record) -> None:
        self.model, self.record = model, record

    def predict_proba(self, frame: Any) -> Any:
        rows = len(frame)
        columns = repeated(self.record, rows)
        columns |= {name: frame[name].to_numpy(dtype=np.float64) for name in AMOUNTS}
        chance = self.model.score(self.model.matrix(columns)).probability
        odds = chance / (1 - chance) * (1 - self.model.threshold) / self.model.threshold
        refused = odds / (1 + odds)
        return np.column_stack([1 - refused, refused])

    def predict(self, frame: Any) -> Any:
        return (self.predict_proba(frame)[:, 1] >= 0.5).astype(int)


def _bounds(record: Record) -> dict[str, list[float]]:
    credit, annuity, price = (float(record[name]) for name in AMOUNTS)
    return {
        "AMT_CREDIT": [ours.MIN_CREDIT_SHARE * credit, credit],
        "AMT_ANNUITY": [ours.MIN_CREDIT_SHARE * annuity, ours.MAX_INSTALMENT_RATIO * annuity],
        "AMT_GOODS_PRICE": [ours.MIN_CREDIT_SHARE * price, price],
    }


def _differences(record: Record, row: Mapping[str, Any]) -> Changes:
    # DiCE rounds to the precision of the data: a hundredth more or less is no change.
    return {name: float(row[name]) for name in AMOUNTS if abs(float(row[name]) - record[name]) > 0.01}


# ---- the same yardstick for both


def _measured(
    name: str, model: Model, records: Sequence[Record], search: Callable[[Record], list[Changes]]
) -> SearchResult:
    times, crossing = [], []
    for record in records:
        start = time.perf_counter()
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):  # DiCE draws progress bars
            results = search(record)
        times.append(1000 * (time.perf_counter() - start))
        crossing.append(_crossing(model, record, results))
    advisable = [[way for way in ways if way.is_sensible] for ways in crossing]
    nearest = [(ways[0].columns, min(way.distance for way in ways)) for ways in advisable if ways]
    columns, distance = np.mean(nearest, axis=0) if nearest else (np.nan, np.nan)
    return SearchResult(
        name,
        len(records),
        answered=_share(bool(ways) for ways in crossing),
        with_margin=_share(any(way.has_margin for way in ways) for ways in crossing),
        sensible=_share(any(way.is_sensible for way in ways) for ways in crossing),
        columns=float(columns),
        distance=float(distance),
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
    )


def _crossing(model: Model, record: Record, results: list[Changes]) -> list[Way]:
    """Those that the model really lets across its threshold, the sparsest first."""
    answers = [(changes, _probability(model, record, changes)) for changes in results if changes]
    goal = model.threshold * (1 - ours.MARGIN)
    ways = [
        Way(len(changes), _moved(record, changes), chance <= goal, _is_sensible(record, changes))
        for changes, chance in answers
        if chance < model.threshold
    ]
    return sorted(ways, key=lambda way: way.columns)


def _share(of: Iterable[bool]) -> float:
    return float(np.mean(list(of)))


def _probability(model: Model, record: Record, changes: Changes) -> float:
    return float(model.score(model.matrix(repeated({**record, **changes}, 1))).probability[0])


def _moved(record: Record, changes: Changes) -> float:
    return float(sum(abs(changes[name] / record[name] - 1) for name in AMOUNTS if name in changes))


def _is_sensible(record: Record, changes: Changes) -> bool:
    amounts = {name: changes[name] for name in changes if name in BY_NAME}
    lower = all(changes[name] < record[name] for name in ("AMT_CREDIT", "AMT_GOODS_PRICE") if name in changes)
    request = translate(record, amounts)
    # A credit below the price of its goods: nothing like it was ever financed.
    return lower and dict(request.changes) == amounts and not problems(request)
