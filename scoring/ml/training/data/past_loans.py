"""Earlier loans at this bank, row by row, with the columns that a learned feature family is fitted on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.learned.implied_term import PAST_COLUMNS
from scoring.ml.tables.folder import Folder


def past_loans(folder: Folder) -> dict[str, NDArray[Any]]:
    """Return PAST_COLUMNS of the labelled clients' earlier loans, (r,) each; nothing without the table."""
    if "previous_application" not in folder.history:
        return {}
    previous, application = folder.history["previous_application"], folder.application
    labelled = application.filter(application.TARGET.notnull())
    rows = previous.semi_join(labelled, "SK_ID_CURR").order_by("SK_ID_PREV").select(*PAST_COLUMNS)
    table = folder.connection.con.sql(rows.compile()).to_arrow_table()
    return {name: _numbers(table.column(name)) for name in PAST_COLUMNS}


def _numbers(column: Any) -> NDArray[np.float64]:
    return np.asarray(
        column.combine_chunks().cast("float64").fill_null(np.nan).to_numpy(zero_copy_only=False)
    )
