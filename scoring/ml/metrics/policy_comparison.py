"""Two ways of turning the same probabilities into verdicts: who is accepted, what it costs, who must look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.intervals import Estimate, wilson

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

ACCEPT, REFUSE, REFER = range(3)


class Assumptions(NamedTuple):
    """No part of a policy: the share of a credit lost on a default, and the minutes of a referred case."""

    lgd: float = 0.45
    minutes: float = 30.0


@dataclass(frozen=True, slots=True)
class ScoredCases:
    """n cases: probability of default, credit, and whether a critical input is missing, (n,) each."""

    probability: Values
    credit: Values
    is_incomplete: Flags

    def __len__(self) -> int:
        return len(self.probability)


@dataclass(frozen=True, slots=True)
class Side:
    """Thresholds and costs of one of the two policies that are compared."""

    accept_below: float
    refuse_from: float
    costs: Costs

    def verdicts(self, cases: ScoredCases) -> Codes:
        """ACCEPT, REFUSE or REFER of each case, (n,): refer where an input is missing or in the band."""
        codes = np.full(len(cases), REFER, dtype=np.int64)
        # In the order of `verdict_for`: what is refused is refused, unless a person must look.
        codes[cases.probability >= self.refuse_from] = REFUSE
        codes[cases.probability < self.accept_below] = ACCEPT
        codes[cases.is_incomplete] = REFER
        return codes


@dataclass(frozen=True, slots=True)
class Cell:
    """Cases of one verdict before and one after: how many, and their credit."""

    before: int
    after: int
    cases: int
    credit: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One side on a set of cases. Losses are of the accepted cases, `loss_by_cycle` as the cycles say.

    `cost` is the business cost per case that its verdicts are expected to bring, in refused good payers;
    referred cases bring none.
    """

    accepted: int
    refused: int
    referred: int
    credit_accepted: float
    loss_by_cycle: tuple[float, ...]
    cost: float
    acceptance: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    before: Outcome
    after: Outcome


def swap_cells(cases: ScoredCases, before: Codes, after: Codes) -> list[Cell]:
    """The nine cells of verdicts before and after; the four of accept and refuse are the swap set."""
    place = 3 * before + after
    counts = np.bincount(place, minlength=9)
    credit = np.bincount(place, weights=cases.credit, minlength=9)
    return [Cell(cell // 3, cell % 3, int(counts[cell]), float(credit[cell])) for cell in range(9)]


def in_cycle(probability: Values, shift: float) -> Values:
    """Probabilities with their log-odds moved by `shift`: more defaults in a downturn, fewer in a boom."""
    odds: Values = probability * np.exp(shift)
    return odds / (odds + 1 - probability)


def outcome(
    cases: ScoredCases, verdicts: Codes, costs: Costs, *, lgd: float, shifts: Sequence[float]
) -> Outcome:
    """What the verdicts bring; `lgd` is the share of the credit that is lost on a default."""
    accepted, refused = verdicts == ACCEPT, verdicts == REFUSE
    probability, credit = cases.probability[accepted], cases.credit[accepted]
    losses = tuple(float((in_cycle(probability, shift) * credit).sum() * lgd) for shift in shifts)
    missed, wronged = float(probability.sum()), float((1 - cases.probability[refused]).sum())
    size, number = len(cases), int(accepted.sum())
    share = number / size if size else 0.0
    return Outcome(
        accepted=number,
        refused=int(refused.sum()),
        referred=size - number - int(refused.sum()),
        credit_accepted=float(credit.sum()),
        loss_by_cycle=losses,
        cost=(costs.fn * missed + costs.fp * wronged) / size if size else 0.0,
        acceptance=Estimate(share, *wilson(number, size)),
    )


def by_group(
    cases: ScoredCases, groups: Codes, verdicts: tuple[Codes, Codes], sides: tuple[Side, Side], lgd: float
) -> dict[int, Comparison]:
    """Both sides within each group, (n,) codes."""
    comparisons = {}
    for group in np.unique(groups).tolist():
        rows = groups == group
        part = ScoredCases(cases.probability[rows], cases.credit[rows], cases.is_incomplete[rows])
        before, after = (
            outcome(part, codes[rows], side.costs, lgd=lgd, shifts=(0.0,))
            for codes, side in zip(verdicts, sides, strict=True)
        )
        comparisons[group] = Comparison(before, after)
    return comparisons
