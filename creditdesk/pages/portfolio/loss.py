"""Expected loss of the open loans: scenarios, products, reverse stress, and the table that they rest on."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.csv_cells import Line
from accounts.models import User
from creditdesk.cases.open_loans import PRODUCTS, OpenLoans, open_loans
from creditdesk.forms.loss_table import LossTableAnswerForm, LossTableForm
from creditdesk.forms.policy import compared_anew
from scoring.ml.metrics.expected_loss import (
    Exposures,
    ReverseStress,
    Scenario,
    losses,
    reverse_stress,
    weighted,
)
from scoring.ml.metrics.policy_comparison import in_cycle
from scoring.ml.tables.catalogue import column
from scoring.models import LossTable, loss_table_in_force
from scoring.presentation import formatting

SCENARIOS: Final[dict[str, str | Promise]] = {
    "favourable": _("Favourable"),
    "as_assessed": _("As assessed"),
    "adverse": _("Adverse"),
}


class ScenarioLoss(NamedTuple):
    """What a scenario makes of the loans; `share` is of what is owed."""

    scenario: Scenario
    label: str | Promise
    default_rate: float
    loss: float
    share: float


class ProductLoss(NamedTuple):
    label: str
    loans: int
    owed: float
    lgd: float
    loss: float


@dataclass(eq=False)
class ExpectedLossPage:
    """`refusal` is why an act was not recorded."""

    reader: User
    form: LossTableForm | None = None
    answer_form: LossTableAnswerForm | None = None
    refusal: str = ""

    @cached_property
    def table(self) -> LossTable | None:
        return loss_table_in_force()

    @cached_property
    def loans(self) -> OpenLoans | None:
        """None without a table, or for who does not read the portfolio."""
        if self.table is None or not self.reader.has_perm("creditdesk.view_portfolio"):
            return None
        return open_loans(self.table)

    @property
    def exposures(self) -> Exposures | None:
        return self.loans.exposures if self.loans and len(self.loans) else None

    @cached_property
    def scenarios(self) -> list[ScenarioLoss]:
        exposures, table = self.exposures, self.table
        if exposures is None or table is None:
            return []
        return [_in_scenario(exposures, scenario) for scenario in table.scenarios]

    @cached_property
    def expected(self) -> float:
        """As assessed, without a scenario."""
        return float(losses(self.exposures).sum()) if self.exposures else 0.0

    @property
    def weighted(self) -> float:
        return weighted(self.exposures, self.table.scenarios) if self.exposures and self.table else 0.0

    @cached_property
    def reverse(self) -> ReverseStress | None:
        return (
            reverse_stress(self.exposures, self.table.loss_limit) if self.exposures and self.table else None
        )

    @property
    def products(self) -> list[ProductLoss]:
        loans, table = self.loans, self.table
        if loans is None or table is None:
            return []
        return [
            _of_product(loans, place, table)
            for place in range(len(PRODUCTS))
            if (loans.product == place).any()
        ]

    @cached_property
    def proposal(self) -> LossTableForm:
        if self.form is None:
            return LossTableForm.of(self.table)
        version = self.table.version if self.table else None
        return compared_anew(self.form, version) if self.refusal else self.form

    @property
    def answer(self) -> LossTableAnswerForm:
        return self.answer_form or LossTableAnswerForm(label_suffix="")

    @property
    def terms_in_force(self) -> list[tuple[str, str]]:
        return table_terms(self.table) if self.table else []

    @property
    def proposals(self) -> list[tuple[LossTable, list[tuple[str, str]]]]:
        """Each table that waits for a second person, with its terms."""
        tables = LossTable.objects.pending().with_people()
        return [(table, table_terms(table)) for table in tables]


def table_terms(table: LossTable) -> list[tuple[str, str]]:
    """The terms of a table in words."""
    percent = formatting.percent
    return [
        (gettext("Cash loans: lost on a default"), percent(table.lgd_cash, 1)),
        (gettext("Cash loans: owed at default, of the credit"), percent(table.ead_cash, 1)),
        (gettext("Revolving loans: lost on a default"), percent(table.lgd_revolving, 1)),
        (gettext("Revolving loans: owed at default, of the credit"), percent(table.ead_revolving, 1)),
        (
            gettext("Favourable scenario: log-odds, weight"),
            f"{formatting.signed(table.favourable_shift, 2)} · {percent(table.favourable_weight, 0)}",
        ),
        (
            gettext("Adverse scenario: log-odds, lost share, weight"),
            f"{formatting.signed(table.adverse_shift, 2)} · "
            f"× {formatting.number(table.adverse_lgd_factor, 2)} · {percent(table.adverse_weight, 0)}",
        ),
        (gettext("Loss that the reverse stress looks for"), percent(table.loss_limit, 1)),
    ]


def csv_lines(loans: OpenLoans, table: LossTable) -> Iterator[str]:
    """A line for each open loan, without reference, to be computed again elsewhere, in amounts as shown."""
    writer = csv.writer(Line())
    head = [
        "product",
        "probability",
        "lgd",
        "ead",
        *(f"loss_{scenario.code}" for scenario in table.scenarios),
    ]
    yield writer.writerow(head)
    exposures = loans.exposures
    amounts = [exposures.ead, *(losses(exposures, scenario) for scenario in table.scenarios)]
    rows = zip(
        loans.product.tolist(),
        exposures.probability.tolist(),
        exposures.lgd.tolist(),
        *(map(formatting.shown_amount, amount.tolist()) for amount in amounts),
        strict=True,
    )
    for product, *numbers in rows:
        yield writer.writerow([PRODUCTS[product], *map(repr, numbers)])


def _in_scenario(exposures: Exposures, scenario: Scenario) -> ScenarioLoss:
    loss = float(losses(exposures, scenario).sum())
    rate = float(in_cycle(exposures.probability, scenario.shift).mean())
    return ScenarioLoss(scenario, SCENARIOS[scenario.code], rate, loss, loss / exposures.total)


def _of_product(loans: OpenLoans, place: int, table: LossTable) -> ProductLoss:
    part = loans.exposures.only(loans.product == place)
    name = PRODUCTS[place]
    label = formatting.column_in_words(column("application", "NAME_CONTRACT_TYPE"), name)
    return ProductLoss(label, len(part), part.total, table.lgd(name), float(losses(part).sum()))
