"""Measures of a previous application: amounts, terms, price, dates and categories."""

from scoring.ml.features.spec.categories import vocabulary
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form
from scoring.ml.features.spec.measures import OF, Category, DateMeasure, NumericMeasure, RowCount
from scoring.ml.tables.catalogue import column

APPLICATIONS, TERMS = "previous_applications", "previous_terms"

COUNT = RowCount("APPLICATIONS", APPLICATIONS)
DECISION = DateMeasure("DAYS_DECISION", APPLICATIONS, Unit.DAYS_AGO, "decision", "la décision", Form.F)
GAP = NumericMeasure(
    "GAP",
    APPLICATIONS,
    Unit.DURATION_DAYS,
    "time since the application before",
    "le délai {} depuis la demande d’avant",
)
HOUR = NumericMeasure(
    "HOUR_APPR_PROCESS_START", APPLICATIONS, Unit.NUMBER, "hour of day", "l’heure {} de dépôt", Form.F, OF
)
REQUESTED = NumericMeasure(
    "AMT_APPLICATION", APPLICATIONS, Unit.MONEY, "amount asked for", "le montant {} demandé"
)
CREDIT = NumericMeasure("AMT_CREDIT", APPLICATIONS, Unit.MONEY, "credit granted", "le crédit {} accordé")
ANNUITY = NumericMeasure("AMT_ANNUITY", TERMS, Unit.MONEY, "instalment", "la mensualité {}", Form.F)
DOWN_RATE = NumericMeasure(
    "RATE_DOWN_PAYMENT", TERMS, Unit.PERCENT, "down payment rate", "le taux {} d’apport"
)
REQUESTED_TO_GRANTED = NumericMeasure(
    "ASKED_TO_GRANTED",
    TERMS,
    Unit.RATIO,
    "ratio of amount asked to credit granted",
    "le rapport {} du montant demandé au crédit accordé",
)
CREDIT_TO_GOODS = NumericMeasure(
    "CREDIT_TO_GOODS",
    TERMS,
    Unit.RATIO,
    "ratio of credit to price of the goods",
    "le rapport {} du crédit au prix du bien",
)
CREDIT_TO_ANNUITY = NumericMeasure(
    "CREDIT_TO_ANNUITY",
    TERMS,
    Unit.NUMBER,
    "credit in monthly instalments",
    "le crédit {} en nombre de mensualités",
)
TERM = NumericMeasure("CNT_PAYMENT", TERMS, Unit.DURATION_MONTHS, "term", "la durée {}", Form.F)
INTEREST = NumericMeasure(
    "INTEREST_SHARE",
    TERMS,
    Unit.PERCENT,
    "interest as a share of the credit",
    "la part {} d’intérêts dans le crédit",
    Form.F,
)
RATE = NumericMeasure(
    "MONTHLY_RATE",
    TERMS,
    Unit.PERCENT,
    "monthly interest rate",
    "le taux d’intérêt mensuel {}",
)
YIELD = NumericMeasure(
    "YIELD_CLASS",
    TERMS,
    Unit.NUMBER,
    "interest class (1 low to 4 high)",
    "la classe {} de taux (1 basse à 4 haute)",
    Form.F,
)
FIRST_DRAWING = DateMeasure(
    "DAYS_FIRST_DRAWING", APPLICATIONS, Unit.DAYS_AGO, "first drawing", "le premier retrait"
)
PLANNED_END = DateMeasure(
    "DAYS_LAST_DUE_1ST_VERSION",
    APPLICATIONS,
    Unit.DAYS_AGO,
    "planned last due date",
    "la dernière échéance prévue",
    Form.F,
    planned=True,
)
LAST_DUE = DateMeasure(
    "DAYS_LAST_DUE", APPLICATIONS, Unit.DAYS_AGO, "last due date", "la dernière échéance", Form.F
)
EARLY_END = NumericMeasure(
    "EARLY_END",
    TERMS,
    Unit.DURATION_DAYS,
    "lead of the actual end over the planned end",
    "l’avance {} de la fin effective sur la fin prévue",
    Form.F,
)
REMAINING = NumericMeasure(
    "REMAINING_DEBT", APPLICATIONS, Unit.MONEY, "amount left to pay", "le montant {} restant à payer"
)
REPAID = NumericMeasure(
    "REPAID",
    APPLICATIONS,
    Unit.PERCENT,
    "share of instalments already due",
    "la part {} d’échéances déjà échues",
    Form.F,
)
GOODS = NumericMeasure(
    "AMT_GOODS_PRICE", APPLICATIONS, Unit.MONEY, "price of the goods", "le prix {} du bien"
)
DOWN = NumericMeasure("AMT_DOWN_PAYMENT", TERMS, Unit.MONEY, "down payment", "l’apport {}")
REQUESTED_LESS_GRANTED = NumericMeasure(
    "ASKED_LESS_GRANTED",
    TERMS,
    Unit.MONEY,
    "amount asked for but not granted",
    "le montant {} demandé mais non accordé",
)
SIMPLE_RATE = NumericMeasure(
    "SIMPLE_RATE", TERMS, Unit.PERCENT, "simple yearly rate", "le taux annuel simple {}"
)
COST_TO_GOODS = NumericMeasure(
    "COST_TO_GOODS",
    TERMS,
    Unit.RATIO,
    "sum of instalments over the price of the goods",
    "le total {} des mensualités rapporté au prix du bien",
)
FIRST_DUE = DateMeasure(
    "DAYS_FIRST_DUE", APPLICATIONS, Unit.DAYS_AGO, "first due date", "la première échéance", Form.F
)
TERMINATION = DateMeasure(
    "DAYS_TERMINATION", APPLICATIONS, Unit.DAYS_AGO, "end of the contract", "la fin du contrat", Form.F
)
RUN = NumericMeasure(
    "RUN",
    TERMS,
    Unit.DURATION_DAYS,
    "time from decision to end",
    "le temps {} entre la décision et la fin",
)
UNPAID = NumericMeasure(
    "UNPAID", APPLICATIONS, Unit.COUNT, "number of instalments left", "le nombre {} de mensualités restantes"
)
DUE_WITHIN_6 = NumericMeasure(
    "DUE_WITHIN_6M",
    APPLICATIONS,
    Unit.MONEY,
    "amount due within 6 months",
    "le montant {} à payer sous 6 mois",
)
DUE_WITHIN_12 = NumericMeasure(
    "DUE_WITHIN_12M",
    APPLICATIONS,
    Unit.MONEY,
    "amount due within 12 months",
    "le montant {} à payer sous 12 mois",
)
PAID_SO_FAR = NumericMeasure(
    "PAID_SO_FAR", APPLICATIONS, Unit.MONEY, "amount paid back so far", "le montant {} remboursé à ce jour"
)
CREDIT_LESS_PAID = NumericMeasure(
    "CREDIT_LESS_PAID",
    APPLICATIONS,
    Unit.MONEY,
    "credit not yet paid back",
    "le crédit {} pas encore remboursé",
)
PAID_SHARE = NumericMeasure(
    "PAID_SHARE",
    APPLICATIONS,
    Unit.PERCENT,
    "share of all instalments paid so far",
    "la part {} des mensualités versée à ce jour",
    Form.F,
)
BEHIND = NumericMeasure(
    "BEHIND",
    APPLICATIONS,
    Unit.MONEY,
    "amount due so far and not paid",
    "le montant {} échu et non payé",
)


