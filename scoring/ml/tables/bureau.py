"""The tables of credits at other lenders, as the credit bureau reports them, and their monthly statuses."""

from typing import Final

from scoring.ml.tables.columns import (
    amount,
    category,
    count,
    days,
    days_late,
    identifier,
    labels,
    months,
    signed_amount,
)
from scoring.ml.tables.schema import Table, Text

# The real table holds dates down to the year 1900, which is how some lenders write "none".
OLDEST_RECORD: Final = -60_000.0
LATEST_RECORD: Final = 60_000.0

ACTIVE: Final = labels(
    {
        "Active": ("Active", "En cours"),
        "Closed": ("Closed", "Clos"),
        "Sold": ("Sold", "Cédé"),
        "Bad debt": ("Bad debt", "Irrécouvrable"),
    }
)
CURRENCIES: Final = labels({f"currency {n}": (f"Currency {n}", f"Devise {n}") for n in (1, 2, 3, 4)})
CREDIT_TYPES: Final = labels(
    {
        "Consumer credit": ("Consumer credit", "Crédit à la consommation"),
        "Credit card": ("Credit card", "Carte de crédit"),
        "Car loan": ("Car loan", "Crédit automobile"),
        "Mortgage": ("Mortgage", "Crédit immobilier"),
        "Real estate loan": ("Real estate loan", "Prêt immobilier"),
        "Microloan": ("Microloan", "Microcrédit"),
        "Loan for business development": ("Business development loan", "Prêt de développement d’entreprise"),
        "Loan for working capital replenishment": ("Working capital loan", "Crédit de trésorerie"),
        "Loan for the purchase of equipment": ("Equipment loan", "Prêt d’équipement"),
        "Loan for purchase of shares (margin lending)": ("Margin loan", "Crédit sur titres"),
        "Cash loan (non-earmarked)": ("Cash loan", "Prêt non affecté"),
        "Mobile operator loan": ("Mobile operator loan", "Crédit d’opérateur mobile"),
        "Interbank credit": ("Interbank credit", "Crédit interbancaire"),
        "Another type of loan": ("Other loan", "Autre crédit"),
    }
)
STATUSES: Final = labels(
    {
        "C": ("Closed", "Clos"),
        "0": ("Paid on time", "Sans retard"),
        "1": ("1 to 30 days late", "1 à 30 jours de retard"),
        "2": ("31 to 60 days late", "31 à 60 jours de retard"),
        "3": ("61 to 90 days late", "61 à 90 jours de retard"),
        "4": ("91 to 120 days late", "91 à 120 jours de retard"),
        "5": ("More than 120 days late, sold or written off", "Plus de 120 jours de retard, cédé ou perdu"),
        "X": ("Status not reported", "Statut non communiqué"),
    }
)

BUREAU: Final = Table(
    name="bureau",
    stem="bureau",
    label=Text("Credits at other lenders", "Crédits chez d’autres prêteurs"),
    key=("SK_ID_BUREAU",),
    columns=(
        identifier("SK_ID_CURR", "Case reference", "Référence du dossier"),
        identifier("SK_ID_BUREAU", "Number of the credit", "Numéro du crédit"),
        category("CREDIT_ACTIVE", "Status", "Statut", ACTIVE, required=True, filled=True),
        category("CREDIT_CURRENCY", "Currency", "Devise", CURRENCIES),
        days("DAYS_CREDIT", "Opened", "Ouverture", required=True, filled=True),
        days_late("CREDIT_DAY_OVERDUE", "Days overdue now", "Jours de retard actuels"),
        days(
            "DAYS_CREDIT_ENDDATE", "Expected end", "Fin prévue", minimum=OLDEST_RECORD, maximum=LATEST_RECORD
        ),
        days("DAYS_ENDDATE_FACT", "Actual end", "Fin effective", minimum=OLDEST_RECORD),
        amount("AMT_CREDIT_MAX_OVERDUE", "Highest overdue amount", "Impayé le plus élevé"),
        count("CNT_CREDIT_PROLONG", "Times prolonged", "Prolongations"),
        amount("AMT_CREDIT_SUM", "Credit amount", "Montant du crédit", required=True),
        signed_amount("AMT_CREDIT_SUM_DEBT", "Remaining debt", "Reste dû", required=True),
        signed_amount("AMT_CREDIT_SUM_LIMIT", "Card limit", "Plafond de la carte"),
        amount("AMT_CREDIT_SUM_OVERDUE", "Overdue now", "Impayé actuel"),
        category(
            "CREDIT_TYPE", "Type of credit", "Type de crédit", CREDIT_TYPES, unknown=("Unknown type of loan",)
        ),
        days(
            "DAYS_CREDIT_UPDATE",
            "Last report",
            "Dernière information",
            minimum=OLDEST_RECORD,
            maximum=LATEST_RECORD,
        ),
        amount("AMT_ANNUITY", "Monthly instalment", "Mensualité"),
    ),
)

BUREAU_BALANCE: Final = Table(
    name="bureau_balance",
    stem="bureau_balance",
    label=Text("Monthly statuses at other lenders", "Statuts mensuels chez d’autres prêteurs"),
    key=("SK_ID_BUREAU", "MONTHS_BALANCE"),
    columns=(
        identifier("SK_ID_BUREAU", "Number of the credit", "Numéro du crédit"),
        months("MONTHS_BALANCE", "Month", "Mois", required=True, filled=True),
        category("STATUS", "Status in the month", "Statut du mois", STATUSES, required=True, filled=True),
    ),
)
