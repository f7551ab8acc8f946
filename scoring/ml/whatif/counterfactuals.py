"""Counterfactuals of a refusal: the fewest and smallest honest changes of the request that end in "accept".

Changes go in one direction that a bank may advise: a smaller credit (what it no longer finances of the
price, the client pays), an instalment over another loan term, a document that is still missing. Income, job,
ratings, history and everything about the person stay as they are: a wish is not advice, and a lower income
never is.

The search scores a grid in one batch, then two finer ones around its best candidates; it depends on the
record and the model alone, so the same record has the same counterfactuals. Idea of sparse and close
counterfactuals: S. Wachter, B. Mittelstadt, C. Russell (2018); R. K. Mothilal, A. Sharma, C. Tan, "DiCE"
(2020).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.application.amounts import LOAN_TERMS
from scoring.ml.features.frames import Record, repeated
from scoring.ml.features.spec.formula import Columns
from scoring.ml.whatif.editable import BY_NAME, DOCUMENTS, DURATION
from scoring.ml.whatif.request import REVOLVING, EnteredValues, Request, translate
from scoring.ml.whatif.rules import problems

Probability = Callable[[Columns], NDArray[np.float64]]
"""Calibrated probabilities (n,) of n profiles given in columns, by the model's own feature matrix."""

Affords = Callable[[float | None], bool]
"""Whether the client's budget carries an instalment (None: not known)."""

MAX_COLUMNS: Final = 3
MAX_COUNTERFACTUALS: Final = 3
# A probability that only just passes would not survive the next model: this share below the threshold.
MARGIN: Final = 0.05
# Less than a third of the requested credit is another request, an instalment a quarter higher another budget.
MIN_CREDIT_SHARE: Final = 0.35
MAX_INSTALMENT_RATIO: Final = 1.25
CREDIT_LEVELS: Final = 13
REFINEMENTS: Final = 12
# What a document counts against a relative change of an amount: a trip home, or 10 % of the credit.
DOCUMENT_DISTANCE: Final = 0.1
# A longer list of changes must be nearer by this factor to be shown beside a shorter one.
MAX_RELATIVE_DISTANCE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """`changes`: raw column -> its new value; `entered`: the same as a person would enter it."""

    changes: Mapping[str, float]
    entered: EnteredValues
    probability: float
    distance: float

    @property
    def rank(self) -> tuple[int, float]:
        """Sparsest first, then nearest."""
        return len(self.changes), self.distance


def search(
    record: Record, probability: Probability, threshold: float, affords: Affords | None = None
) -> list[Counterfactual]:
    """Return at most three ways to get below the threshold, sparsest and nearest first.

    `record` is `{**application, **history}` of one client. About 300 rows are scored in all. What the
    client's budget does not carry is no way.
    """
    goal = threshold * (1 - MARGIN)
    best = _best(_stable(_scored(record, _grid(record), probability, affords), goal))
    for refine in (_between_levels, _to_the_step):
        refined = (entered for candidate in best for entered in refine(record, candidate))
        nearer = _scored(record, refined, probability, affords)
        best = _best([*best, *_stable([*best, *nearer], goal)])
    return best


def distance(record: Record, changes: Mapping[str, float]) -> float:
    """Add up the relative changes of credit and instalment, and the documents.

    The price of the goods is not counted: it only follows the credit.
    """
    amounts = (name for name in ("AMT_CREDIT", "AMT_ANNUITY") if name in changes)
    relative: float = sum(abs(changes[name] / _amount(record, name) - 1) for name in amounts)
    return relative + DOCUMENT_DISTANCE * sum(name.startswith("FLAG_DOCUMENT_") for name in changes)


def _amount(record: Record, name: str) -> float:
    value = record.get(name)
    return value if isinstance(value, int | float) else 0.0


# ---- candidates


def _grid(record: Record) -> list[EnteredValues]:
    credits, instalments, documents = _credits(record), _instalments(record), _documents(record)
    pairs = [{**credit, **instalment} for credit, instalment in product([{}, *credits], [{}, *instalments])]
    # Documents alone and with one other change: a third change beside them is left to the pairs.
    with_documents = [
        {**document, **change} for document in documents for change in ({}, *credits[1::4], *instalments[::2])
    ]
    return [entered for entered in (*pairs, *with_documents) if entered]


def _credits(record: Record) -> list[EnteredValues]:
    """Return smaller credits, the largest first."""
    credit = _amount(record, "AMT_CREDIT")
    if not credit:
        return []
    shares = np.linspace(1, MIN_CREDIT_SHARE, CREDIT_LEVELS + 1)[1:].tolist()
    levels = dict.fromkeys(_rounded("AMT_CREDIT", credit * share) for share in shares)
    return [{"AMT_CREDIT": level} for level in levels if level < credit]


def _instalments(record: Record) -> list[EnteredValues]:
    """Return the loan terms, each of which sets an instalment."""
    if record.get("NAME_CONTRACT_TYPE") == REVOLVING or not record.get("AMT_ANNUITY"):
        return []
    return [{DURATION: float(months)} for months in LOAN_TERMS]


def _documents(record: Record) -> list[EnteredValues]:
    """Return the documents that are known to be missing; nobody is ever advised to withhold one."""
    return [{document.name: 1.0} for document in DOCUMENTS if record.get(document.name) == 0]


def _rounded(name: str, amount: float) -> float:
    """Round down to the step of the field, for amounts that a person would enter."""
    step = BY_NAME[name].step
    return float(max(np.floor(amount / step) * step, step))


