"""Combinations of the three external ratings, and ratios of them to the client and the loan."""

import numpy as np

from scoring.ml.features.spec import directions
from scoring.ml.features.spec import formula as f
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.formula import Profile, Values, derived_features, ratio


def ratings(p: Profile) -> tuple[Values, Values, Values]:
    return p.EXT_SOURCE_1, p.EXT_SOURCE_2, p.EXT_SOURCE_3


def weighted_mean(p: Profile, weights: tuple[float, float, float]) -> Values:
    """Compute the weighted mean of the ratings that are present."""
    scores = ratings(p)
    # Missing where the rating is.
    present = [weight + score * 0 for weight, score in zip(weights, scores, strict=True)]
    weighted = [score * weight for score, weight in zip(scores, present, strict=True)]
    return f.nansum(weighted) / f.nansum(present)


# What rises with every rating that it is made of. A difference or a spread of ratings does not, nor does the
# sum of those that are present: a further low one raises it.
DIRECTIONS = dict.fromkeys(
    (
        "EXT_MIN",
        "EXT_MAX",
        "EXT_MEAN",
        "EXT_MEDIAN",
        "EXT_WEIGHTED",
        "EXT_WEIGHTED_TO_3",
        "EXT_ROOT_1_3",
        "EXT_SUM_1_2",
        "EXT_SUM_1_3",
        "EXT_SUM_2_3",
        "EXT_PRODUCT",
        "EXT_PRODUCT_1_2",
        "EXT_PRODUCT_1_3",
        "EXT_PRODUCT_2_3",
    ),
    directions.RATING,
)

