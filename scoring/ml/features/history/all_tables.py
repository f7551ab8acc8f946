"""The history of every client: the aggregates of the six history tables, joined by client."""

from collections.abc import Callable, Collection, Mapping
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
class TableHistory:
    """The aggregates of one history table.

    `required` are the tables that they are computed from, the table itself first. `optional` tables add
    columns to the same rows where they were provided; `compute` is given None for one that was not.
    """

    required: tuple[str, ...]
    aggregates: tuple[Feature, ...]
    compute: Callable[..., Table]
    optional: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.required[0]

    @property
    def rows_column(self) -> str:
        return f"ROWS_{self.table}"

    @property
    def key_column(self) -> str:
        return f"{CLIENT}_{self.table}"


TABLE_HISTORIES = (
    TableHistory(("bureau",), bureau.AGGREGATES, bureau.history),
    TableHistory(("bureau_balance", "bureau"), bureau_balance.AGGREGATES, bureau_balance.history),
    TableHistory(
        ("previous_application",),
        previous.AGGREGATES,
        previous.history,
        optional=("installments_payments",),
    ),
    TableHistory(("pos_cash_balance",), pos_cash.AGGREGATES, pos_cash.history),
    TableHistory(
        ("installments_payments",),
        installments.AGGREGATES,
        installments.history,
        optional=("previous_application",),
    ),
    TableHistory(("credit_card_balance",), card.AGGREGATES, card.history),
)
AGGREGATES: tuple[Feature, ...] = tuple(
    feature for table_history in TABLE_HISTORIES for feature in table_history.aggregates
)


def computable(tables: Collection[str]) -> list[TableHistory]:
    """Return the table histories whose required tables are among `tables`."""
    return [
        table_history
        for table_history in TABLE_HISTORIES
        if all(name in tables for name in table_history.required)
    ]


def history(tables: Mapping[str, Table]) -> Table:
    """Compute one row per client that has any history row in `tables` (by name; any table may be absent).

    Columns: SK_ID_CURR; every one of AGGREGATES as a double, missing where the client has no such history or
    the table is absent; ROWS_<table>, how many rows the client has in each table that was provided.
    """
    provided = computable(tables)
    if not provided:
        return ibis.memtable(
            [], schema={CLIENT: "int64", **{feature.name: "float64" for feature in AGGREGATES}}
        )
    return _join({table_history: aggregated(table_history, tables) for table_history in provided})


def aggregated(table_history: TableHistory, tables: Mapping[str, Table]) -> Table:
    """Compute one table's history; its key column has its own name, so that all can be joined at once."""
    required = (tables[name] for name in table_history.required)
    optional = (tables.get(name) for name in table_history.optional)
    columns = {table_history.rows_column: ROWS, table_history.key_column: CLIENT}
    return table_history.compute(*required, *optional).rename(columns)


def _join(histories: Mapping[TableHistory, Table]) -> Table:
    """Join the histories on the union of their clients."""
    keys = [table.select(table[item.key_column].name(CLIENT)) for item, table in histories.items()]
    joined = reduce(Table.union, keys).distinct()
    for item, table in histories.items():
        joined = joined.left_join(table, joined[CLIENT] == table[item.key_column])
    provided = {feature.name for item in histories for feature in item.aggregates}
    values = {
        feature.name: joined[feature.name] if feature.name in provided else ibis.null("float64")
        for feature in AGGREGATES
    }
    row_counts = {item.rows_column: joined[item.rows_column].fill_null(0) for item in histories}
    return joined.select(CLIENT, **values, **row_counts)
