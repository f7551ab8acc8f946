"""A client's previous applications with us (days before the present one are negative)."""

from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import aggregate
from scoring.ml.features.comparisons import Comparison, compare
from scoring.ml.features.feature import Feature, Unit
from scoring.ml.features.previous_rows import applications
from scoring.ml.features.quantities import OF, Flag, Measure, Moment, Rows
from scoring.ml.features.recipes import Recipe, Scope, features
from scoring.ml.features.windows import last_months
from scoring.ml.features.wording import Form, de
from scoring.ml.tables.schema import Text

APPLICATIONS, REFUSALS, TERMS = "previous_applications", "previous_refusals", "previous_terms"


def decided_in(period: Text) -> Text:
    return Text(f"previous applications of {period.en}", f"les demandes précédentes {de(period.fr)}")


ALL = Scope("", Text("previous applications", "les demandes précédentes"))
APPROVED = Scope(
    "APPROVED", Text("approved previous loans", "les demandes précédentes accordées"), _.IS_APPROVED
)
REFUSED = Scope(
    "REFUSED",
    Text("refused previous applications", "les demandes précédentes refusées"),
    _.IS_REFUSED,
    REFUSALS,
)
RUNNING = Scope(
    "RUNNING", Text("previous loans still running", "les crédits précédents en cours"), _.IS_RUNNING
)
CASH = Scope(
    "CASH",
    Text("previous applications for cash loans", "les demandes précédentes de prêt personnel"),
    _.IS_CASH,
)
CONSUMER = Scope(
    "CONSUMER",
    Text("previous applications for consumer loans", "les demandes précédentes de crédit à la consommation"),
    _.IS_CONSUMER,
)
REVOLVING = Scope(
    "REVOLVING",
    Text("previous applications for revolving loans", "les demandes précédentes de crédit renouvelable"),
    _.IS_REVOLVING,
)
M6, M12, M24, M36 = last_months("DAYS_DECISION", 6, 12, 24, 36, rows=decided_in, days=True)
LAST = Scope("LAST", Text("the latest previous application", "la dernière demande précédente"), _.RANK == 1)
LAST3 = Scope(
    "LAST3",
    Text("the three latest previous applications", "les trois dernières demandes précédentes"),
    _.RANK <= 3,
)
LAST5 = Scope(
    "LAST5",
    Text("the five latest previous applications", "les cinq dernières demandes précédentes"),
    _.RANK <= 5,
)

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
ANNUITY = Measure("AMT_ANNUITY", TERMS, Unit.MONEY, "annuity", "l’annuité {}", Form.F)
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
    Unit.RATIO,
    "ratio of credit to annuity",
    "le rapport {} du crédit à l’annuité",
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
    "implied monthly interest rate",
    "le taux d’intérêt mensuel implicite {}",
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
IS_APPROVED = Flag("IS_APPROVED", APPLICATIONS, "approved", "accordées", "accordée")
IS_REFUSED = Flag("IS_REFUSED", REFUSALS, "refused", "refusées", "refusée")
IS_CANCELLED = Flag("IS_CANCELLED", APPLICATIONS, "cancelled", "annulées", "annulée")
IS_UNUSED = Flag("IS_UNUSED", APPLICATIONS, "granted but not used", "accordées mais non utilisées")
IS_CASH = Flag("IS_CASH", APPLICATIONS, "for a cash loan", "pour un prêt personnel")
IS_CONSUMER = Flag("IS_CONSUMER", APPLICATIONS, "for a consumer loan", "pour un crédit à la consommation")
IS_WALK_IN = Flag("IS_WALK_IN", APPLICATIONS, "made by walking in", "faites spontanément en agence")
IS_CROSS_SELL = Flag(
    "IS_CROSS_SELL", APPLICATIONS, "following an offer of ours", "faisant suite à notre offre"
)
IS_FIRST_TIME = Flag("IS_FIRST_TIME", APPLICATIONS, "made as a new client", "faites comme nouveau client")
IS_INSURED = Flag("IS_INSURED", TERMS, "with insurance", "avec assurance")
FOR_POLICY = Flag(
    "FOR_POLICY",
    REFUSALS,
    "refused under the credit policy (HC)",
    "refusées selon la politique de crédit (HC)",
)
FOR_LIMIT = Flag(
    "FOR_LIMIT", REFUSALS, "refused for exceeding a limit", "refusées pour dépassement de limite"
)
FOR_SCORE = Flag("FOR_SCORE", REFUSALS, "refused for their score", "refusées pour leur score")

