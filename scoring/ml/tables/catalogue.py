"""The seven Home Credit tables, column by column: what a file may hold and what it is called on a page."""

from collections.abc import Mapping
from typing import Final

from scoring.ml.tables.application import APPLICATION
from scoring.ml.tables.bureau import BUREAU, BUREAU_BALANCE
from scoring.ml.tables.contracts import CREDIT_CARD_BALANCE, INSTALLMENTS_PAYMENTS, POS_CASH_BALANCE
from scoring.ml.tables.previous import PREVIOUS_APPLICATION
from scoring.ml.tables.schema import Column, Table

TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (
        APPLICATION,
        BUREAU,
        BUREAU_BALANCE,
        PREVIOUS_APPLICATION,
        POS_CASH_BALANCE,
        CREDIT_CARD_BALANCE,
        INSTALLMENTS_PAYMENTS,
    )
}

HISTORY: Final[tuple[str, ...]] = tuple(name for name in TABLES if name != APPLICATION.name)

PROTECTED: Final[tuple[str, ...]] = tuple(c.name for c in APPLICATION.columns if c.protected)

_COLUMNS: Final = {(table.name, c.name): c for table in TABLES.values() for c in table.columns}


def column(table: str, name: str) -> Column:
    """The declaration of one raw column; KeyError when the table has no such column."""
    return _COLUMNS[table, name]
