"""Filters of the monthly statements of past loans with us: by time, order or their loan."""

from ibis import _

from scoring.ml.features.spec.labels import with_de
from scoring.ml.features.spec.recipes import RowFilter
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text


def statements_of(period: Text) -> Text:
    return Text(
        f"monthly statements of past loans in {period.en}",
        f"les relevés mensuels {with_de(period.fr)} pour les crédits passés",
    )


ALL = RowFilter("", Text("monthly statements of past loans", "les relevés mensuels des crédits passés"))
M6, M12, M24, M60 = last_months("MONTHS_BALANCE", 6, 12, 24, 60, rows=statements_of, days=False)
LATEST = RowFilter(
    "LATEST",
    Text("past loans at their last statement", "les crédits passés à leur dernier relevé"),
    _.IS_LATEST,
)
RUNNING = RowFilter(
    "RUNNING",
    Text("loans still running at their last statement", "les crédits encore en cours à leur dernier relevé"),
    _.IS_LATEST & (_.STATUS == "Active"),
)
LAST_LOAN = RowFilter(
    "LAST_LOAN",
    Text("statements of the newest past loan", "les relevés du crédit passé le plus récent"),
    _.LOAN_RANK == 1,
)
LAST3_LOANS = RowFilter(
    "LAST3_LOANS",
    Text(
        "statements of the three newest past loans", "les relevés des trois crédits passés les plus récents"
    ),
    _.LOAN_RANK <= 3,
)
