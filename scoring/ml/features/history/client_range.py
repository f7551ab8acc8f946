"""The tables of a folder cut down to some of its clients."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis

    from scoring.ml.tables.folder import Folder

CLIENT = "SK_ID_CURR"
LOAN = "SK_ID_BUREAU"


def clients_between(folder: "Folder", first: int, last: int) -> Mapping[str, "ibis.Table"]:
    """The application and the provided history of the clients from `first` to `last`, both included.

    They are temporary tables under the same names for every call, so that a query compiled once serves all.
    """
    tables = {"application": folder.application, **folder.history}
    parts = {
        name: _keep(folder, name, table.filter(table[CLIENT].between(first, last)))
        for name, table in tables.items()
        if CLIENT in table.columns
    }
    # The months of a loan at another lender name the loan, not the client.
    for name in tables.keys() - parts.keys():
        parts[name] = _keep(folder, name, tables[name].semi_join(parts["bureau"], LOAN))
    return parts


def _keep(folder: "Folder", name: str, rows: "ibis.Table") -> "ibis.Table":
    # Not create_table(overwrite=True): with this sqlglot, Ibis writes the DROP without the table's name.
    folder.connection.raw_sql(f"CREATE OR REPLACE TEMP TABLE part_{name} AS {rows.compile()}")
    return folder.connection.table(f"part_{name}", database="temp.main")
