"""Instalments due in the coming months, this loan included, and ratios to what was paid so far."""

from collections.abc import Iterator

from scoring.ml.features.application.dates import DAYS_PER_MONTH
from scoring.ml.features.spec import formula as f
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.formula import DerivedFeature, Formula, Profile, Values, derived_features, ratio
from scoring.ml.tables.schema import Text

MONTHS = (3, 6, 12, 18, 24)


def due_in(p: Profile, months: int) -> Values:
    """Sum the instalments due so many months from now, of running loans with us and of this one."""
    running_loans = getattr(p, f"PREV_DUE_IN_{months}M_AMT_ANNUITY_sum")
    # 0 without running loans, missing without any history.
    no_running_loan = 0 * p.PREV_APPLICATIONS_count
    return f.nansum((running_loans, no_running_loan)) + p.AMT_ANNUITY * is_running(p, months)


def is_running(p: Profile, months: int) -> Values:
    return f.flag(months <= p.CREDIT_TO_ANNUITY, p.CREDIT_TO_ANNUITY)


def _due(months: int) -> Formula:
    return lambda p: due_in(p, months)


def _share(months: int) -> Formula:
    return lambda p: ratio(getattr(p, f"DUE_IN_{months}M"), p.AMT_INCOME_TOTAL)


def _due_features(months: int) -> Iterator[DerivedFeature]:
    due = Text(
        f"Instalments due in {months} months, this loan included",
        f"Mensualités dues dans {months} mois, ce prêt compris",
    )
    share = Text(
        f"Instalments due in {months} months, this loan included, as a share of income",
        f"Mensualités dues dans {months} mois, ce prêt compris, en part du revenu",
    )
    yield DerivedFeature(
        Feature(f"DUE_IN_{months}M", "total_debt", Unit.MONEY, due, "previous_application"), _due(months)
    )
    yield DerivedFeature(
        Feature(f"DUE_IN_{months}M_TO_INCOME", "total_debt", Unit.PERCENT, share, "previous_application"),
        _share(months),
    )


DUE_LATER = tuple(feature for months in MONTHS for feature in _due_features(months))

# fmt: off
PEAKS = derived_features("total_debt", (
    ("DUE_NOW_TO_PEAK", Unit.RATIO, "All instalments with us compared with the most ever paid in a month",
     "Toutes les mensualités chez nous rapportées au plus gros mois de remboursement",
     lambda p: ratio(f.nansum((p.PREV_RUNNING_AMT_ANNUITY_sum, p.AMT_ANNUITY)), p.INST_MONTH_PAID_max)),
    ("DUE_NOW_TO_USUAL", Unit.RATIO, "All instalments with us compared with what was usually paid in a month",
     "Toutes les mensualités chez nous rapportées au mois de remboursement habituel",
     lambda p: ratio(f.nansum((p.PREV_RUNNING_AMT_ANNUITY_sum, p.AMT_ANNUITY)), p.INST_MONTH_PAID_mean)),
    ("PEAK_PAID_TO_INCOME", Unit.PERCENT, "Most ever paid in a month, as a share of income",
     "Plus gros mois de remboursement, en part du revenu",
     lambda p: ratio(p.INST_MONTH_PAID_max, p.AMT_INCOME_TOTAL)),
    ("PEAK_PAID_TO_CREDIT", Unit.PERCENT, "Most ever paid in a month, as a share of this loan",
     "Plus gros mois de remboursement, en part de ce prêt",
     lambda p: ratio(p.INST_MONTH_PAID_max, p.AMT_CREDIT)),
    ("ANNUITY_TO_PEAK_PAID", Unit.RATIO, "This instalment compared with the most ever paid in a month",
     "Cette mensualité rapportée au plus gros mois de remboursement",
     lambda p: ratio(p.AMT_ANNUITY, p.INST_MONTH_PAID_max)),
    ("DUE_WITHIN_12M_TO_INCOME", Unit.PERCENT, "Due to us within a year, as a share of income",
     "À nous payer sous un an, en part du revenu",
     lambda p: ratio(p.PREV_RUNNING_DUE_WITHIN_12M_sum, p.AMT_INCOME_TOTAL)),
), table="installments_payments")

