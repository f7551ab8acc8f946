"""Which rows are recent: by time before the application, or by rank within a client."""

from collections.abc import Callable

import ibis
from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import CLIENT
from scoring.ml.features.spec.recipes import Scope
from scoring.ml.tables.schema import Text

LOAN = "SK_ID_PREV"
DAYS_PER_MONTH = 365.25 / 12


def last_days(column: str, *lengths: int, rows: Callable[[Text], Text]) -> tuple[Scope, ...]:
    """Scopes of the rows at most so many days before the application; `rows` names them, given the period."""
    return tuple(
        Scope(
            f"{days}D",
            rows(period),
            ibis._[column] >= -days,
            period=period,
        )
        for days in lengths
        for period in (Text(f"the last {days} days", f"les {days} derniers jours"),)
    )


def last_months(column: str, *lengths: int, rows: Callable[[Text], Text], days: bool) -> tuple[Scope, ...]:
    """Scopes of the rows at most so many months before the application; `days`: the column holds days."""
    return tuple(
        Scope(
            f"{months}M",
            rows(period),
            ibis._[column] >= -(round(months * DAYS_PER_MONTH) if days else months),
            period=period,
        )
        for months in lengths
        for period in (Text(f"the last {months} months", f"les {months} derniers mois"),)
    )


def ranked(rows: Table, *newest_first: str, name: str = "RANK") -> Table:
    """The rows with their rank within a client, 1 for the newest.

    Rows that are equal in all the columns share a rank, so that the order in which they are read is of no
    consequence; a key among the columns makes every rank single.
    """
    order = [ibis.desc(column) for column in newest_first]
    place = ibis.dense_rank().over(ibis.window(group_by=CLIENT, order_by=order))
    return rows.mutate(**{name: place + 1})


def ranked_from_first(rows: Table, *oldest_first: str) -> Table:
    """The rows with their RANK_FROM_FIRST within a client, 1 for the oldest."""
    order = [ibis.asc(column) for column in oldest_first]
    place = ibis.dense_rank().over(ibis.window(group_by=CLIENT, order_by=order))
    return rows.mutate(RANK_FROM_FIRST=place + 1)


def with_loans(rows: Table, loans: Table) -> Table:
    """The rows of past loans with us, each with the columns of its loan."""
    return rows.inner_join(loans, [CLIENT, LOAN])
