"""A client's recent activity with lenders, over all tables, and ratios of the requested loan to it."""

from functools import reduce

import numpy as np

from scoring.ml.features.application.columns import FEATURES
from scoring.ml.features.application.dates import DAYS_PER_MONTH
from scoring.ml.features.history.previous.measures import CATEGORIES
from scoring.ml.features.spec import formula as f
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.formula import Profile, Values, derived_features, flag, ratio

MONTHS_PER_YEAR = 12

_CURRENT_TYPES = list(
    next(feature for feature in FEATURES if feature.name == "NAME_CONTRACT_TYPE").categories
)
_PREVIOUS_TYPES = list(
    next(category for category in CATEGORIES if category.column == "NAME_CONTRACT_TYPE").categories
)


def same_contract(p: Profile) -> Values:
    """Flag the same type of contract as in the latest application; the codes differ by table."""
    last, current = p.PREV_LAST_NAME_CONTRACT_TYPE_value, p.NAME_CONTRACT_TYPE
    codes = [
        (code, _PREVIOUS_TYPES.index(contract))
        for code, contract in enumerate(_CURRENT_TYPES)
        if contract in _PREVIOUS_TYPES
    ]
    same = reduce(
        np.logical_or, [(current == code) & (last == previous_code) for code, previous_code in codes]
    )
    return flag(same, last + current)


def days(months: Values) -> Values:
    return months * DAYS_PER_MONTH


# fmt: off
RECENT = derived_features("credit_experience", (
    ("CREDITS_6M", Unit.COUNT, "Credits and applications of the last 6 months, here and elsewhere",
     "Crédits et demandes des 6 derniers mois, ici et ailleurs",
     lambda p: f.nansum((p.BURO_6M_LOANS_count, p.PREV_6M_APPLICATIONS_count))),
    ("CREDITS_12M", Unit.COUNT, "Credits and applications of the last 12 months, here and elsewhere",
     "Crédits et demandes des 12 derniers mois, ici et ailleurs",
     lambda p: f.nansum((p.BURO_12M_LOANS_count, p.PREV_12M_APPLICATIONS_count))),
    ("CREDITS_24M", Unit.COUNT, "Credits and applications of the last 24 months, here and elsewhere",
     "Crédits et demandes des 24 derniers mois, ici et ailleurs",
     lambda p: f.nansum((p.BURO_24M_LOANS_count, p.PREV_24M_APPLICATIONS_count))),
    ("CREDITS_36M", Unit.COUNT, "Credits and applications of the last 36 months, here and elsewhere",
     "Crédits et demandes des 36 derniers mois, ici et ailleurs",
     lambda p: f.nansum((p.BURO_36M_LOANS_count, p.PREV_36M_APPLICATIONS_count))),
    ("CREDITS_6M_OF_24M", Unit.PERCENT, "Share of two years’ credits taken in the last 6 months",
     "Part des crédits de deux ans pris dans les 6 derniers mois",
     lambda p: ratio(p.CREDITS_6M, p.CREDITS_24M)),
    ("CREDITS_12M_OF_36M", Unit.PERCENT, "Share of three years’ credits taken in the last 12 months",
     "Part des crédits de trois ans pris dans les 12 derniers mois",
     lambda p: ratio(p.CREDITS_12M, p.CREDITS_36M)),
    ("ELSEWHERE_TO_HERE", Unit.RATIO, "Credits elsewhere for each application here",
     "Crédits pris ailleurs par demande faite ici",
     lambda p: ratio(p.BURO_LOANS_count, p.PREV_APPLICATIONS_count)),
    ("ELSEWHERE_TO_HERE_24M", Unit.RATIO, "Credits elsewhere for each application here, last 24 months",
     "Crédits pris ailleurs par demande faite ici, 24 derniers mois",
     lambda p: ratio(p.BURO_24M_LOANS_count, p.PREV_24M_APPLICATIONS_count)),
    ("LATEST_EVENT", Unit.DAYS_AGO, "Latest trace in any history", "Dernière trace dans un historique",
     lambda p: f.nanmax((p.LATEST_CREDIT, p.INST_PAID_max, days(p.POS_MONTHS_BALANCE_max),
                           days(p.CARD_MONTHS_BALANCE_max), days(p.BB_LAST_MONTH_max)))),
    ("RUNNING_SHARE", Unit.PERCENT, "Share of all loans ever granted that still run",
     "Part des prêts obtenus encore en cours",
     lambda p: ratio(p.RUNNING_LOANS, p.LOANS_EVER)),
    ("LATEST_LATE", Unit.DAYS_AGO, "Latest late payment, here or elsewhere",
     "Dernier retard de paiement, ici ou ailleurs",
     lambda p: f.nanmax((p.INST_LATE_DUE_max, days(p.POS_LATE_MONTH_max), days(p.CARD_LATE_MONTH_max),
                           days(p.BB_LAST_LATE_MONTH_max)))),
    ("HISTORIES", Unit.COUNT, "Kinds of history that are known", "Types d’historique connus",
     lambda p: f.nansum([count * 0 + 1 for count in (
         p.BURO_LOANS_count, p.BB_LOANS_count, p.PREV_APPLICATIONS_count, p.POS_STATEMENTS_count,
         p.INST_INSTALMENTS_count, p.CARD_MONTHS_count)])),
    ("SAME_CONTRACT_AS_LAST", Unit.FLAG, "Same type of contract as the latest application",
     "Même type de contrat que la dernière demande", same_contract),
))

