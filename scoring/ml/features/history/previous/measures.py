"""What is told of a previous application: amounts, terms, price and dates, in which unit and which words."""

from scoring.ml.features.spec.categories import vocabulary
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form
from scoring.ml.features.spec.measures import OF, Category, Measure, Moment, Rows
from scoring.ml.tables.catalogue import column

APPLICATIONS, TERMS = "previous_applications", "previous_terms"

COUNT = Rows("APPLICATIONS", APPLICATIONS)
DECISION = Moment("DAYS_DECISION", APPLICATIONS, Unit.DAYS_AGO, "decision", "la décision", Form.F)
GAP = Measure(
    "GAP",
    APPLICATIONS,
    Unit.DURATION_DAYS,
    "time since the application before",
    "le délai {} depuis la demande d’avant",
)
HOUR = Measure(
    "HOUR_APPR_PROCESS_START", APPLICATIONS, Unit.NUMBER, "hour of day", "l’heure {} de dépôt", Form.F, OF
)
ASKED = Measure("AMT_APPLICATION", APPLICATIONS, Unit.MONEY, "amount asked for", "le montant {} demandé")
CREDIT = Measure("AMT_CREDIT", APPLICATIONS, Unit.MONEY, "credit granted", "le crédit {} accordé")
ANNUITY = Measure("AMT_ANNUITY", TERMS, Unit.MONEY, "instalment", "la mensualité {}", Form.F)
DOWN_RATE = Measure("RATE_DOWN_PAYMENT", TERMS, Unit.PERCENT, "down payment rate", "le taux {} d’apport")
ASKED_TO_GRANTED = Measure(
    "ASKED_TO_GRANTED",
    TERMS,
    Unit.RATIO,
    "ratio of amount asked to credit granted",
    "le rapport {} du montant demandé au crédit accordé",
)
CREDIT_TO_GOODS = Measure(
    "CREDIT_TO_GOODS",
    TERMS,
    Unit.RATIO,
    "ratio of credit to price of the goods",
    "le rapport {} du crédit au prix du bien",
)
CREDIT_TO_ANNUITY = Measure(
    "CREDIT_TO_ANNUITY",
    TERMS,
    Unit.NUMBER,
    "credit in monthly instalments",
    "le crédit {} en nombre de mensualités",
)
TERM = Measure("CNT_PAYMENT", TERMS, Unit.DURATION_MONTHS, "term", "la durée {}", Form.F)
INTEREST = Measure(
    "INTEREST_SHARE",
    TERMS,
    Unit.PERCENT,
    "interest as a share of the credit",
    "la part {} d’intérêts dans le crédit",
    Form.F,
)
RATE = Measure(
    "MONTHLY_RATE",
    TERMS,
    Unit.PERCENT,
    "monthly interest rate",
    "le taux d’intérêt mensuel {}",
)
YIELD = Measure(
    "YIELD_CLASS",
    TERMS,
    Unit.NUMBER,
    "interest class (1 low to 4 high)",
    "la classe {} de taux (1 basse à 4 haute)",
    Form.F,
)
FIRST_DRAWING = Moment(
    "DAYS_FIRST_DRAWING", APPLICATIONS, Unit.DAYS_AGO, "first drawing", "le premier retrait"
)
PLANNED_END = Moment(
    "DAYS_LAST_DUE_1ST_VERSION",
    APPLICATIONS,
    Unit.DAYS_AGO,
    "planned last due date",
    "la dernière échéance prévue",
    Form.F,
    planned=True,
)
LAST_DUE = Moment(
    "DAYS_LAST_DUE", APPLICATIONS, Unit.DAYS_AGO, "last due date", "la dernière échéance", Form.F
)
EARLY_END = Measure(
    "EARLY_END",
    TERMS,
    Unit.DURATION_DAYS,
    "lead of the actual end over the planned end",
    "l’avance {} de la fin effective sur la fin prévue",
    Form.F,
)
REMAINING = Measure(
    "REMAINING_DEBT", APPLICATIONS, Unit.MONEY, "amount left to pay", "le montant {} restant à payer"
)
REPAID = Measure(
    "REPAID",
    APPLICATIONS,
    Unit.PERCENT,
    "share of instalments already due",
    "la part {} d’échéances déjà échues",
    Form.F,
)
GOODS = Measure("AMT_GOODS_PRICE", APPLICATIONS, Unit.MONEY, "price of the goods", "le prix {} du bien")
DOWN = Measure("AMT_DOWN_PAYMENT", TERMS, Unit.MONEY, "down payment", "l’apport {}")
ASKED_LESS_GRANTED = Measure(
    "ASKED_LESS_GRANTED",
    TERMS,
    Unit.MONEY,
    "amount asked for but not granted",
    "le montant {} demandé mais non accordé",
)
SIMPLE_RATE = Measure("SIMPLE_RATE", TERMS, Unit.PERCENT, "simple yearly rate", "le taux annuel simple {}")
COST_TO_GOODS = Measure(
    "COST_TO_GOODS",
    TERMS,
    Unit.RATIO,
    "sum of instalments over the price of the goods",
    "le total {} des mensualités rapporté au prix du bien",
)
FIRST_DUE = Moment(
    "DAYS_FIRST_DUE", APPLICATIONS, Unit.DAYS_AGO, "first due date", "la première échéance", Form.F
)
TERMINATION = Moment(
    "DAYS_TERMINATION", APPLICATIONS, Unit.DAYS_AGO, "end of the contract", "la fin du contrat", Form.F
)
RUN = Measure(
    "RUN",
    TERMS,
    Unit.DURATION_DAYS,
    "time from decision to end",
    "le temps {} entre la décision et la fin",
)
UNPAID = Measure(
    "UNPAID", APPLICATIONS, Unit.COUNT, "number of instalments left", "le nombre {} de mensualités restantes"
)
DUE_WITHIN_6 = Measure(
    "DUE_WITHIN_6M",
    APPLICATIONS,
    Unit.MONEY,
    "amount due within 6 months",
    "le montant {} à payer sous 6 mois",
)
DUE_WITHIN_12 = Measure(
    "DUE_WITHIN_12M",
    APPLICATIONS,
    Unit.MONEY,
    "amount due within 12 months",
    "le montant {} à payer sous 12 mois",
)
PAID_SO_FAR = Measure(
    "PAID_SO_FAR", APPLICATIONS, Unit.MONEY, "amount paid back so far", "le montant {} remboursé à ce jour"
)
CREDIT_LESS_PAID = Measure(
    "CREDIT_LESS_PAID",
    APPLICATIONS,
    Unit.MONEY,
    "credit not yet paid back",
    "le crédit {} pas encore remboursé",
)
PAID_SHARE = Measure(
    "PAID_SHARE",
    APPLICATIONS,
    Unit.PERCENT,
    "share of all instalments paid so far",
    "la part {} des mensualités versée à ce jour",
    Form.F,
)
BEHIND = Measure(
    "BEHIND",
    APPLICATIONS,
    Unit.MONEY,
    "amount due so far and not paid",
    "le montant {} échu et non payé",
)


