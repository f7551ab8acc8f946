"""Directions that several features share, with the reason why each is beyond dispute.

A feature is given one only where the sense holds for every client, all else equal. A ratio in which a larger
loan is also a sign of trust (the loan against the income) has none.
"""

from scoring.ml.features.spec.feature import Direction, Sign
from scoring.ml.tables.schema import Text

RATING = Direction(
    Sign.LESS_RISK,
    Text(
        "a rating agency rates higher those of whom it expects that they repay",
        "un organisme note plus haut ceux dont il attend qu’ils remboursent",
    ),
)
SOCIAL_CIRCLE = Direction(
    Sign.MORE_RISK,
    Text(
        "more people around the client who pay late say nothing good about the client’s own means",
        "davantage de retards de paiement dans l’entourage ne dit rien de bon des moyens du client",
    ),
)
# Days of employment are negative: closer to zero is a shorter time in the job.
SHORT_EMPLOYMENT = Direction(
    Sign.MORE_RISK,
    Text(
        "a shorter time in the job makes the income less certain",
        "une ancienneté plus courte dans l’emploi rend le revenu moins sûr",
    ),
)
LONG_EMPLOYMENT = Direction(
    Sign.LESS_RISK,
    Text(
        "a longer time in the job makes the income more certain",
        "une ancienneté plus longue dans l’emploi rend le revenu plus sûr",
    ),
)
BURDEN = Direction(
    Sign.MORE_RISK,
    Text(
        "the more of the income instalments take, the less is left when something goes wrong",
        "plus les mensualités prennent du revenu, moins il en reste en cas d’imprévu",
    ),
)
BORROWED_SHARE = Direction(
    Sign.MORE_RISK,
    Text(
        "the less of the price the client pays from own means, the more is at stake",
        "moins le client paie lui-même le bien, plus la somme en jeu est grande",
    ),
)
INDEBTEDNESS = Direction(
    Sign.MORE_RISK,
    Text(
        "a larger part of the credit that is still owed leaves less room for another one",
        "une plus grande part du crédit encore due laisse moins de place à un autre",
    ),
)
LATENESS = Direction(
    Sign.MORE_RISK,
    Text(
        "whoever paid later, or late more often, has shown more difficulty in paying",
        "qui a payé plus tard, ou plus souvent en retard, a montré plus de difficultés à payer",
    ),
)
