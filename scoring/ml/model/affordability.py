"""Affordability: what debts and charges take of an income, and what they leave to live on, by a rule.

A rule is an edition that never changes; another limit is another edition. Amounts are monthly.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, Final, Self

from scoring.ml.model.verdict import Verdict

# Features of the record: instalments of active loans at other lenders, and of running loans with the bank.
LOANS_REPORTED: Final = "BURO_ACTIVE_AMT_ANNUITY_sum"
LOANS_HERE: Final = "PREV_RUNNING_AMT_ANNUITY_sum"

# A billionth of a limit is no difference.
NOISE: Final = 1e-9


class Outcome(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    # Charges were not declared, or the income, the instalment or the household is not known.
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class AffordabilityRule:
    """`min_left_per_member` is in the currency that people read, not in the unit of stored amounts."""

    code: str
    jurisdiction: str
    max_debt_ratio: float
    min_left_per_member: float


# No law sets the two limits for consumer credit: the first is that of the French authority for home loans
# (HCSF, decision D-HCSF-2021-7), the second is the bank's own.
RULES: Final[Mapping[str, AffordabilityRule]] = {
    "fr-1": AffordabilityRule("fr-1", "FR", max_debt_ratio=0.35, min_left_per_member=400.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A household by month; None: not known. `housing`, `loans` and `other` are declared by the client.

    `loans_reported` are instalments at other lenders as the credit bureau reports them, `loans_here` those
    of running loans with the bank, `instalment` is that of the credit applied for.
    """

    income: float | None
    instalment: float | None
    members: float | None
    housing: float | None
    loans: float | None
    other: float | None
    loans_reported: float
    loans_here: float

    @classmethod
    def of_record(cls, record: Mapping[str, Any], declared: Mapping[str, float]) -> Self:
        """The budget of a client's record; the household as declared, else as the application has it."""
        return cls(
            income=_number(record.get("AMT_INCOME_TOTAL")),
            instalment=_number(record.get("AMT_ANNUITY")),
            members=declared.get("members") or _number(record.get("CNT_FAM_MEMBERS")),
            housing=declared.get("housing"),
            loans=declared.get("loans"),
            other=declared.get("other"),
            loans_reported=_number(record.get(LOANS_REPORTED)) or 0.0,
            loans_here=_number(record.get(LOANS_HERE)) or 0.0,
        )

    def holds(self, declared: Mapping[str, float]) -> bool:
        """Whether these are the declared charges that it was made of; without any, whether it has none."""
        return self == replace(
            self,
            members=declared.get("members") or self.members,
            housing=declared.get("housing"),
            loans=declared.get("loans"),
            other=declared.get("other"),
        )

    @property
    def missing(self) -> tuple[str, ...]:
        declared = (self.housing, self.loans, self.other)
        missing = ["charges"] if None in declared else []
        missing += ["income"] if not self.income or self.income <= 0 else []
        missing += ["instalment"] if self.instalment is None else []
        missing += ["members"] if not self.members or self.members < 1 else []
        return tuple(missing)

    @property
    def loans_elsewhere(self) -> float:
        """The higher of what was declared and what was reported: each may leave loans out."""
        return max(self.loans or 0.0, self.loans_reported)

    @property
    def burden(self) -> float:
        """Everything that is due each month, the new instalment included."""
        return (
            (self.instalment or 0.0)
            + self.loans_elsewhere
            + self.loans_here
            + (self.housing or 0.0)
            + (self.other or 0.0)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Affordability:
    """A budget under a rule: inputs, limits and ratios as they were on the day.

    `grounds` names each limit that is not kept: "debt_ratio", "left_to_live_on". `min_left_per_member` is in
    the unit of the budget.
    """

    rule: str
    budget: Budget
    max_debt_ratio: float
    min_left_per_member: float
    outcome: Outcome
    missing: tuple[str, ...] = ()
    debt_ratio: float | None = None
    left: float | None = None
    left_per_member: float | None = None
    grounds: tuple[str, ...] = ()

    def judged_again(self, budget: Budget) -> "Affordability":
        """Another budget under the same rule and limits."""
        return affordability(
            self.rule,
            budget,
            max_debt_ratio=self.max_debt_ratio,
            min_left_per_member=self.min_left_per_member,
        )

    def allows(self, instalment: float | None) -> bool:
        """Whether the same budget carries another instalment of the credit applied for."""
        again = self.judged_again(replace(self.budget, instalment=_number(instalment)))
        return again.outcome == Outcome.MET

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        lists = {name: tuple(stored[name]) for name in ("missing", "grounds")}
        budget, outcome = Budget(**stored["budget"]), Outcome(stored["outcome"])
        return cls(**{**stored, **lists, "budget": budget, "outcome": outcome})


def verdict_beside(verdict: str, affordable: Affordability | None) -> str:
    """The verdict of the score, or refer where the budget does not allow an acceptance or is not known."""
    if affordable is None or affordable.outcome == Outcome.MET:
        return verdict
    if affordable.outcome == Outcome.MISSING or verdict == Verdict.ACCEPT:
        return Verdict.REFER
    return verdict


def why_referred(verdict: str, affordable: Affordability | None) -> str:
    """Name what is missing or which limit is not kept; "" where the budget is no reason to refer.

    It is one also of what the verdict of the score refers already.
    """
    if affordable is None or affordable.outcome == Outcome.MET:
        return ""
    if verdict_beside(verdict, affordable) != Verdict.REFER:
        return ""
    return f"affordability {affordable.rule}: {', '.join(affordable.missing or affordable.grounds)}"


def affordability(
    rule: str, budget: Budget, *, max_debt_ratio: float, min_left_per_member: float
) -> Affordability:
    """Judge a budget by the limits of a rule; with anything missing there is no ratio."""
    judged = partial(
        Affordability,
        rule=rule,
        budget=budget,
        max_debt_ratio=max_debt_ratio,
        min_left_per_member=min_left_per_member,
    )
    if missing := budget.missing:
        return judged(outcome=Outcome.MISSING, missing=missing)
    income, members = budget.income or 0.0, budget.members or 0.0
    debt_ratio, left = budget.burden / income, income - budget.burden
    # A budget that lies on a limit keeps it, whatever binary fractions make of a sum of cents.
    grounds = ["debt_ratio"] if debt_ratio > max_debt_ratio * (1 + NOISE) else []
    grounds += ["left_to_live_on"] if left / members < min_left_per_member * (1 - NOISE) else []
    return judged(
        outcome=Outcome.NOT_MET if grounds else Outcome.MET,
        debt_ratio=debt_ratio,
        left=left,
        left_per_member=left / members,
        grounds=tuple(grounds),
    )


def _number(value: Any) -> float | None:
    # NaN is the one value that differs from itself.
    return None if value is None or value != value else float(value)