def word(raw: str, en: str, fr: str) -> Category:
    """A category of an application, as its code in the catalogue's vocabulary."""
    group = "previous_refusals" if raw == "CODE_REJECT_REASON" else APPLICATIONS
    return Category(raw, group, en, fr, vocabulary(column("previous_application", raw)))


CATEGORIES = (
    word("PRODUCT_COMBINATION", "product", "le produit"),
    word("NAME_CONTRACT_TYPE", "contract type", "le type de contrat"),
    word("NAME_CONTRACT_STATUS", "outcome", "l’issue"),
    word("CODE_REJECT_REASON", "reason of refusal", "le motif de refus"),
    word("NAME_YIELD_GROUP", "interest band", "la tranche de taux"),
    word("NAME_GOODS_CATEGORY", "goods", "le bien financé"),
    word("CHANNEL_TYPE", "channel", "le canal"),
    word("NAME_CLIENT_TYPE", "type of client", "le type de client"),
    word("NAME_PORTFOLIO", "portfolio", "le portefeuille"),
    word("NAME_PRODUCT_TYPE", "origin of the sale", "l’origine de la vente"),
    word("NAME_CASH_LOAN_PURPOSE", "purpose", "l’objet du prêt"),
    word("NAME_PAYMENT_TYPE", "way of paying", "le mode de paiement"),
    word("NAME_SELLER_INDUSTRY", "sector of the seller", "le secteur du vendeur"),
)