RECIPE: Recipe = {
    ALL: {
        COUNT: ("count",),
        DECISION: ("max", "mean"),
        GAP: ("mean",),
        HOUR: ("mean",),
        ASKED: ("mean", "min"),
        CREDIT: ("sum", "max"),
        ANNUITY: ("max",),
        DOWN_RATE: ("max", "mean"),
        ASKED_TO_GRANTED: ("max", "mean", "min"),
        TERM: ("mean",),
        RATE: ("max", "mean", "min"),
        YIELD: ("mean",),
        IS_APPROVED: ("share",),
        IS_REFUSED: ("share", "sum"),
        IS_CANCELLED: ("share",),
        IS_UNUSED: ("share",),
        IS_CASH: ("share",),
        IS_CONSUMER: ("share",),
        IS_WALK_IN: ("share",),
        IS_CROSS_SELL: ("share",),
        IS_FIRST_TIME: ("share",),
        FOR_POLICY: ("share",),
        FOR_LIMIT: ("share",),
        FOR_SCORE: ("share",),
    },
    APPROVED: {
        COUNT: ("count",),
        DECISION: ("max", "min", "mean"),
        CREDIT: ("sum", "max", "mean", "min"),
        ANNUITY: ("max", "mean"),
        CREDIT_TO_ANNUITY: ("max", "mean"),
        ASKED_TO_GRANTED: ("mean",),
        INTEREST: ("mean", "max"),
        RATE: ("max", "mean", "min"),
        FIRST_DRAWING: ("max",),
        PLANNED_END: ("max", "mean"),
        LAST_DUE: ("max",),
        EARLY_END: ("mean",),
        IS_INSURED: ("share",),
    },
    REFUSED: {
        DECISION: ("max",),
        ASKED: ("max", "mean"),
        ANNUITY: ("max",),
        ASKED_TO_GRANTED: ("mean",),
        TERM: ("mean",),
    },
    RUNNING: {
        COUNT: ("count",),
        CREDIT: ("sum",),
        ANNUITY: ("sum",),
        REMAINING: ("sum",),
        REPAID: ("mean",),
        RATE: ("mean",),
    },
    CASH: {DECISION: ("max",), CREDIT: ("mean",), RATE: ("mean",), TERM: ("mean",), IS_REFUSED: ("share",)},
    CONSUMER: {DECISION: ("max",), CREDIT: ("mean",), RATE: ("mean",)},
    REVOLVING: {DECISION: ("max",), IS_REFUSED: ("share",)},
    M6: {COUNT: ("count",), IS_REFUSED: ("sum",)},
    M12: {COUNT: ("count",), IS_REFUSED: ("share",), CREDIT: ("sum",), ANNUITY: ("max",), RATE: ("mean",)},
    M24: {IS_REFUSED: ("share",), CREDIT: ("sum",), RATE: ("mean",)},
    M36: {IS_REFUSED: ("share",), RATE: ("mean",)},
    LAST: {
        CREDIT: ("value",),
        ANNUITY: ("value",),
        CREDIT_TO_GOODS: ("value",),
        TERM: ("value",),
        RATE: ("value",),
        GAP: ("value",),
        IS_APPROVED: ("value",),
        IS_REFUSED: ("value",),
    },
    LAST3: {DECISION: ("mean",), TERM: ("mean",), RATE: ("mean",)},
    LAST5: {RATE: ("mean",), IS_REFUSED: ("share",), IS_APPROVED: ("share",)},
}
COMPARISONS = (
    Comparison(
        Feature(
            "PREV_RUNNING_REMAINING_TO_CREDIT",
            APPLICATIONS,
            Unit.PERCENT,
            Text(
                "amount left to pay over credit granted on previous loans still running",
                "montant restant à payer rapporté au crédit accordé sur les crédits précédents en cours",
            ),
            "previous_application",
        ),
        "PREV_RUNNING_REMAINING_DEBT_sum",
        "over",
        "PREV_RUNNING_AMT_CREDIT_sum",
    ),
)
AGGREGATES = (
    *features(RECIPE, table="previous_application", prefix="PREV"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(previous_application: Table) -> Table:
    """One row per client: what was asked for before, what was decided and at what price."""
    rows = applications(previous_application)
    return compare(aggregate(rows, RECIPE, prefix="PREV"), COMPARISONS)