def _between_levels(record: Record, candidate: Counterfactual) -> Iterator[EnteredValues]:
    """Yield credits between the candidate's and the next larger level."""
    if "AMT_CREDIT" in candidate.entered:
        yield from _credits_above(record, candidate, _level_gap(record))


def _to_the_step(record: Record, candidate: Counterfactual) -> Iterator[EnteredValues]:
    if "AMT_CREDIT" in candidate.entered:
        yield from _credits_above(record, candidate, _level_gap(record) / REFINEMENTS)


def _level_gap(record: Record) -> float:
    return _amount(record, "AMT_CREDIT") * (1 - MIN_CREDIT_SHARE) / CREDIT_LEVELS


def _credits_above(record: Record, candidate: Counterfactual, gap: float) -> Iterator[EnteredValues]:
    credit = candidate.changes["AMT_CREDIT"]
    steps = (_rounded("AMT_CREDIT", credit + gap * step / REFINEMENTS) for step in range(1, REFINEMENTS + 1))
    for level in dict.fromkeys(steps):
        if credit < level < _amount(record, "AMT_CREDIT"):
            yield {**candidate.entered, "AMT_CREDIT": level}


# ---- scoring


def _scored(
    record: Record,
    candidates: Iterable[EnteredValues],
    probability: Probability,
    affords: Affords | None,
) -> list[Counterfactual]:
    """Score the candidates that make sense and that the budget carries in one batch."""
    translated = (translate(record, _with_instalment(record, entered)) for entered in candidates)
    requests = [request for request in translated if _is_admissible(request)]
    if affords:
        requests = [request for request in requests if affords(request["AMT_ANNUITY"])]
    if not requests:
        return []
    probabilities = probability(_columns(record, requests)).tolist()
    return [_counterfactual(request, chance) for request, chance in zip(requests, probabilities, strict=True)]


def _with_instalment(record: Record, entered: EnteredValues) -> EnteredValues:
    """Keep the instalment on file beside a smaller credit: a change of the request is named or not made."""
    annuity = record.get("AMT_ANNUITY")
    if "AMT_CREDIT" not in entered or DURATION in entered or not isinstance(annuity, int | float):
        return entered
    return {**entered, "AMT_ANNUITY": float(annuity)}


def _counterfactual(request: Request, probability: float) -> Counterfactual:
    changes = {name: float(value) for name, value in request.changes.items() if value is not None}
    return Counterfactual(changes, request.entered, probability, distance(request.record, changes))


def _is_admissible(request: Request) -> bool:
    """Check that the changes are few, within bounds, sensible together and such as a bank may advise."""
    if not 1 <= len(request.changes) <= MAX_COLUMNS or problems(request):
        return False
    return all(_may_be_advised(request, name) for name in request.changes)


def _may_be_advised(request: Request, name: str) -> bool:
    before, after = request.record.get(name), request[name]
    if not isinstance(before, int | float) or after is None:
        return False
    if not BY_NAME[name].low <= after <= BY_NAME[name].high:
        return False
    if name == "AMT_ANNUITY":
        return after <= before * MAX_INSTALMENT_RATIO
    if name in ("AMT_CREDIT", "AMT_GOODS_PRICE"):
        return after < before
    return (before, after) == (0, 1)


def _columns(record: Record, requests: list[Request]) -> dict[str, NDArray[Any]]:
    """Repeat the record for every request, with its changes."""
    columns = repeated(record, len(requests))
    for row, request in enumerate(requests):
        for name, value in request.changes.items():
            columns[name][row] = value
    return columns


# ---- choosing


def _stable(scored: Iterable[Counterfactual], goal: float) -> Iterator[Counterfactual]:
    """Yield those that reach the goal and still do at the next smaller credit.

    What one narrow split of a tree lets pass is luck, not advice.
    """
    groups: dict[frozenset[tuple[str, float | None]], list[Counterfactual]] = defaultdict(list)
    for candidate in scored:
        groups[frozenset(item for item in candidate.entered.items() if item[0] != "AMT_CREDIT")].append(
            candidate
        )
    for candidates in groups.values():
        yield from (
            candidate
            for candidate in candidates
            if "AMT_CREDIT" not in candidate.entered and candidate.probability <= goal
        )
        lowered = [candidate for candidate in candidates if "AMT_CREDIT" in candidate.entered]
        lowered.sort(key=lambda candidate: candidate.changes["AMT_CREDIT"])
        for smaller, candidate in zip([*lowered[:1], *lowered], lowered, strict=False):
            if max(smaller.probability, candidate.probability) <= goal:
                yield candidate


def _best(candidates: Iterable[Counterfactual]) -> list[Counterfactual]:
    """Choose the nearest for every set of columns, and a larger set only where it is clearly nearer."""
    nearest: dict[frozenset[str], Counterfactual] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.rank):
        nearest.setdefault(frozenset(candidate.changes), candidate)
    best: list[Counterfactual] = []
    for candidate in nearest.values():
        if all(_adds_a_choice(candidate, beside=shorter) for shorter in best):
            best.append(candidate)
    return best[:MAX_COUNTERFACTUALS]


def _adds_a_choice(candidate: Counterfactual, *, beside: Counterfactual) -> bool:
    is_larger_set = set(beside.changes) < set(candidate.changes)
    return not is_larger_set or candidate.distance < MAX_RELATIVE_DISTANCE * beside.distance
