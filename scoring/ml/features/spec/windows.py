"""Windows of history rows, by time before the application or by rank within a client."""

from collections.abc import Callable

import ibis
from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import CLIENT
from scoring.ml.features.spec.recipes import RowFilter
from scoring.ml.tables.schema import Text

LOAN = "SK_ID_PREV"
DAYS_PER_MONTH = 365.25 / 12


def last_days(column: str, *lengths: int, rows: Callable[[Text], Text]) -> tuple[RowFilter, ...]:
    """Filter the rows at most so many days before the application; `rows` names them, given the period."""
    return tuple(
        RowFilter(
            f"{days}D",
            rows(period),
            ibis._[column] >= -days,
            period=period,
        )
        for days in lengths
        for period in (Text(f"the last {days} days", f"les {days} derniers jours"),)
    )


def last_months(
    column: str, *lengths: int, rows: Callable[[Text], Text], days: bool
) -> tuple[RowFilter, ...]:
    """Filter the rows at most so many months before the application; `days`: the column holds days."""
    return tuple(
        RowFilter(
            f"{months}M",
            rows(period),
            ibis._[column] >= -(round(months * DAYS_PER_MONTH) if days else months),
            period=period,
        )
        for months in lengths
        for period in (Text(f"the last {months} months", f"les {months} derniers mois"),)
    )


def with_rank(rows: Table, *columns: str, name: str = "RANK") -> Table:
    """Rank the rows within a client by the columns, 1 for the newest.

    Rows that are equal in all the columns share a rank, so that the order in which they are read is of no
    consequence; a key among the columns makes every rank single.
    """
    order = [ibis.desc(column) for column in columns]
    rank = ibis.dense_rank().over(ibis.window(group_by=CLIENT, order_by=order))
    return rows.mutate(**{name: rank + 1})


def with_rank_from_first(rows: Table, *columns: str) -> Table:
    """Add RANK_FROM_FIRST within a client by the columns, 1 for the oldest row."""
    order = [ibis.asc(column) for column in columns]
    rank = ibis.dense_rank().over(ibis.window(group_by=CLIENT, order_by=order))
    return rows.mutate(RANK_FROM_FIRST=rank + 1)


def with_loans(rows: Table, loans: Table) -> Table:
    """Join the columns of each row's loan with us."""
    return rows.inner_join(loans, [CLIENT, LOAN])