DEBTS = derived_features("other_lenders_debt", (
    ("BURO_DEBT_TO_GOODS", Unit.RATIO, "Debt at other lenders compared with the price of the goods",
     "Dettes chez d’autres prêteurs rapportées au prix du bien",
     lambda p: ratio(p.BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_sum, p.AMT_GOODS_PRICE)),
    ("BURO_CREDIT_TO_LOAN", Unit.RATIO, "Active credit at other lenders compared with this loan",
     "Crédits en cours chez d’autres prêteurs rapportés à ce prêt",
     lambda p: ratio(p.BURO_ACTIVE_AMT_CREDIT_SUM_sum, p.AMT_CREDIT)),
    ("BURO_CREDIT_TO_ANNUITY", Unit.RATIO, "Active credit at other lenders, in instalments of this loan",
     "Crédits en cours chez d’autres prêteurs, en mensualités de ce prêt",
     lambda p: ratio(p.BURO_ACTIVE_AMT_CREDIT_SUM_sum, p.AMT_ANNUITY)),
    ("BURO_MEAN_CREDIT_TO_INCOME", Unit.RATIO, "Average loan at other lenders compared with income",
     "Prêt moyen chez d’autres prêteurs rapporté au revenu",
     lambda p: ratio(p.BURO_AMT_CREDIT_SUM_mean, p.AMT_INCOME_TOTAL)),
    ("BURO_ALL_DEBT_TO_INCOME", Unit.RATIO, "Debt on all loans at other lenders compared with income",
     "Dettes sur tous les crédits chez d’autres prêteurs rapportées au revenu",
     lambda p: ratio(p.BURO_AMT_CREDIT_SUM_DEBT_sum, p.AMT_INCOME_TOTAL)),
    ("BURO_ANNUITY_TO_INCOME", Unit.PERCENT, "Instalments at other lenders, as a share of income",
     "Mensualités chez d’autres prêteurs, en part du revenu",
     lambda p: ratio(p.BURO_ACTIVE_AMT_ANNUITY_sum, p.AMT_INCOME_TOTAL)),
    ("BURO_END_TO_AGE", Unit.PERCENT, "Time to the last planned end elsewhere, as a share of life",
     "Temps jusqu’à la dernière fin prévue ailleurs, en part de la vie",
     lambda p: ratio(p.BURO_ACTIVE_DAYS_CREDIT_ENDDATE_max, -p.DAYS_BIRTH)),
    ("BURO_LIMIT_TO_INCOME", Unit.RATIO, "Card limits at other lenders compared with income",
     "Plafonds de carte chez d’autres prêteurs rapportés au revenu",
     lambda p: ratio(p.BURO_ACTIVE_AMT_CREDIT_SUM_LIMIT_sum, p.AMT_INCOME_TOTAL)),
), table="bureau")

