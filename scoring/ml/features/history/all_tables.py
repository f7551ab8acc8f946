"""The history of every client: the aggregates of the six history tables, side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import ibis
from ibis.expr.types import Table

from scoring.ml.features.history.bureau import recipe as bureau
from scoring.ml.features.history.bureau_balance import recipe as bureau_balance
from scoring.ml.features.history.card import recipe as card
from scoring.ml.features.history.installments import recipe as installments
from scoring.ml.features.history.pos_cash import recipe as pos_cash
from scoring.ml.features.history.previous import recipe as previous
from scoring.ml.features.spec.aggregations import CLIENT, ROWS
from scoring.ml.features.spec.feature import Feature
from scoring.ml.tables.schema import Text

HISTORY_GROUPS: Mapping[str, Text] = {
    "other_lenders_debt": Text("Debts at other lenders", "Dettes chez d’autres prêteurs"),
    "other_lenders_history": Text(
        "Loan history at other lenders", "Historique de crédit chez d’autres prêteurs"
    ),
    "other_lenders_lateness": Text(
        "Late payments at other lenders", "Retards de paiement chez d’autres prêteurs"
    ),
    "previous_applications": Text("Previous applications with us", "Demandes précédentes chez nous"),
    "previous_refusals": Text("Previous refusals", "Refus précédents"),
    "previous_terms": Text("Terms of previous loans with us", "Conditions des crédits précédents chez nous"),
    "instalment_delays": Text("Delays on past instalments", "Retards sur les échéances passées"),
    "instalment_amounts": Text("Amounts of past instalments", "Montants des échéances passées"),
    "pos_progress": Text("Progress of past instalment loans", "Avancement des crédits passés à échéances"),
    "pos_lateness": Text("Delays on past instalment loans", "Retards sur les crédits passés à échéances"),
    "card_usage": Text("Use of our credit card", "Utilisation de notre carte de crédit"),
    "card_lateness": Text("Delays on our credit card", "Retards sur notre carte de crédit"),
}


@dataclass(frozen=True, eq=False)
class Part:
    """One table's share of the history. `needs` are the tables it is computed from, itself first; `adds` are
    tables that tell more of the same rows where they were provided (None where not)."""

    needs: tuple[str, ...]
    aggregates: tuple[Feature, ...]
    history: Callable[..., Table]
    adds: tuple[str, ...] = ()

    @property
    def rows(self) -> str:
        return f"ROWS_{self.needs[0]}"

    @property
    def key(self) -> str:
        return f"{CLIENT}_{self.needs[0]}"


PARTS = (
    Part(("bureau",), bureau.AGGREGATES, bureau.history),
    Part(("bureau_balance", "bureau"), bureau_balance.AGGREGATES, bureau_balance.history),
    Part(("previous_application",), previous.AGGREGATES, previous.history, adds=("installments_payments",)),
    Part(("pos_cash_balance",), pos_cash.AGGREGATES, pos_cash.history),
    Part(
        ("installments_payments",),
        installments.AGGREGATES,
        installments.history,
        adds=("previous_application",),
    ),
    Part(("credit_card_balance",), card.AGGREGATES, card.history),
)
AGGREGATES: tuple[Feature, ...] = tuple(feature for part in PARTS for feature in part.aggregates)


def history(tables: Mapping[str, Table]) -> Table:
    """One row per client that has any history row in `tables` (by name; any table may be absent).

    Columns: SK_ID_CURR; every one of AGGREGATES as a double, missing where the client has no such history or
    the table is absent; ROWS_<table>, how many rows the client has in each table that was provided.
    """
    provided = [part for part in PARTS if all(name in tables for name in part.needs)]
    if not provided:
        return ibis.memtable(
            [], schema={CLIENT: "int64", **{feature.name: "float64" for feature in AGGREGATES}}
        )
    return side_by_side({part: one(part, tables) for part in provided})


def one(part: Part, tables: Mapping[str, Table]) -> Table:
    """One table's history; its key has a name of its own, so that all can be joined at once."""
    given = (*(tables[name] for name in part.needs), *(tables.get(name) for name in part.adds))
    return part.history(*given).rename({part.rows: ROWS, part.key: CLIENT})


def side_by_side(histories: Mapping[Part, Table]) -> Table:
    """The union of the clients of all histories, each with its row of every history."""
    keys = [table.select(table[part.key].name(CLIENT)) for part, table in histories.items()]
    joined = reduce(Table.union, keys).distinct()
    for part, table in histories.items():
        joined = joined.left_join(table, joined[CLIENT] == table[part.key])
    provided = {feature.name for part in histories for feature in part.aggregates}
    values = {
        feature.name: joined[feature.name] if feature.name in provided else ibis.null("float64")
        for feature in AGGREGATES
    }
    return joined.select(
        CLIENT, **values, **{part.rows: joined[part.rows].fill_null(0) for part in histories}
    )
