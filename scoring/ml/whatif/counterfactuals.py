"""What would change a refusal: the fewest and smallest honest changes of the request that end in "accept".

Levers, each in one direction that a bank may advise: a smaller credit (what it no longer finances of the
price, the client pays), an instalment over another usual duration, a document that is still missing. Income,
job, ratings, history and everything about the person stay as they are: a wish is not advice, and a lower
income never is.

The search is a grid scored in one batch, then two finer ones around what was found; it depends on the record
and the model alone, so the same question has the same answer. Idea of sparse and close counterfactuals:
S. Wachter, B. Mittelstadt, C. Russell (2018); R. K. Mothilal, A. Sharma, C. Tan, "DiCE" (2020).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.application.amounts import TERMS
from scoring.ml.features.spec.formula import Columns
from scoring.ml.whatif.editable import BY_NAME, DOCUMENTS, DURATION
from scoring.ml.whatif.request import REVOLVING, Asked, Request, problems, translated

Probability = Callable[[Columns], NDArray[np.float64]]
"""Calibrated probabilities (n,) of n profiles given in columns: the model's own door."""

MOST_FIELDS: Final = 3
MOST_FOUND: Final = 3
# A probability that only just passes would not survive the next model: this share below the threshold.
MARGIN: Final = 0.05
# A credit of a third of what was asked is another request, an instalment a quarter higher another budget.
LEAST_CREDIT: Final = 0.35
MOST_INSTALMENT: Final = 1.25
LEVELS: Final = 13
FINER: Final = 12
# What a document counts against a relative change of an amount: a trip home, or 10 % of the credit.
DOCUMENT_DISTANCE: Final = 0.1
# A longer list of changes must be nearer by this much to be worth showing beside a shorter one.
WORTH: Final = 0.8


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """`changes`: raw column -> its new value; `asked`: the same as a person would enter it."""

    changes: Mapping[str, float]
    asked: Asked
    probability: float
    distance: float

    @property
    def rank(self) -> tuple[int, float]:
        """Sparsest first, then nearest."""
        return len(self.changes), self.distance


def search(record: Mapping[str, Any], probability: Probability, threshold: float) -> list[Counterfactual]:
    """At most three ways to get below the threshold, sparsest and nearest first; none where there is none.

    `record` is `{**application, **history}` of one client. About 300 rows are scored in all.
    """
    goal = threshold * (1 - MARGIN)
    best = _best(_steady(_scored(record, _grid(record), probability), goal))
    for finer in (_between_levels, _to_the_step):
        nearer = _scored(record, (asked for one in best for asked in finer(record, one)), probability)
        best = _best([*best, *_steady([*best, *nearer], goal)])
    return best


def distance(record: Mapping[str, Any], changes: Mapping[str, float]) -> float:
    """How far `changes` leads away: relative changes of credit and instalment added up, and documents.

    The price of the goods is not counted: it only follows the credit.
    """
    amounts = (name for name in ("AMT_CREDIT", "AMT_ANNUITY") if name in changes)
    moved: float = sum(abs(changes[name] / record[name] - 1) for name in amounts)
    return moved + DOCUMENT_DISTANCE * sum(name.startswith("FLAG_DOCUMENT_") for name in changes)


# ---- candidates


def _grid(record: Mapping[str, Any]) -> list[Asked]:
    credits, instalments, documents = _credits(record), _instalments(record), _documents(record)
    pairs = [{**credit, **instalment} for credit, instalment in product([{}, *credits], [{}, *instalments])]
    # Documents alone and with one other change: a third change beside them is left to the pairs.
    with_documents = [
        {**document, **other} for document in documents for other in ({}, *credits[1::4], *instalments[::2])
    ]
    return [asked for asked in (*pairs, *with_documents) if asked]


def _credits(record: Mapping[str, Any]) -> list[Asked]:
    """Smaller credits, the largest first."""
    credit = record.get("AMT_CREDIT")
    if not credit:
        return []
    shares = np.linspace(1, LEAST_CREDIT, LEVELS + 1)[1:].tolist()
    levels = dict.fromkeys(_rounded("AMT_CREDIT", credit * share) for share in shares)
    return [{"AMT_CREDIT": level} for level in levels if level < credit]


def _instalments(record: Mapping[str, Any]) -> list[Asked]:
    """Other usual durations."""
    if record.get("NAME_CONTRACT_TYPE") == REVOLVING or not record.get("AMT_ANNUITY"):
        return []
    return [{DURATION: float(months)} for months in TERMS]


def _documents(record: Mapping[str, Any]) -> list[Asked]:
    """Those that are known to be missing; nobody is ever advised to withhold one."""
    return [{one.name: 1.0} for one in DOCUMENTS if record.get(one.name) == 0]


def _rounded(name: str, amount: float) -> float:
    """Down to the step of the field, for amounts that a person would say."""
    step = BY_NAME[name].step
    return float(max(np.floor(amount / step) * step, step))


