"""New terms against those in force on cases that were assessed: swap set, losses, referrals, groups."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.csv_cells import Line
from accounts.models import User
from creditdesk.cases.scored_columns import (
    ScoredColumns,
    Selection,
    model_versions,
    scored_columns,
    versions_in_use,
)
from creditdesk.cases.small_groups import hidden_groups
from creditdesk.services.policy import PolicyTerms
from scoring.ml.metrics.policy_comparison import (
    ACCEPT,
    AFFORDABLE,
    REFER,
    REFUSE,
    UNAFFORDABLE,
    UNKNOWN,
    Assumptions,
    Cell,
    Comparison,
    ScoredCases,
    Side,
    by_group,
    outcome,
    swap_cells,
)
from scoring.ml.tables.application import SEXES
from scoring.ml.tables.catalogue import column
from scoring.presentation import formatting

# How far each cycle moves the log-odds of every probability.
CYCLES: Final[tuple[tuple[str | Promise, float], ...]] = (
    (_("fewer defaults"), -0.3),
    (_("as assessed"), 0.0),
    (_("downturn"), 0.5),
)
VERDICTS: Final = {ACCEPT: "accept", REFUSE: "refuse", REFER: "refer"}
AFFORDABILITY: Final = {UNKNOWN: "unknown", AFFORDABLE: "met", UNAFFORDABLE: "not_met"}
# A group of fewer cases would say something about single clients, and nothing about the policy.
MIN_GROUP: Final = 20


class GroupRow(NamedTuple):
    """One group under both policies."""

    label: str
    cases: int
    comparison: Comparison


class GroupTable(NamedTuple):
    title: str | Promise
    code: str
    rows: list[GroupRow]
    hidden: int


@dataclass(eq=False)
class PolicyComparison:
    current: PolicyTerms
    proposed: PolicyTerms
    selection: Selection
    assumptions: Assumptions
    reader: User

    @cached_property
    def columns(self) -> ScoredColumns:
        return scored_columns(self.selection)

    @cached_property
    def cases(self) -> ScoredCases:
        return self.assumptions.applied_to(self.columns.cases)

    @cached_property
    def unknown_budgets(self) -> int:
        """How many cases a rule of affordability would refer at any threshold, under either policy."""
        has_rule = any(side.has_affordability_rule for side in self.sides)
        return int(np.count_nonzero(self.columns.cases.affordability == UNKNOWN)) if has_rule else 0

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        before, after = (
            Side(terms.accept_below, terms.refuse_from, terms.costs, bool(terms.affordability_rule))
            for terms in (self.current, self.proposed)
        )
        return before, after

    @cached_property
    def verdicts(self) -> tuple[Any, Any]:
        before, after = (side.verdicts(self.cases) for side in self.sides)
        return before, after

    @cached_property
    def total(self) -> Comparison:
        shifts = tuple(shift for _label, shift in CYCLES)
        before, after = (
            outcome(self.cases, verdicts, side.costs, lgd=self.assumptions.lgd, shifts=shifts)
            for verdicts, side in zip(self.verdicts, self.sides, strict=True)
        )
        return Comparison(before, after)

    @cached_property
    def cells(self) -> list[Cell]:
        return swap_cells(self.cases, *self.verdicts)

    @property
    def rows(self) -> list[tuple[str, list[Cell]]]:
        """The cells by verdict in force, each with the verdicts that are compared."""
        return [(VERDICTS[before], self.cells[3 * before : 3 * before + 3]) for before in VERDICTS]

    @property
    def won(self) -> Cell:
        """Approvals won: refused in force, accepted by the new terms."""
        return self.cells[3 * REFUSE + ACCEPT]

    @property
    def lost(self) -> Cell:
        return self.cells[3 * ACCEPT + REFUSE]

    @cached_property
    def versions(self) -> int:
        return versions_in_use(self.columns)

    @property
    def hours(self) -> tuple[float, float]:
        """Hours that people spend on referred cases, before and after."""
        before, after = self.total.before.referred, self.total.after.referred
        return before * self.assumptions.minutes / 60, after * self.assumptions.minutes / 60

    @property
    def losses(self) -> list[tuple[str | Promise, float, float, float]]:
        """Expected loss of the accepted cases by cycle: name, shift, before, after."""
        before, after = self.total.before.loss_by_cycle, self.total.after.loss_by_cycle
        return [
            (label, shift, *pair)
            for (label, shift), pair in zip(CYCLES, zip(before, after, strict=True), strict=True)
        ]

    @cached_property
    def tables(self) -> list[GroupTable]:
        """By product; by sex for those who read fairness, to measure and never to decide."""
        contract, columns = column("application", "NAME_CONTRACT_TYPE"), self.columns
        products = [formatting.column_in_words(contract, text) for text in columns.contract_type.texts]
        tables = [self._table(_("By product"), "product", columns.contract_type.codes, products)]
        if self.reader.has_perm("scoring.view_modelversion"):
            names = [str(_sex(text)) for text in columns.sex.texts]
            tables.append(self._table(_("By sex, to measure only"), "sex", columns.sex.codes, names))
        return tables

    def _table(self, title: str | Promise, code: str, codes: Any, labels: list[str]) -> GroupTable:
        groups = by_group(self.cases, codes, self.verdicts, self.sides, self.assumptions.lgd)
        # What the total leaves besides the groups that are shown is no group of few cases either.
        sizes = {str(group): _size(comparison) for group, comparison in groups.items()}
        hidden = hidden_groups(sizes, MIN_GROUP)
        shown = [
            GroupRow(labels[group], sizes[str(group)], comparison)
            for group, comparison in groups.items()
            if str(group) not in hidden
        ]
        return GroupTable(title, code, sorted(shown, key=lambda row: -row.cases), len(hidden))

    def _affordability(self, place: int) -> str:
        on_file = int(self.columns.cases.affordability[place])
        is_assumed = on_file != int(self.cases.affordability[place])
        return "assumed_met" if is_assumed else AFFORDABILITY[on_file]

    def evidence(self) -> dict[str, Any]:
        """The figures that a proposal keeps: what its proposer saw."""
        before, after = self.total.before, self.total.after
        return {
            "cases": len(self.columns),
            "won": [self.won.cases, self.won.credit],
            "lost": [self.lost.cases, self.lost.credit],
            "referred": [before.referred, after.referred],
            "expected_loss": [list(before.loss_by_cycle), list(after.loss_by_cycle)],
            "lgd": self.assumptions.lgd,
            **({"budgets_assumed": self.unknown_budgets} if self.assumptions.fits_unknown else {}),
        }

    def csv_lines(self) -> Iterator[str]:
        """The rows as lines of a file."""
        writer = csv.writer(Line(), lineterminator="\n")
        return map(writer.writerow, self.csv_rows())

    def csv_rows(self) -> Iterator[list[str]]:
        """Every case: probability, credit, what else decides, and the verdict under both policies.

        A case is incomplete where its probability, over plausible values of what is missing, reaches from
        one verdict of a policy to another. Numbers read back exactly; amounts are those that people read.
        """
        yield [
            "assessment",
            "model_version",
            "contract_type",
            "probability",
            "amount_credit",
            "incomplete",
            "affordability",
            "verdict_in_force",
            "verdict_compared",
            "expected_loss",
            "incomplete_compared",
            "lowest_probability",
            "highest_probability",
        ]
        columns, (before, after) = self.columns, self.verdicts
        incomplete, compared = (side.finds_incomplete(columns.cases) for side in self.sides)
        versions = model_versions(columns)
        for place in range(len(columns)):
            probability = columns.cases.probability[place]
            credit = formatting.shown_amount(float(columns.cases.credit[place]))
            yield [
                str(columns.keys[place]),
                versions[int(columns.keys[place])],
                columns.contract_type.texts[columns.contract_type.codes[place]],
                repr(float(probability)),
                repr(credit),
                str(int(incomplete[place])),
                self._affordability(place),
                VERDICTS[int(before[place])],
                VERDICTS[int(after[place])],
                repr(float(probability * credit * self.assumptions.lgd)),
                str(int(compared[place])),
                repr(float(columns.cases.lowest[place])),
                repr(float(columns.cases.highest[place])),
            ]


def _size(comparison: Comparison) -> int:
    before = comparison.before
    return before.accepted + before.refused + before.referred


def _sex(code: str) -> str | Promise:
    return formatting.localize(SEXES[code]) if code in SEXES else _("not known")
