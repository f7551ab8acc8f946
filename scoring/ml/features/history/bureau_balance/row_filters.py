"""Filters of the loans at other lenders that are followed monthly: by status or opening."""

from ibis import _

from scoring.ml.features.spec.labels import with_de
from scoring.ml.features.spec.recipes import RowFilter
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text


def opened_in(period: Text) -> Text:
    return Text(
        f"loans of {period.en} followed monthly at other lenders",
        f"les crédits {with_de(period.fr)} suivis chaque mois chez d’autres prêteurs",
    )


ALL = RowFilter(
    "",
    Text("loans followed monthly at other lenders", "les crédits suivis chaque mois chez d’autres prêteurs"),
)
ACTIVE = RowFilter(
    "ACTIVE",
    Text(
        "active loans followed monthly at other lenders",
        "les crédits actifs suivis chaque mois chez d’autres prêteurs",
    ),
    _.CREDIT_ACTIVE == "Active",
)
CLOSED = RowFilter(
    "CLOSED",
    Text(
        "closed loans followed monthly at other lenders",
        "les crédits soldés suivis chaque mois chez d’autres prêteurs",
    ),
    _.CREDIT_ACTIVE == "Closed",
)
M6, M12, M24, M36 = last_months("DAYS_CREDIT", 6, 12, 24, 36, rows=opened_in, days=True)