# fmt: off
DERIVED = derived_features("external_ratings", (
    ("EXT_MIN", Unit.SCORE, "Lowest external credit rating", "Note de crédit externe la plus basse",
     lambda p: f.nanmin(ratings(p))),
    ("EXT_MAX", Unit.SCORE, "Highest external credit rating", "Note de crédit externe la plus haute",
     lambda p: f.nanmax(ratings(p))),
    ("EXT_MEAN", Unit.SCORE, "Mean external credit rating", "Moyenne des notes de crédit externes",
     lambda p: f.nanmean(ratings(p))),
    ("EXT_MEDIAN", Unit.SCORE, "Median external credit rating", "Médiane des notes de crédit externes",
     lambda p: f.median_of_three(*ratings(p))),
    ("EXT_WEIGHTED", Unit.SCORE, "Weighted mean of the external credit ratings",
     "Moyenne pondérée des notes de crédit externes",
     lambda p: weighted_mean(p, (1.9, 2.1, 2.6))),
    ("EXT_SUM", Unit.NUMBER, "Sum of the external credit ratings",
     "Somme des notes de crédit externes",
     lambda p: f.nansum(ratings(p))),
    ("EXT_WEIGHTED_TO_3", Unit.SCORE, "Mean of the external credit ratings, the third counting most",
     "Moyenne des notes de crédit externes, la troisième comptant le plus",
     lambda p: weighted_mean(p, (2.0, 1.0, 3.0))),
    ("EXT_ROOT_1_3", Unit.SCORE, "Geometric mean of external credit ratings 1 and 3",
     "Moyenne géométrique des notes de crédit externes n° 1 et n° 3",
     lambda p: np.sqrt(p.EXT_SOURCE_1 * p.EXT_SOURCE_3)),
    ("EXT_1_LESS_OTHERS", Unit.NUMBER, "External credit rating 1 less the two others",
     "Note de crédit externe n° 1 moins les deux autres",
     lambda p: p.EXT_SOURCE_1 - p.EXT_SOURCE_2 - p.EXT_SOURCE_3),
    ("EXT_VARIANCE", Unit.NUMBER, "Spread of the external credit ratings",
     "Dispersion des notes de crédit externes",
     lambda p: f.nanvar(ratings(p))),
    ("EXT_COUNT", Unit.COUNT, "External credit ratings known", "Notes de crédit externes connues",
     lambda p: f.nancount(ratings(p))),
    ("EXT_SUM_1_2", Unit.NUMBER, "External credit ratings 1 and 2 added up",
     "Notes de crédit externes n° 1 et n° 2 additionnées",
     lambda p: p.EXT_SOURCE_1 + p.EXT_SOURCE_2),
    ("EXT_SUM_1_3", Unit.NUMBER, "External credit ratings 1 and 3 added up",
     "Notes de crédit externes n° 1 et n° 3 additionnées",
     lambda p: p.EXT_SOURCE_1 + p.EXT_SOURCE_3),
    ("EXT_SUM_2_3", Unit.NUMBER, "External credit ratings 2 and 3 added up",
     "Notes de crédit externes n° 2 et n° 3 additionnées",
     lambda p: p.EXT_SOURCE_2 + p.EXT_SOURCE_3),
    ("EXT_GAP_1_2", Unit.NUMBER, "External credit rating 1 less rating 2",
     "Note de crédit externe n° 1 moins note n° 2",
     lambda p: p.EXT_SOURCE_1 - p.EXT_SOURCE_2),
    ("EXT_GAP_1_3", Unit.NUMBER, "External credit rating 1 less rating 3",
     "Note de crédit externe n° 1 moins note n° 3",
     lambda p: p.EXT_SOURCE_1 - p.EXT_SOURCE_3),
    ("EXT_GAP_2_3", Unit.NUMBER, "External credit rating 2 less rating 3",
     "Note de crédit externe n° 2 moins note n° 3",
     lambda p: p.EXT_SOURCE_2 - p.EXT_SOURCE_3),
    ("EXT_PRODUCT", Unit.NUMBER, "Product of the three external credit ratings",
     "Produit des trois notes de crédit externes",
     lambda p: p.EXT_SOURCE_1 * p.EXT_SOURCE_2 * p.EXT_SOURCE_3),
    ("EXT_PRODUCT_1_2", Unit.NUMBER, "Product of external credit ratings 1 and 2",
     "Produit des notes de crédit externes n° 1 et n° 2",
     lambda p: p.EXT_SOURCE_1 * p.EXT_SOURCE_2),
    ("EXT_PRODUCT_1_3", Unit.NUMBER, "Product of external credit ratings 1 and 3",
     "Produit des notes de crédit externes n° 1 et n° 3",
     lambda p: p.EXT_SOURCE_1 * p.EXT_SOURCE_3),
    ("EXT_PRODUCT_2_3", Unit.NUMBER, "Product of external credit ratings 2 and 3",
     "Produit des notes de crédit externes n° 2 et n° 3",
     lambda p: p.EXT_SOURCE_2 * p.EXT_SOURCE_3),
    ("EXT_MEAN_BY_AGE", Unit.NUMBER, "External credit ratings and age taken together",
     "Notes de crédit externes et âge considérés ensemble",
     lambda p: p.EXT_MEAN * p.DAYS_BIRTH),
    ("EXT_MEAN_BY_TERM", Unit.NUMBER, "External credit ratings and length of the loan taken together",
     "Notes de crédit externes et durée du prêt considérées ensemble",
     lambda p: ratio(p.EXT_MEAN, p.CREDIT_TO_ANNUITY)),
    ("CREDIT_TO_EXT_3", Unit.NUMBER, "Loan amount and external credit rating 3 taken together",
     "Montant du prêt et note de crédit externe n° 3 considérés ensemble",
     lambda p: ratio(p.AMT_CREDIT, p.EXT_SOURCE_3)),
    ("ANNUITY_TO_EXT_3", Unit.NUMBER, "Instalment and external credit rating 3 taken together",
     "Mensualité et note de crédit externe n° 3 considérées ensemble",
     lambda p: ratio(p.AMT_ANNUITY, p.EXT_SOURCE_3)),
    ("INCOME_TO_EXT_3", Unit.NUMBER, "Income and external credit rating 3 taken together",
     "Revenu et note de crédit externe n° 3 considérés ensemble",
     lambda p: ratio(p.AMT_INCOME_TOTAL, p.EXT_SOURCE_3)),
    ("AGE_TO_EXT_3", Unit.NUMBER, "Age and external credit rating 3 taken together",
     "Âge et note de crédit externe n° 3 considérés ensemble",
     lambda p: ratio(p.DAYS_BIRTH, p.EXT_SOURCE_3)),
    ("EMPLOYED_TO_EXT_3", Unit.NUMBER, "Time in the job and external credit rating 3 taken together",
     "Ancienneté et note de crédit externe n° 3 considérées ensemble",
     lambda p: ratio(p.DAYS_EMPLOYED, p.EXT_SOURCE_3)),
), directions=DIRECTIONS)
# fmt: on
