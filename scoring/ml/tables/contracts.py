"""The tables of earlier contracts at this bank: POS and cash balances, card balances, instalment payments."""

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
    number,
    signed_amount,
)
from scoring.ml.tables.schema import Table, Text

STATUSES: Final = labels(
    {
        "Active": ("Active", "En cours"),
        "Completed": ("Completed", "Terminé"),
        "Signed": ("Signed", "Signé"),
        "Approved": ("Approved", "Accordé"),
        "Demand": ("Claimed", "Mis en demeure"),
        "Returned to the store": ("Goods returned", "Bien rendu"),
        "Amortized debt": ("Written down", "Créance amortie"),
        "Canceled": ("Cancelled", "Annulé"),
        "Sent proposal": ("Proposal sent", "Proposition envoyée"),
        "Refused": ("Refused", "Refusé"),
    }
)

_IDS: Final = (
    identifier("SK_ID_PREV", "Number of the contract", "Numéro du contrat"),
    identifier("SK_ID_CURR", "Case reference", "Référence du dossier"),
)
_MONTH: Final = months("MONTHS_BALANCE", "Month", "Mois", required=True, filled=True)
_STATUS: Final = category("NAME_CONTRACT_STATUS", "Status", "Statut", STATUSES, unknown=("XNA",))
_LATE: Final = (
    days_late("SK_DPD", "Days late", "Jours de retard", required=True),
    days_late("SK_DPD_DEF", "Days late, small debts aside", "Jours de retard, petites sommes exclues"),
)

POS_CASH_BALANCE: Final = Table(
    name="pos_cash_balance",
    stem="POS_CASH_balance",
    label=Text("Shop and cash credits here", "Crédits en magasin et prêts chez nous"),
    key=("SK_ID_PREV", "MONTHS_BALANCE"),
    columns=(
        *_IDS,
        _MONTH,
        count("CNT_INSTALMENT", "Instalments agreed", "Échéances prévues"),
        count("CNT_INSTALMENT_FUTURE", "Instalments left", "Échéances restantes"),
        _STATUS,
        *_LATE,
    ),
)

CREDIT_CARD_BALANCE: Final = Table(
    name="credit_card_balance",
    stem="credit_card_balance",
    label=Text("Credit cards here", "Cartes de crédit chez nous"),
    key=("SK_ID_PREV", "MONTHS_BALANCE"),
    columns=(
        *_IDS,
        _MONTH,
        signed_amount("AMT_BALANCE", "Balance", "Solde", required=True),
        amount("AMT_CREDIT_LIMIT_ACTUAL", "Card limit", "Plafond", required=True),
        signed_amount("AMT_DRAWINGS_ATM_CURRENT", "Cash withdrawn", "Retraits d’espèces"),
        signed_amount("AMT_DRAWINGS_CURRENT", "Drawn in the month", "Utilisé dans le mois"),
        signed_amount("AMT_DRAWINGS_OTHER_CURRENT", "Other drawings", "Autres utilisations"),
        signed_amount("AMT_DRAWINGS_POS_CURRENT", "Purchases", "Achats"),
        amount("AMT_INST_MIN_REGULARITY", "Minimum payment", "Paiement minimal"),
        amount("AMT_PAYMENT_CURRENT", "Paid in the month", "Payé dans le mois"),
        amount("AMT_PAYMENT_TOTAL_CURRENT", "Paid in total", "Payé au total"),
        signed_amount("AMT_RECEIVABLE_PRINCIPAL", "Principal owed", "Capital dû"),
        signed_amount("AMT_RECIVABLE", "Amount owed", "Montant dû"),
        signed_amount("AMT_TOTAL_RECEIVABLE", "Total owed", "Total dû"),
        count("CNT_DRAWINGS_ATM_CURRENT", "Cash withdrawals", "Nombre de retraits"),
        count("CNT_DRAWINGS_CURRENT", "Drawings", "Nombre d’utilisations"),
        count("CNT_DRAWINGS_OTHER_CURRENT", "Other drawings (number)", "Nombre d’autres utilisations"),
        count("CNT_DRAWINGS_POS_CURRENT", "Purchases (number)", "Nombre d’achats"),
        count("CNT_INSTALMENT_MATURE_CUM", "Instalments paid", "Échéances payées"),
        _STATUS,
        *_LATE,
    ),
)

# No key: one instalment may be paid in several identical parts on one day.
INSTALLMENTS_PAYMENTS: Final = Table(
    name="installments_payments",
    stem="installments_payments",
    label=Text("Instalments paid here", "Échéances payées chez nous"),
    key=(),
    columns=(
        *_IDS,
        number("NUM_INSTALMENT_VERSION", "Version of the schedule", "Version de l’échéancier", 0, 1_000),
        number("NUM_INSTALMENT_NUMBER", "Number of the instalment", "Numéro de l’échéance", 0, 10_000),
        days("DAYS_INSTALMENT", "Due", "Échéance", required=True, filled=True),
        days("DAYS_ENTRY_PAYMENT", "Paid", "Paiement", required=True),
        amount("AMT_INSTALMENT", "Amount due", "Montant dû", required=True),
        amount("AMT_PAYMENT", "Amount paid", "Montant payé", required=True),
    ),
)
