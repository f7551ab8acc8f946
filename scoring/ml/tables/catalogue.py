"""The catalogue of the seven Home Credit tables and their columns."""

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

PROTECTED: Final[tuple[str, ...]] = tuple(column.name for column in APPLICATION.columns if column.protected)

_COLUMNS: Final = {(table.name, column.name): column for table in TABLES.values() for column in table.columns}


def column(table: str, name: str) -> Column:
    """Return the declaration of one raw column; KeyError when the table has no such column."""
    return _COLUMNS[table, name]