def category(raw: str, en: str, fr: str) -> Category:
    """Define a category of an application, with the catalogue's vocabulary."""
    group = "previous_refusals" if raw == "CODE_REJECT_REASON" else APPLICATIONS
    return Category(raw, group, en, fr, vocabulary(column("previous_application", raw)))


CATEGORIES = (
    category("PRODUCT_COMBINATION", "product", "le produit"),
    category("NAME_CONTRACT_TYPE", "contract type", "le type de contrat"),
    category("NAME_CONTRACT_STATUS", "outcome", "l’issue"),
    category("CODE_REJECT_REASON", "reason of refusal", "le motif de refus"),
    category("NAME_YIELD_GROUP", "interest band", "la tranche de taux"),
    category("NAME_GOODS_CATEGORY", "goods", "le bien financé"),
    category("CHANNEL_TYPE", "channel", "le canal"),
    category("NAME_CLIENT_TYPE", "type of client", "le type de client"),
    category("NAME_PORTFOLIO", "portfolio", "le portefeuille"),
    category("NAME_PRODUCT_TYPE", "origin of the sale", "l’origine de la vente"),
    category("NAME_CASH_LOAN_PURPOSE", "purpose", "l’objet du prêt"),
    category("NAME_PAYMENT_TYPE", "way of paying", "le mode de paiement"),
    category("NAME_SELLER_INDUSTRY", "sector of the seller", "le secteur du vendeur"),
)
