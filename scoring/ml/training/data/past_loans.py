"""Earlier loans at this bank, row by row, as far as a fitted family learns from them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.learned.implied_term import PAST_COLUMNS
from scoring.ml.tables.folder import Folder


def past_loans(folder: Folder) -> dict[str, NDArray[Any]]:
    """The columns PAST_COLUMNS of the labelled clients' earlier loans, (r,) each; nothing without the table."""
    if "previous_application" not in folder.history:
        return {}
    previous, application = folder.history["previous_application"], folder.application
    known = application.filter(application.TARGET.notnull())
    rows = previous.semi_join(known, "SK_ID_CURR").order_by("SK_ID_PREV").select(*PAST_COLUMNS)
    table = folder.connection.con.sql(rows.compile()).to_arrow_table()
    return {name: _numbers(table.column(name)) for name in PAST_COLUMNS}


def _numbers(column: Any) -> NDArray[np.float64]:
    return np.asarray(
        column.combine_chunks().cast("float64").fill_null(np.nan).to_numpy(zero_copy_only=False)
    )
