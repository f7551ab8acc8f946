"""Filters of the instalments: by due date, order or their loan."""

from ibis import _

from scoring.ml.features.spec.labels import with_de
from scoring.ml.features.spec.recipes import RowFilter
from scoring.ml.features.spec.windows import last_days
from scoring.ml.tables.schema import Text


def due_in(period: Text) -> Text:
    return Text(f"instalments due in {period.en}", f"les échéances {with_de(period.fr)}")


ALL = RowFilter("", Text("instalments", "les échéances"))
D30, D60, D90, D180, D365, D730, D1500 = last_days("DUE", 30, 60, 90, 180, 365, 730, 1500, rows=due_in)
LAST1 = RowFilter("LAST1", Text("the latest instalment", "la dernière échéance"), _.RANK == 1)


def latest(number: int, en: str, fr: str) -> RowFilter:
    return RowFilter(
        f"LAST{number}",
        Text(f"the {en} latest instalments", f"les {fr} dernières échéances"),
        number >= _.RANK,
    )


LAST3, LAST5, LAST10 = latest(3, "three", "trois"), latest(5, "five", "cinq"), latest(10, "ten", "dix")
LAST12, LAST24 = latest(12, "twelve", "douze"), latest(24, "twenty-four", "vingt-quatre")
LAST60, LAST120 = latest(60, "sixty", "soixante"), latest(120, "hundred and twenty", "cent vingt")
FIRST1 = RowFilter(
    "FIRST1",
    Text("the first instalment of each loan", "la première échéance de chaque crédit"),
    _.NUM_INSTALMENT_NUMBER <= 1,
)
FIRST2 = RowFilter(
    "FIRST2",
    Text("the first two instalments of each loan", "les deux premières échéances de chaque crédit"),
    _.NUM_INSTALMENT_NUMBER <= 2,
)
FIRST4 = RowFilter(
    "FIRST4",
    Text("the first four instalments of each loan", "les quatre premières échéances de chaque crédit"),
    _.NUM_INSTALMENT_NUMBER <= 4,
)
FIRST3 = RowFilter(
    "FIRST3",
    Text("the first three instalments of each loan", "les trois premières échéances de chaque crédit"),
    _.NUM_INSTALMENT_NUMBER <= 3,
)
CARD = RowFilter(
    "CARD",
    Text("card instalments", "les échéances de carte"),
    _.NUM_INSTALMENT_VERSION == 0,
)
LAST_LOAN = RowFilter(
    "LAST_LOAN",
    Text("instalments of the newest loan", "les échéances du crédit le plus récent"),
    _.LOAN_RANK == 1,
)
CONSUMER = RowFilter(
    "CONSUMER",
    Text("instalments of consumer loans", "les échéances des crédits à la consommation"),
    _.NAME_CONTRACT_TYPE == "Consumer loans",
)
CASH = RowFilter(
    "CASH",
    Text("instalments of cash loans", "les échéances des prêts personnels"),
    _.NAME_CONTRACT_TYPE == "Cash loans",
)
REVOLVING = RowFilter(
    "REVOLVING",
    Text("instalments of revolving credit", "les échéances des crédits renouvelables"),
    _.NAME_CONTRACT_TYPE == "Revolving loans",
)
RUNNING = RowFilter(
    "RUNNING",
    Text("instalments of loans still running", "les échéances des crédits encore en cours"),
    _.IS_RUNNING,
)
