"""Filters of the months of a client's credit cards: by time before the application or order."""

from ibis import _

from scoring.ml.features.spec.recipes import RowFilter
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text


def months_of(period: Text) -> Text:
    return Text(f"{period.en} of our credit card", f"{period.fr} de notre carte")


ALL = RowFilter("", Text("months of our credit card", "les mois de notre carte"))
M2, M3, M6, M12, M24, M48 = last_months("MONTHS_BALANCE", 2, 3, 6, 12, 24, 48, rows=months_of, days=False)
LAST = RowFilter(
    "LAST",
    Text("the last known month of our credit card", "le dernier mois connu de notre carte"),
    _.RANK == 1,
)