def _between_levels(record: Mapping[str, Any], found: Counterfactual) -> Iterator[Asked]:
    """Less of the same: credits between the one found and the next larger level."""
    if "AMT_CREDIT" in found.asked:
        gap = record["AMT_CREDIT"] * (1 - LEAST_CREDIT) / LEVELS
        yield from _credits_above(record, found, gap)


def _to_the_step(record: Mapping[str, Any], found: Counterfactual) -> Iterator[Asked]:
    if "AMT_CREDIT" in found.asked:
        yield from _credits_above(record, found, record["AMT_CREDIT"] * (1 - LEAST_CREDIT) / LEVELS / FINER)


def _credits_above(record: Mapping[str, Any], found: Counterfactual, gap: float) -> Iterator[Asked]:
    credit = found.changes["AMT_CREDIT"]
    steps = (_rounded("AMT_CREDIT", credit + gap * part / FINER) for part in range(1, FINER + 1))
    for level in dict.fromkeys(steps):
        if credit < level < record["AMT_CREDIT"]:
            yield {**found.asked, "AMT_CREDIT": level}


# ---- scoring


def _scored(
    record: Mapping[str, Any], candidates: Iterable[Asked], probability: Probability
) -> list[Counterfactual]:
    """Those of the candidates that make sense, with the model's answer, in one batch."""
    requests = [request for asked in candidates if _is_honest(request := translated(record, asked))]
    if not requests:
        return []
    answers = probability(_columns(record, requests)).tolist()
    return [_counterfactual(request, answer) for request, answer in zip(requests, answers, strict=True)]


def _counterfactual(request: Request, probability: float) -> Counterfactual:
    changes = {name: float(value) for name, value in request.changes.items() if value is not None}
    return Counterfactual(changes, request.asked, probability, distance(request.record, changes))


def _is_honest(request: Request) -> bool:
    """Few changes, within the bounds, sensible together, and none that a bank must not advise."""
    if not 1 <= len(request.changes) <= MOST_FIELDS or problems(request):
        return False
    return all(_may_be_advised(request, name) for name in request.changes)


def _may_be_advised(request: Request, name: str) -> bool:
    now, then = request.record.get(name), request[name]
    if then is None or now is None or not BY_NAME[name].low <= then <= BY_NAME[name].high:
        return False
    if name == "AMT_ANNUITY":
        return bool(then <= now * MOST_INSTALMENT)
    if name in ("AMT_CREDIT", "AMT_GOODS_PRICE"):
        return bool(then < now)
    return bool((now, then) == (0, 1))


def _columns(record: Mapping[str, Any], requests: list[Request]) -> dict[str, NDArray[Any]]:
    """The record once for every request, with its changes."""
    columns = repeated(record, len(requests))
    for row, request in enumerate(requests):
        for name, value in request.changes.items():
            columns[name][row] = value
    return columns


def repeated(record: Mapping[str, Any], times: int) -> dict[str, NDArray[Any]]:
    """What is known of one client in columns (times,): far quicker than `columns_of` on as many records."""
    return {
        name: np.full(times, value, dtype=object if isinstance(value, str) else np.float64)
        for name, value in record.items()
        if value is not None
    }


# ---- choosing


def _steady(scored: Iterable[Counterfactual], goal: float) -> Iterator[Counterfactual]:
    """Those that reach the goal and still do at the next smaller credit: what one narrow split of a tree lets
    pass is luck, not advice."""
    alike: dict[frozenset[tuple[str, float | None]], list[Counterfactual]] = defaultdict(list)
    for one in scored:
        alike[frozenset((n, v) for n, v in one.asked.items() if n != "AMT_CREDIT")].append(one)
    for ways in alike.values():
        yield from (one for one in ways if "AMT_CREDIT" not in one.asked and one.probability <= goal)
        lowered = (one for one in ways if "AMT_CREDIT" in one.asked)
        smaller = None
        for one in sorted(lowered, key=lambda one: one.changes["AMT_CREDIT"]):
            if max((smaller or one).probability, one.probability) <= goal:
                yield one
            smaller = one


def _best(found: Iterable[Counterfactual]) -> list[Counterfactual]:
    """The nearest for every set of columns; a larger set only where it asks clearly less of the client."""
    nearest: dict[frozenset[str], Counterfactual] = {}
    for one in sorted(found, key=lambda one: one.rank):
        nearest.setdefault(frozenset(one.changes), one)
    kept: list[Counterfactual] = []
    for one in nearest.values():
        if all(_is_worth_showing(one, beside) for beside in kept):
            kept.append(one)
    return kept[:MOST_FOUND]


def _is_worth_showing(one: Counterfactual, beside: Counterfactual) -> bool:
    return not set(beside.changes) < set(one.changes) or one.distance < WORTH * beside.distance