TERMS = derived_features("previous_terms", (
    ("PREV_RATE_GAP_LOWEST", Unit.PERCENT, "Likely yearly rate above the lowest with us",
     "Taux annuel probable au-dessus du plus bas chez nous",
     lambda p: p.RATE_OF_CREDIT - p.PREV_APPROVED_MONTHLY_RATE_min * MONTHS_PER_YEAR),
    ("PREV_CREDIT_TO_INCOME", Unit.RATIO, "All that we ever lent compared with income",
     "Total prêté par nous à ce jour rapporté au revenu",
     lambda p: ratio(p.PREV_APPROVED_AMT_CREDIT_sum, p.AMT_INCOME_TOTAL)),
    ("PREV_ANNUITY_TO_INCOME", Unit.PERCENT, "Average instalment with us, as a share of income",
     "Mensualité moyenne chez nous, en part du revenu",
     lambda p: ratio(p.PREV_APPROVED_AMT_ANNUITY_mean, p.AMT_INCOME_TOTAL)),
    ("PREV_ASKED_TO_GOODS", Unit.RATIO,
     "Average amount asked for before compared with the price of the goods",
     "Montant demandé moyen par le passé rapporté au prix du bien",
     lambda p: ratio(p.PREV_AMT_APPLICATION_mean, p.AMT_GOODS_PRICE)),
    ("PREV_UNPAID_CREDIT_TO_INCOME", Unit.RATIO, "Credit with us not yet paid back, compared with income",
     "Crédit chez nous pas encore remboursé, rapporté au revenu",
     lambda p: ratio(p.PREV_RUNNING_CREDIT_LESS_PAID_sum, p.AMT_INCOME_TOTAL)),
    ("PREV_BEHIND_TO_ANNUITY", Unit.RATIO, "Due with us and not paid, in instalments of this loan",
     "Échu et non payé chez nous, en mensualités de ce prêt",
     lambda p: ratio(p.PREV_RUNNING_BEHIND_sum, p.AMT_ANNUITY)),
), table="previous_application")

CARD = derived_features("card_usage", (
    ("CARD_DRAWINGS_TO_INCOME", Unit.PERCENT, "Average drawings by card, as a share of income",
     "Retraits moyens par carte, en part du revenu",
     lambda p: ratio(p.CARD_AMT_DRAWINGS_CURRENT_mean, p.AMT_INCOME_TOTAL)),
    ("CARD_RECENT_DRAWINGS_TO_ANNUITY", Unit.RATIO,
     "Average drawings by card in 6 months, compared with this instalment",
     "Retraits moyens par carte sur 6 mois rapportés à cette mensualité",
     lambda p: ratio(p.CARD_6M_AMT_DRAWINGS_CURRENT_mean, p.AMT_ANNUITY)),
    ("CARD_PAYMENT_TO_ANNUITY", Unit.RATIO, "Average payment on the card compared with this instalment",
     "Remboursement moyen de la carte rapporté à cette mensualité",
     lambda p: ratio(p.CARD_AMT_PAYMENT_TOTAL_CURRENT_mean, p.AMT_ANNUITY)),
    ("CARD_LAST_BALANCE_TO_LOAN", Unit.RATIO, "Latest balance of our card compared with this loan",
     "Dernier solde de notre carte rapporté à ce prêt",
     lambda p: ratio(p.CARD_LAST_AMT_BALANCE_value, p.AMT_CREDIT)),
), table="credit_card_balance")
# fmt: on

DERIVED = (*RECENT, *DEBTS, *TERMS, *CARD)
