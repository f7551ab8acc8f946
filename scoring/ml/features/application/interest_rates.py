"""What the loan would cost a year if it ran for so many months: the term is not among the columns.

Idea: the 5th place of the competition. Plausible are the rates above the lowest that the bank asks for.
"""

import numpy as np

from scoring.ml.features.application.amounts import LOWEST_YEARLY_RATE, TERMS
from scoring.ml.features.spec import formula as f
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.formula import Derived, Formula, Profile, Values, of_group, ratio
from scoring.ml.tables.schema import Text


def rate_over(months: int) -> Formula:
    """The yearly growth of the loan into its instalments: (annuity x months / credit)^(12 / months) - 1."""
    return lambda p: growth(p, months)


def growth(p: Profile, months: Values | float) -> Values:
    # Powers may differ in the last bit from one processor to the next; rounded, they do not.
    multiple = ratio(p.AMT_ANNUITY * months, p.AMT_CREDIT)
    return np.round(multiple ** np.divide(12, months) - 1, 9)


def _rate(months: int) -> Derived:
    words = Text(
        f"Yearly rate if the loan ran for {months} months", f"Taux annuel si le prêt durait {months} mois"
    )
    return Derived(
        Feature(f"RATE_OVER_{months}M", "loan_terms", Unit.PERCENT, words, "application"), rate_over(months)
    )


RATES = tuple(_rate(months) for months in TERMS)


def feasible(p: Profile) -> list[Values]:
    """The rates over every usual term, missing where they are below the lowest that the bank asks for."""
    rates = [getattr(p, one.feature.name) for one in RATES]
    return [np.where(rate > LOWEST_YEARLY_RATE, rate, np.nan) for rate in rates]


# fmt: off
FEASIBLE = of_group("loan_terms", (
    ("RATE_LOWEST", Unit.PERCENT, "Lowest plausible yearly rate", "Taux annuel plausible le plus bas",
     lambda p: f.least(feasible(p))),
    ("RATE_HIGHEST", Unit.PERCENT, "Highest plausible yearly rate", "Taux annuel plausible le plus haut",
     lambda p: f.greatest(feasible(p))),
    ("RATE_MEAN", Unit.PERCENT, "Average plausible yearly rate", "Moyenne des taux annuels plausibles",
     lambda p: f.known_mean(feasible(p))),
    ("RATE_MEDIAN", Unit.PERCENT, "Median plausible yearly rate", "Médiane des taux annuels plausibles",
     lambda p: f.known_median(feasible(p))),
    ("RATE_SPREAD", Unit.PERCENT, "Range of the plausible yearly rates",
     "Étendue des taux annuels plausibles",
     lambda p: p.RATE_HIGHEST - p.RATE_LOWEST),
    ("RATE_TERMS", Unit.COUNT, "Usual terms at a plausible rate", "Durées usuelles à un taux plausible",
     lambda p: f.known_count(feasible(p)) + 0 * p.CREDIT_TO_ANNUITY),
    ("RATE_OF_SHORTEST", Unit.PERCENT, "Yearly rate at the likely length of the loan",
     "Taux annuel à la durée probable du prêt",
     lambda p: growth(p, p.TERM_OF_CREDIT)),
))
# fmt: on

DERIVED = RATES + FEASIBLE
