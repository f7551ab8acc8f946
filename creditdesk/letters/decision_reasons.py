"""Texts for the client about the reason code of a decision."""

from collections.abc import Mapping
from typing import Final

from creditdesk.models import Decision
from scoring.ml.tables.schema import Text

Code = Decision.ReasonCode

# A suspicion is no accusation: the client reads that something could not be verified.
CLIENT_TEXTS: Final[Mapping[str, Text]] = {
    Code.INCOME: Text(
        en="Your income or situation is better documented than in the data of the application.",
        fr="Vos revenus ou votre situation sont mieux documentés que dans les données de la demande.",
    ),
    Code.GUARANTEE: Text(
        en="The guarantee or the co-borrower presented.",
        fr="La garantie ou le co-emprunteur présentés.",
    ),
    Code.HISTORY: Text(
        en="What the bank knows of you from your relationship with it.",
        fr="Ce que la banque connaît de vous dans le cadre de votre relation avec elle.",
    ),
    Code.AFFORDABILITY: Text(
        en="The instalment would weigh too heavily on your budget.",
        fr="La mensualité pèserait trop lourd dans votre budget.",
    ),
    Code.DOCUMENTS: Text(
        en="Documents are missing, or do not agree with each other.",
        fr="Des pièces manquent au dossier ou ne concordent pas entre elles.",
    ),
    Code.FRAUD: Text(
        en="Information in the application could not be verified.",
        fr="Des informations de la demande n’ont pas pu être vérifiées.",
    ),
    Code.DATA: Text(
        en="Data of the application is wrong or out of date.",
        fr="Des données de la demande sont inexactes ou ne sont plus à jour.",
    ),
    Code.OTHER: Text(
        en="An element of your file that the person who decided took into account, and explains on request.",
        fr="Un élément de votre dossier que la personne qui a décidé a apprécié, et qu’elle vous exposera "
        "sur demande.",
    ),
}
# Codes whose free-text reason is never quoted to the client.
NEVER_QUOTED: Final = frozenset({Code.FRAUD})
