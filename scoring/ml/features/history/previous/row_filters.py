"""Filters of the previous applications: by outcome, type, age or order."""

from ibis import _

from scoring.ml.features.spec.labels import with_de
from scoring.ml.features.spec.recipes import RowFilter
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text

REFUSALS = "previous_refusals"


def decided_in(period: Text) -> Text:
    return Text(f"previous applications of {period.en}", f"les demandes précédentes {with_de(period.fr)}")


ALL = RowFilter("", Text("previous applications", "les demandes précédentes"))
APPROVED = RowFilter(
    "APPROVED", Text("approved previous loans", "les demandes précédentes accordées"), _.IS_APPROVED
)
REFUSED = RowFilter(
    "REFUSED",
    Text("refused previous applications", "les demandes précédentes refusées"),
    _.IS_REFUSED,
    REFUSALS,
)
RUNNING = RowFilter(
    "RUNNING", Text("previous loans still running", "les crédits précédents en cours"), _.IS_RUNNING
)
CASH = RowFilter(
    "CASH",
    Text("previous applications for cash loans", "les demandes précédentes de prêt personnel"),
    _.IS_CASH,
)
CONSUMER = RowFilter(
    "CONSUMER",
    Text("previous applications for consumer loans", "les demandes précédentes de crédit à la consommation"),
    _.IS_CONSUMER,
)
REVOLVING = RowFilter(
    "REVOLVING",
    Text("previous applications for revolving loans", "les demandes précédentes de crédit renouvelable"),
    _.IS_REVOLVING,
)
M3, M6, M12, M24, M36 = last_months("DAYS_DECISION", 3, 6, 12, 24, 36, rows=decided_in, days=True)
LAST = RowFilter(
    "LAST", Text("the latest previous application", "la dernière demande précédente"), _.RANK == 1
)
LAST3 = RowFilter(
    "LAST3",
    Text("the three latest previous applications", "les trois dernières demandes précédentes"),
    _.RANK <= 3,
)
LAST5 = RowFilter(
    "LAST5",
    Text("the five latest previous applications", "les cinq dernières demandes précédentes"),
    _.RANK <= 5,
)
LAST10 = RowFilter(
    "LAST10",
    Text("the ten latest previous applications", "les dix dernières demandes précédentes"),
    _.RANK <= 10,
)
SECOND = RowFilter(
    "SECOND",
    Text("the latest previous application but one", "l’avant-dernière demande précédente"),
    _.RANK == 2,
)
FIRST2 = RowFilter(
    "FIRST2", Text("the first two applications", "les deux premières demandes"), _.RANK_FROM_FIRST <= 2
)
FIRST4 = RowFilter(
    "FIRST4", Text("the first four applications", "les quatre premières demandes"), _.RANK_FROM_FIRST <= 4
)
LATE = RowFilter(
    "LATE",
    Text(
        "previous loans with an instalment paid late",
        "les crédits précédents dont une échéance a eu du retard",
    ),
    _.WAS_LATE,
)


def still_due(months: int) -> RowFilter:
    """Filter the running loans with an instalment that falls due so many months from now."""
    return RowFilter(
        f"DUE_IN_{months}M",
        Text(
            f"previous loans still to be paid in {months} months",
            f"les crédits précédents encore à payer dans {months} mois",
        ),
        _.IS_RUNNING & (months <= _.UNPAID),
    )


DUE_IN = tuple(still_due(months) for months in (3, 6, 12, 18, 24))