FIRST_DELAYS = derived_features("instalment_delays", (
    ("INST_FIRST_LATE_LESS_LENGTH", Unit.NUMBER,
     "First instalment ever paid late, in months after this loan’s length",
     "Rang du premier retard, moins la durée de ce prêt en mois",
     lambda p: p.INST_LATE_NUMBER_min - p.CREDIT_TO_ANNUITY),
    ("INST_FIRST_LATE_7_LESS_LENGTH", Unit.NUMBER,
     "First instalment over 7 days late, in months after this loan’s length",
     "Rang du premier retard de plus de 7 jours, moins la durée de ce prêt en mois",
     lambda p: p.INST_LATE_7_NUMBER_min - p.CREDIT_TO_ANNUITY),
    ("INST_FIRST_LATE_30_LESS_LENGTH", Unit.NUMBER,
     "First instalment over 30 days late, in months after this loan’s length",
     "Rang du premier retard de plus de 30 jours, moins la durée de ce prêt en mois",
     lambda p: p.INST_LATE_30_NUMBER_min - p.CREDIT_TO_ANNUITY),
    ("INST_LATE_SINCE_TO_AGE", Unit.PERCENT, "Time since the last late payment, as a share of life",
     "Temps écoulé depuis le dernier retard, en part de la vie",
     lambda p: ratio(p.INST_LATE_DUE_max, p.DAYS_BIRTH)),
), table="installments_payments")

PAST = derived_features("instalment_amounts", (
    ("INST_SMALLEST_PAYMENT_TO_ANNUITY", Unit.RATIO, "Smallest payment so far compared with this instalment",
     "Plus petit paiement passé rapporté à cette mensualité",
     lambda p: ratio(p.INST_AMT_PAYMENT_min, p.AMT_ANNUITY)),
    ("ANNUITY_TO_LARGEST_DUE", Unit.RATIO, "This instalment compared with the largest so far",
     "Cette mensualité rapportée à la plus grosse échéance passée",
     lambda p: ratio(p.AMT_ANNUITY, p.INST_AMT_INSTALMENT_max)),
    ("INST_MEAN_DUE_TO_INCOME", Unit.PERCENT, "Average instalment so far, as a share of income",
     "Échéance moyenne passée, en part du revenu",
     lambda p: ratio(p.INST_AMT_INSTALMENT_mean, p.AMT_INCOME_TOTAL)),
    ("INST_PAID_YEAR_TO_INCOME", Unit.PERCENT, "Paid back within a year, as a share of income",
     "Remboursé en un an, en part du revenu",
     lambda p: ratio(p.INST_365D_AMT_PAYMENT_sum, p.AMT_INCOME_TOTAL)),
), table="installments_payments")

ENDS = derived_features("previous_terms", (
    ("PREV_END_AFTER_LOAN", Unit.DELAY_DAYS, "Last running loan with us ends after this one",
     "Fin du dernier crédit en cours chez nous après celle de ce prêt",
     lambda p: p.PREV_RUNNING_DAYS_LAST_DUE_1ST_VERSION_max - p.CREDIT_TO_ANNUITY * DAYS_PER_MONTH),
    ("AGE_AT_PREV_END", Unit.DURATION_DAYS, "Age at the planned end of past loans with us",
     "Âge à la fin prévue des crédits passés chez nous",
     lambda p: p.PREV_APPROVED_DAYS_LAST_DUE_1ST_VERSION_max - p.DAYS_BIRTH),
), table="previous_application")
# fmt: on

DERIVED = (*DUE_LATER, *PEAKS, *FIRST_DELAYS, *PAST, *ENDS)
