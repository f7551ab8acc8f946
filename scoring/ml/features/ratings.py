"""What the three external ratings say together, and against the client and the loan."""

import numpy as np

from scoring.ml.features import formula as f
from scoring.ml.features.feature import Unit
from scoring.ml.features.formula import Profile, Values, of_group, ratio


def ratings(p: Profile) -> tuple[Values, Values, Values]:
    return p.EXT_SOURCE_1, p.EXT_SOURCE_2, p.EXT_SOURCE_3


def weighted_mean(p: Profile, weights: tuple[float, float, float]) -> Values:
    """Weighted mean of the known ratings; the weights of the missing ones are left out."""
    scores = ratings(p)
    weight = [one + score * 0 for one, score in zip(weights, scores, strict=True)]
    return f.known_sum([one * w for one, w in zip(scores, weight, strict=True)]) / f.known_sum(weight)


# fmt: off
DERIVED = of_group("external_ratings", (
    ("EXT_MIN", Unit.SCORE, "Lowest external rating", "Note externe la plus basse",
     lambda p: f.least(ratings(p))),
    ("EXT_MAX", Unit.SCORE, "Highest external rating", "Note externe la plus haute",
     lambda p: f.greatest(ratings(p))),
    ("EXT_MEAN", Unit.SCORE, "Mean external rating", "Moyenne des notes externes",
     lambda p: f.known_mean(ratings(p))),
    ("EXT_MEDIAN", Unit.SCORE, "Median external rating", "Médiane des notes externes",
     lambda p: f.middle_of_three(*ratings(p))),
    ("EXT_WEIGHTED", Unit.SCORE, "Weighted mean of the external ratings",
     "Moyenne pondérée des notes externes",
     lambda p: weighted_mean(p, (1.9, 2.1, 2.6))),
    ("EXT_SUM", Unit.NUMBER, "Sum of the external credit ratings",
     "Somme des notes de crédit externes",
     lambda p: f.known_sum(ratings(p))),
    ("EXT_WEIGHTED_TO_3", Unit.SCORE, "Mean of the external credit ratings, the third counting most",
     "Moyenne des notes de crédit externes, la troisième comptant le plus",
     lambda p: weighted_mean(p, (2.0, 1.0, 3.0))),
    ("EXT_ROOT_1_3", Unit.SCORE, "Geometric mean of external credit ratings 1 and 3",
     "Moyenne géométrique des notes de crédit externes n° 1 et n° 3",
     lambda p: np.sqrt(p.EXT_SOURCE_1 * p.EXT_SOURCE_3)),
    ("EXT_1_LESS_OTHERS", Unit.NUMBER, "External credit rating 1 less the two others",
     "Note de crédit externe n° 1 moins les deux autres",
     lambda p: p.EXT_SOURCE_1 - p.EXT_SOURCE_2 - p.EXT_SOURCE_3),
    ("EXT_VARIANCE", Unit.NUMBER, "Spread of the external ratings", "Dispersion des notes externes",
     lambda p: f.known_variance(ratings(p))),
    ("EXT_COUNT", Unit.COUNT, "External ratings known", "Notes externes connues",
     lambda p: f.known_count(ratings(p))),
    ("EXT_SUM_1_2", Unit.NUMBER, "External ratings 1 and 2 together", "Notes externes n° 1 et 2 additionnées",
     lambda p: p.EXT_SOURCE_1 + p.EXT_SOURCE_2),
    ("EXT_SUM_1_3", Unit.NUMBER, "External ratings 1 and 3 together", "Notes externes n° 1 et 3 additionnées",
     lambda p: p.EXT_SOURCE_1 + p.EXT_SOURCE_3),
    ("EXT_SUM_2_3", Unit.NUMBER, "External ratings 2 and 3 together", "Notes externes n° 2 et 3 additionnées",
     lambda p: p.EXT_SOURCE_2 + p.EXT_SOURCE_3),
    ("EXT_GAP_1_2", Unit.NUMBER, "External rating 1 above rating 2", "Note externe n° 1 moins note n° 2",
     lambda p: p.EXT_SOURCE_1 - p.EXT_SOURCE_2),
    ("EXT_GAP_1_3", Unit.NUMBER, "External rating 1 above rating 3", "Note externe n° 1 moins note n° 3",
     lambda p: p.EXT_SOURCE_1 - p.EXT_SOURCE_3),
    ("EXT_GAP_2_3", Unit.NUMBER, "External rating 2 above rating 3", "Note externe n° 2 moins note n° 3",
     lambda p: p.EXT_SOURCE_2 - p.EXT_SOURCE_3),
    ("EXT_PRODUCT", Unit.NUMBER, "Product of the three external ratings",
     "Produit des trois notes externes",
     lambda p: p.EXT_SOURCE_1 * p.EXT_SOURCE_2 * p.EXT_SOURCE_3),
    ("EXT_PRODUCT_1_2", Unit.NUMBER, "Product of external ratings 1 and 2",
     "Produit des notes externes n° 1 et 2",
     lambda p: p.EXT_SOURCE_1 * p.EXT_SOURCE_2),
    ("EXT_PRODUCT_1_3", Unit.NUMBER, "Product of external ratings 1 and 3",
     "Produit des notes externes n° 1 et 3",
     lambda p: p.EXT_SOURCE_1 * p.EXT_SOURCE_3),
    ("EXT_PRODUCT_2_3", Unit.NUMBER, "Product of external ratings 2 and 3",
     "Produit des notes externes n° 2 et 3",
     lambda p: p.EXT_SOURCE_2 * p.EXT_SOURCE_3),
    ("EXT_MEAN_BY_AGE", Unit.NUMBER, "Mean external rating weighed by age",
     "Moyenne des notes externes pondérée par l’âge",
     lambda p: p.EXT_MEAN * p.DAYS_BIRTH),
    ("EXT_MEAN_BY_TERM", Unit.NUMBER, "Mean external rating against the length of the loan",
     "Moyenne des notes externes rapportée à la durée du prêt",
     lambda p: ratio(p.EXT_MEAN, p.CREDIT_TO_ANNUITY)),
    ("CREDIT_TO_EXT_3", Unit.NUMBER, "Loan amount against external rating 3",
     "Montant du prêt rapporté à la note externe n° 3",
     lambda p: ratio(p.AMT_CREDIT, p.EXT_SOURCE_3)),
    ("ANNUITY_TO_EXT_3", Unit.NUMBER, "Instalment against external rating 3",
     "Mensualité rapportée à la note externe n° 3",
     lambda p: ratio(p.AMT_ANNUITY, p.EXT_SOURCE_3)),
    ("INCOME_TO_EXT_3", Unit.NUMBER, "Income against external rating 3",
     "Revenu rapporté à la note externe n° 3",
     lambda p: ratio(p.AMT_INCOME_TOTAL, p.EXT_SOURCE_3)),
    ("AGE_TO_EXT_3", Unit.NUMBER, "Age against external rating 3", "Âge rapporté à la note externe n° 3",
     lambda p: ratio(p.DAYS_BIRTH, p.EXT_SOURCE_3)),
    ("EMPLOYED_TO_EXT_3", Unit.NUMBER, "Time in the job against external rating 3",
     "Ancienneté rapportée à la note externe n° 3",
     lambda p: ratio(p.DAYS_EMPLOYED, p.EXT_SOURCE_3)),
))
# fmt: on
