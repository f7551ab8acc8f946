"""Filters of the loans at other lenders: by status, type, opening or order."""

from ibis import _

from scoring.ml.features.spec.labels import with_de
from scoring.ml.features.spec.recipes import RowFilter
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text


def opened_in(period: Text) -> Text:
    return Text(
        f"loans of {period.en} at other lenders", f"les crédits {with_de(period.fr)} chez d’autres prêteurs"
    )


ALL = RowFilter("", Text("loans at other lenders", "les crédits chez d’autres prêteurs"))
ACTIVE = RowFilter(
    "ACTIVE",
    Text("active loans at other lenders", "les crédits actifs chez d’autres prêteurs"),
    _.CREDIT_ACTIVE == "Active",
)
CLOSED = RowFilter(
    "CLOSED",
    Text("closed loans at other lenders", "les crédits soldés chez d’autres prêteurs"),
    _.CREDIT_ACTIVE == "Closed",
)
CARD = RowFilter(
    "CARD",
    Text("credit cards at other lenders", "les cartes de crédit chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Credit card",
)
CONSUMER = RowFilter(
    "CONSUMER",
    Text("consumer loans at other lenders", "les crédits à la consommation chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Consumer credit",
)
CAR = RowFilter(
    "CAR",
    Text("car loans at other lenders", "les crédits auto chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Car loan",
)
MORTGAGE = RowFilter(
    "MORTGAGE",
    Text("mortgages at other lenders", "les crédits immobiliers chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Mortgage",
)
MICRO = RowFilter(
    "MICRO",
    Text("microloans at other lenders", "les microcrédits chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Microloan",
)
LAST = RowFilter(
    "LAST",
    Text("the newest loan at another lender", "le crédit le plus récent chez un autre prêteur"),
    _.RANK == 1,
)
LAST3 = RowFilter(
    "LAST3",
    Text(
        "the three newest loans at other lenders", "les trois crédits les plus récents chez d’autres prêteurs"
    ),
    _.RANK <= 3,
)
M6, M12, M24, M36 = last_months("DAYS_CREDIT", 6, 12, 24, 36, rows=opened_in, days=True)
FIRST = RowFilter(
    "FIRST",
    Text("the first loan at another lender", "le premier crédit chez un autre prêteur"),
    _.RANK_FROM_FIRST == 1,
)
