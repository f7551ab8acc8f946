"""A folder's tables, restricted to a range of clients."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis

    from scoring.ml.tables.folder import Folder

CLIENT = "SK_ID_CURR"
LOAN = "SK_ID_BUREAU"


def clients_between(folder: "Folder", first: int, last: int) -> Mapping[str, "ibis.Table"]:
    """Return the application and the provided history of the clients from `first` to `last`, both included.

    They are temporary tables under the same names for every call, so that a query compiled once serves all.
    """
    tables = {"application": folder.application, **folder.history}
    ranges = {
        name: _create(folder, name, table.filter(table[CLIENT].between(first, last)))
        for name, table in tables.items()
        if CLIENT in table.columns
    }
    # The months of a loan at another lender name the loan, not the client.
    for name in tables.keys() - ranges.keys():
        ranges[name] = _create(folder, name, tables[name].semi_join(ranges["bureau"], LOAN))
    return ranges


def _create(folder: "Folder", name: str, rows: "ibis.Table") -> "ibis.Table":
    # Not create_table(overwrite=True): with this sqlglot, Ibis writes the DROP without the table's name.
    folder.connection.raw_sql(f"CREATE OR REPLACE TEMP TABLE part_{name} AS {rows.compile()}")
    return folder.connection.table(f"part_{name}", database="temp.main")
