"""Phrases of reasons in both languages: data, like the labels of the catalogue."""

from collections.abc import Mapping
from typing import Final

from scoring.ml.tables.schema import Text

# Facts of features for which "label: value" would not do. {} is the client's value.
PHRASES: Final[Mapping[str, Text]] = {
    "EXT_SOURCE_1": Text("External credit rating 1 is {}", "La note de crédit externe n° 1 est de {}"),
    "EXT_SOURCE_2": Text("External credit rating 2 is {}", "La note de crédit externe n° 2 est de {}"),
    "EXT_SOURCE_3": Text("External credit rating 3 is {}", "La note de crédit externe n° 3 est de {}"),
    "EXT_MIN": Text(
        "The lowest external credit rating is {}", "La plus basse des notes de crédit externes est de {}"
    ),
    "EXT_MAX": Text(
        "The highest external credit rating is {}", "La plus haute des notes de crédit externes est de {}"
    ),
    "EXT_MEAN": Text(
        "The external credit ratings average {}", "La moyenne des notes de crédit externes est de {}"
    ),
    "EXT_MEDIAN": Text(
        "The middle one of the external credit ratings is {}",
        "La note médiane des notes de crédit externes est de {}",
    ),
    "EXT_WEIGHTED": Text(
        "The weighted mean of the external credit ratings is {}",
        "La moyenne pondérée des notes de crédit externes est de {}",
    ),
    "AMT_CREDIT": Text("The requested credit is {}", "Le crédit demandé est de {}"),
    "AMT_GOODS_PRICE": Text("The price of the goods is {}", "Le prix du bien financé est de {}"),
    "AMT_ANNUITY": Text("The instalment is {}", "La mensualité est de {}"),
    "AMT_INCOME_TOTAL": Text("The yearly income is {}", "Le revenu annuel est de {}"),
    "ANNUITY_TO_INCOME": Text(
        "The instalment takes {} of the income", "La mensualité représente {} du revenu"
    ),
    "TOTAL_ANNUITY_TO_INCOME": Text(
        "All instalments together take {} of the income",
        "Toutes les mensualités réunies représentent {} du revenu",
    ),
    "CREDIT_TO_INCOME": Text(
        "The loan is {} times the yearly income", "Le prêt représente {} fois le revenu annuel"
    ),
    "GOODS_TO_INCOME": Text(
        "The price of the goods is {} times the yearly income",
        "Le prix du bien représente {} fois le revenu annuel",
    ),
    "CREDIT_TO_GOODS": Text(
        "The loan covers {} of the price of the goods", "Le prêt couvre {} du prix du bien"
    ),
    "CREDIT_TO_ANNUITY": Text("The loan equals {} instalments", "Le prêt représente {} mensualités"),
    "GOODS_TO_ANNUITY": Text(
        "The price of the goods equals {} instalments", "Le prix du bien représente {} mensualités"
    ),
    "ANNUITY_TO_CREDIT": Text("Each instalment is {} of the loan", "Chaque mensualité représente {} du prêt"),
    "INCOME_LESS_ANNUITY": Text(
        "{} of the income remain after the instalment", "Il reste {} du revenu après la mensualité"
    ),
    "DAYS_BIRTH": Text("The client’s age is {}", "L’âge du client est de {}"),
    "DAYS_EMPLOYED": Text("Employment: {}", "Emploi : {}"),
    "DAYS_LAST_PHONE_CHANGE": Text(
        "The phone number was last changed {}", "Le numéro de téléphone a été changé {}"
    ),
    "DAYS_ID_PUBLISH": Text(
        "The identity document was last changed {}", "La pièce d’identité a été renouvelée {}"
    ),
    "DAYS_REGISTRATION": Text(
        "The registration was last changed {}", "L’inscription a été modifiée pour la dernière fois {}"
    ),
    "CNT_CHILDREN": Text("Children to support: {}", "Enfants à charge : {}"),
    "DEBT_ELSEWHERE_TO_INCOME": Text(
        "The debt before this loan is {} times the yearly income",
        "Les dettes avant ce prêt représentent {} fois le revenu annuel",
    ),
    "TOTAL_DEBT_TO_INCOME": Text(
        "All debt, this loan included, is {} times the yearly income",
        "Toutes les dettes, ce prêt compris, représentent {} fois le revenu annuel",
    ),
}
LABEL_AND_VALUE: Final = Text("{label}: {value}", "{label} : {value}")
MISSING_VALUE: Final = Text("{label}: {why}", "{label} : {why}")

# A fact beside the reference range of accepted clients, or the share of them of whom it is true too.
OUTSIDE_RANGE: Final = Text(
    "{fact}; for most accepted clients: between {low} and {high}.",
    "{fact} ; pour la plupart des clients acceptés : entre {low} et {high}.",
)
WITHIN_RANGE: Final = Text(
    "{fact}; that is usual among accepted clients too (between {low} and {high}), but weighs towards refusal"
    " in this case.",
    "{fact} ; c’est courant aussi chez les clients acceptés (entre {low} et {high}), mais pèse ici dans le"
    " sens du refus.",
)
SINGLE_VALUE_RANGE: Final = Text(
    "{fact}; for most accepted clients: {low}.", "{fact} ; pour la plupart des clients acceptés : {low}."
)
CATEGORY_SHARE: Final = Text(
    "{fact}; so it is for {share} of accepted clients.",
    "{fact} ; c’est le cas de {share} des clients acceptés.",
)
RARE_CATEGORY: Final = Text(
    "{fact}; few accepted clients are in that case.", "{fact} ; peu de clients acceptés sont dans ce cas."
)
COVERAGE: Final = Text(
    "{fact}; it is known for {share} of accepted clients.",
    "{fact} ; cette information est connue pour {share} des clients acceptés.",
)
FACT_ALONE: Final = Text("{fact}.", "{fact}.")
REQUIRED_INPUT: Final = Text(
    "{label}: not known. Without it the model gives no verdict, and a person must look first.",
    "{label} : information inconnue. Sans elle, le modèle ne donne pas de verdict et une personne doit"
    " d’abord examiner la demande.",
)
