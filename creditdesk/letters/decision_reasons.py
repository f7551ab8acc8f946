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
# What the client can bring against a refusal for this reason.
BRING: Final[Mapping[str, Text]] = {
    Code.INCOME: Text(
        en="your last three payslips and your latest tax notice",
        fr="vos trois derniers bulletins de paie et votre dernier avis d’imposition",
    ),
    Code.GUARANTEE: Text(
        en="papers about the guarantee, or about the income of the co-borrower",
        fr="les justificatifs de la garantie ou des revenus du co-emprunteur",
    ),
    Code.HISTORY: Text(
        en="statements of your accounts and loans with us, if our records are wrong",
        fr="les relevés de vos comptes et crédits chez nous, si nos données sont inexactes",
    ),
    Code.AFFORDABILITY: Text(
        en="proof of your income and of your charges (rent, loans), or a request for a smaller instalment",
        fr="les justificatifs de vos revenus et de vos charges (loyer, crédits), ou une demande pour une "
        "mensualité plus faible",
    ),
    Code.DOCUMENTS: Text(
        en="the documents that are missing or do not agree, of which we give you the list on request",
        fr="les pièces qui manquent ou ne concordent pas, dont nous vous donnons la liste sur demande",
    ),
    Code.FRAUD: Text(
        en="documents that confirm what the application states (identity, address, employment, income)",
        fr="des pièces qui confirment ce que dit la demande (identité, domicile, emploi, revenus)",
    ),
    Code.DATA: Text(
        en="documents that show the right and present data",
        fr="des pièces qui montrent les données exactes et à jour",
    ),
    Code.OTHER: Text(
        en="any document that throws light on this element, once it is explained to you",
        fr="toute pièce qui éclaire cet élément, une fois qu’il vous a été exposé",
    ),
}
# Codes whose free-text reason is never quoted to the client.
NEVER_QUOTED: Final = frozenset({Code.FRAUD})
