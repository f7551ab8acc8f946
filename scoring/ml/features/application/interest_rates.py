"""Yearly rates of the loan under each possible term, because the term is not among the columns.

Idea: the 5th place of the competition. Plausible are the rates above MIN_YEARLY_RATE.
"""

import numpy as np

from scoring.ml.features.application.amounts import LOAN_TERMS, MIN_YEARLY_RATE
from scoring.ml.features.spec import formula as f
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.formula import DerivedFeature, Formula, Profile, Values, derived_features, ratio
from scoring.ml.tables.schema import Text


def yearly_rate_over(months: int) -> Formula:
    return lambda p: yearly_rate(p, months)


def yearly_rate(p: Profile, months: Values | float) -> Values:
    """Compute the yearly growth of the loan: (annuity x months / credit)^(12 / months) - 1."""
    # Powers may differ in the last bit from one processor to the next; rounded, they do not.
    multiple = ratio(p.AMT_ANNUITY * months, p.AMT_CREDIT)
    return np.round(multiple ** np.divide(12, months) - 1, 9)


def _rate(months: int) -> DerivedFeature:
    label = Text(
        f"Yearly rate if the loan ran for {months} months", f"Taux annuel si le prêt durait {months} mois"
    )
    return DerivedFeature(
        Feature(f"RATE_OVER_{months}M", "loan_terms", Unit.PERCENT, label, "application"),
        yearly_rate_over(months),
    )


RATES = tuple(_rate(months) for months in LOAN_TERMS)


def plausible_rates(p: Profile) -> list[Values]:
    """Return the rates under each term, missing where they are not above MIN_YEARLY_RATE."""
    rates = [getattr(p, rate.feature.name) for rate in RATES]
    return [np.where(rate > MIN_YEARLY_RATE, rate, np.nan) for rate in rates]


# fmt: off
PLAUSIBLE = derived_features("loan_terms", (
    ("RATE_LOWEST", Unit.PERCENT, "Lowest plausible yearly rate", "Taux annuel plausible le plus bas",
     lambda p: f.nanmin(plausible_rates(p))),
    ("RATE_HIGHEST", Unit.PERCENT, "Highest plausible yearly rate", "Taux annuel plausible le plus haut",
     lambda p: f.nanmax(plausible_rates(p))),
    ("RATE_MEAN", Unit.PERCENT, "Average plausible yearly rate", "Moyenne des taux annuels plausibles",
     lambda p: f.nanmean(plausible_rates(p))),
    ("RATE_MEDIAN", Unit.PERCENT, "Median plausible yearly rate", "Médiane des taux annuels plausibles",
     lambda p: f.nanmedian(plausible_rates(p))),
    ("RATE_SPREAD", Unit.PERCENT, "Range of the plausible yearly rates",
     "Étendue des taux annuels plausibles",
     lambda p: p.RATE_HIGHEST - p.RATE_LOWEST),
    ("RATE_TERMS", Unit.COUNT, "Usual terms at a plausible rate", "Durées usuelles à un taux plausible",
     lambda p: f.nancount(plausible_rates(p)) + 0 * p.CREDIT_TO_ANNUITY),
    ("RATE_OF_SHORTEST", Unit.PERCENT, "Yearly rate at the likely length of the loan",
     "Taux annuel à la durée probable du prêt",
     lambda p: yearly_rate(p, p.TERM_OF_CREDIT)),
))
# fmt: on

DERIVED = RATES + PLAUSIBLE
