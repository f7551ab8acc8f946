"""The editable fields of a simulation, with unit, bounds and step.

Nothing else can change: not the ratings, not the history, not age, family, region or dwelling. Most fields
are raw columns; the others are what a person would say instead and are translated to them in
`request.translate`.
"""

from dataclasses import dataclass
from typing import Final

from scoring.ml.features.application.amounts import LOAN_TERMS
from scoring.ml.features.application.columns import COLUMNS_BY_GROUP, MAX_INCOME
from scoring.ml.features.spec.feature import Unit
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text

MIN_MONTHS: Final = float(LOAN_TERMS[0])
MAX_MONTHS: Final = float(LOAN_TERMS[-1])

DOWN_PAYMENT: Final = "DOWN_PAYMENT"
DURATION: Final = "DURATION"
MONTHS_EMPLOYED: Final = "MONTHS_EMPLOYED"


@dataclass(frozen=True, slots=True)
class Editable:
    """One field. Bounds are inclusive, `step` is a slider's; a `filled` field may not be emptied."""

    name: str
    unit: Unit
    label: Text
    help: Text
    low: float
    high: float
    step: float
    filled: bool = True


_NO_HELP: Final = Text("", "")

EDITABLE: Final = (
    Editable(
        "AMT_CREDIT",
        Unit.MONEY,
        Text("Credit", "Crédit"),
        Text(
            "Below the price of the goods, the price financed follows: the client pays the rest.",
            "En dessous du prix du bien, le prix financé suit : le client paie le reste.",
        ),
        low=1_000.0,
        high=5_000_000.0,
        step=1_000.0,
    ),
    Editable(
        DOWN_PAYMENT,
        Unit.MONEY,
        Text("Down payment", "Apport"),
        Text(
            "Paid by the client: lowers the credit and the price financed by as much.",
            "Versé par le client : diminue d’autant le crédit et le prix financé.",
        ),
        low=0.0,
        high=5_000_000.0,
        step=1_000.0,
    ),
    Editable(
        "AMT_ANNUITY",
        Unit.MONEY,
        Text("Monthly instalment", "Mensualité"),
        Text("Give the instalment or the duration.", "Indiquez la mensualité ou la durée."),
        low=100.0,
        high=500_000.0,
        step=100.0,
    ),
    Editable(
        DURATION,
        Unit.DURATION_MONTHS,
        Text("Duration (months)", "Durée (mois)"),
        Text(
            "Sets the instalment: equal payments at the yearly rate that the request implies today.",
            "Fixe la mensualité : versements égaux au taux que suppose la demande.",
        ),
        low=MIN_MONTHS,
        high=MAX_MONTHS,
        step=1.0,
    ),
    Editable(
        "AMT_GOODS_PRICE",
        Unit.MONEY,
        Text("Price of the goods", "Prix du bien"),
        Text("The part that the credit finances.", "La part que le crédit finance."),
        low=1_000.0,
        high=5_000_000.0,
        step=1_000.0,
        filled=False,
    ),
    Editable(
        "AMT_INCOME_TOTAL",
        Unit.MONEY,
        Text("Monthly income", "Revenu mensuel"),
        _NO_HELP,
        low=1_000.0,
        high=MAX_INCOME,
        step=1_000.0,
    ),
    Editable(
        MONTHS_EMPLOYED,
        Unit.DURATION_MONTHS,
        Text("Time in the current job (months)", "Ancienneté dans l’emploi (mois)"),
        _NO_HELP,
        low=0.0,
        high=600.0,
        step=1.0,
        filled=False,
    ),
)
# The documents that are features; the others are the same for nearly everybody.
DOCUMENTS: Final = tuple(
    Editable(name, Unit.FLAG, column("application", name).label, _NO_HELP, 0.0, 1.0, 1.0)
    for name in COLUMNS_BY_GROUP["documents"]
    if name.startswith("FLAG_DOCUMENT_")
)
BY_NAME: Final = {field.name: field for field in (*EDITABLE, *DOCUMENTS)}

# The raw columns that the fields above can change.
CHANGEABLE_COLUMNS: Final = frozenset(
    {
        "AMT_CREDIT",
        "AMT_ANNUITY",
        "AMT_GOODS_PRICE",
        "AMT_INCOME_TOTAL",
        "DAYS_EMPLOYED",
        *(document.name for document in DOCUMENTS),
    }
)
