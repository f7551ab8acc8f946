"""Two ways of turning the same probabilities into verdicts: who is accepted, what it costs, who must look."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.intervals import Estimate, wilson

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]

ACCEPT, REFUSE, REFER = range(3)
# Whether a client can afford the credit, by the rule in force on the day of the assessment.
UNKNOWN, AFFORDABLE, UNAFFORDABLE = range(3)


class Assumptions(NamedTuple):
    """No part of a policy: the share of a credit lost on a default, the minutes of a referred case, and
    whether a budget that is not known counts as affordable."""

    lgd: float = 0.45
    minutes: float = 30.0
    fits_unknown: bool = False

    def applied_to(self, cases: "ScoredCases") -> "ScoredCases":
        """The cases with the budgets that are assumed."""
        if not self.fits_unknown:
            return cases
        assumed = np.where(cases.affordability == UNKNOWN, AFFORDABLE, cases.affordability)
        return replace(cases, affordability=assumed)


@dataclass(frozen=True, slots=True)
class ScoredCases:
    """n cases, (n,) each: probability of default, credit, whether a critical input is missing, affordability.

    `lowest` and `highest` bound the probability over plausible values of the missing common fields; both are
    the probability where nothing is missing.
    """

    probability: Values
    credit: Values
    lacks_critical: Flags
    affordability: Codes
    lowest: Values
    highest: Values

    def __len__(self) -> int:
        return len(self.probability)

    def where(self, rows: Flags) -> "ScoredCases":
        """These cases alone; `rows`, (n,)."""
        return ScoredCases(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Side:
    """Terms of one of the two policies that are compared.

    Under a rule of affordability, cases whose budget is not known are referred, and so is who would be
    accepted and cannot afford it.
    """

    accept_below: float
    refuse_from: float
    costs: Costs
    has_affordability_rule: bool = False

    def verdicts(self, cases: ScoredCases) -> Codes:
        """ACCEPT, REFUSE or REFER of each case, (n,): refer where an input is missing or in the band."""
        codes = self._by_probability(cases.probability)
        codes[self.finds_incomplete(cases)] = REFER
        if self.has_affordability_rule:
            codes[(codes == ACCEPT) & (cases.affordability == UNAFFORDABLE)] = REFER
            codes[cases.affordability == UNKNOWN] = REFER
        return codes

    def finds_incomplete(self, cases: ScoredCases) -> Flags:
        """Whether a critical input of each case is missing, or one that can change its verdict, (n,)."""
        incomplete = cases.lacks_critical.copy()
        ranges = np.flatnonzero(cases.lowest < cases.highest)
        low, high = (self._by_probability(bound[ranges]) for bound in (cases.lowest, cases.highest))
        incomplete[ranges[low != high]] = True
        return incomplete

    def _by_probability(self, probability: Values) -> Codes:
        """The verdict of `verdict_for` on each probability, (n,)."""
        codes = np.full(len(probability), REFER, dtype=np.int64)
        codes[probability >= self.refuse_from] = REFUSE
        codes[probability < self.accept_below] = ACCEPT
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
        part = cases.where(rows)
        before, after = (
            outcome(part, codes[rows], side.costs, lgd=lgd, shifts=(0.0,))
            for codes, side in zip(verdicts, sides, strict=True)
        )
        comparisons[group] = Comparison(before, after)
    return comparisons
