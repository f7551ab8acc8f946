"""Which loans at other lenders an aggregate is over: by status, type, opening or order."""

from ibis import _

from scoring.ml.features.spec.labels import de
from scoring.ml.features.spec.recipes import Scope
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text


def opened_in(period: Text) -> Text:
    return Text(
        f"loans of {period.en} at other lenders", f"les crédits {de(period.fr)} chez d’autres prêteurs"
    )


ALL = Scope("", Text("loans at other lenders", "les crédits chez d’autres prêteurs"))
ACTIVE = Scope(
    "ACTIVE",
    Text("active loans at other lenders", "les crédits actifs chez d’autres prêteurs"),
    _.CREDIT_ACTIVE == "Active",
)
CLOSED = Scope(
    "CLOSED",
    Text("closed loans at other lenders", "les crédits soldés chez d’autres prêteurs"),
    _.CREDIT_ACTIVE == "Closed",
)
CARD = Scope(
    "CARD",
    Text("credit cards at other lenders", "les cartes de crédit chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Credit card",
)
CONSUMER = Scope(
    "CONSUMER",
    Text("consumer loans at other lenders", "les crédits à la consommation chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Consumer credit",
)
CAR = Scope(
    "CAR",
    Text("car loans at other lenders", "les crédits auto chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Car loan",
)
MORTGAGE = Scope(
    "MORTGAGE",
    Text("mortgages at other lenders", "les crédits immobiliers chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Mortgage",
)
MICRO = Scope(
    "MICRO",
    Text("microloans at other lenders", "les microcrédits chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Microloan",
)
LAST = Scope(
    "LAST",
    Text("the newest loan at another lender", "le crédit le plus récent chez un autre prêteur"),
    _.RANK == 1,
)
LAST3 = Scope(
    "LAST3",
    Text(
        "the three newest loans at other lenders", "les trois crédits les plus récents chez d’autres prêteurs"
    ),
    _.RANK <= 3,
)
M6, M12, M24, M36 = last_months("DAYS_CREDIT", 6, 12, 24, 36, rows=opened_in, days=True)
FIRST = Scope(
    "FIRST",
    Text("the first loan at another lender", "le premier crédit chez un autre prêteur"),
    _.RANK_FROM_FIRST == 1,
)
