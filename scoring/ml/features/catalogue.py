"""Every feature the desk knows, the reasons they are told under, and the ones that matter most on a page."""

from collections.abc import Mapping

from scoring.ml.features import application, counts, cross, money, ratings, times
from scoring.ml.features.feature import Feature
from scoring.ml.features.formula import Cleaning, Derived, Formula
from scoring.ml.tables.schema import Text

try:
    from scoring.ml.features.history import AGGREGATES, HISTORY_GROUPS
except ImportError:  # until the history room is committed
    AGGREGATES: tuple[Feature, ...] = ()  # type: ignore[no-redef]
    HISTORY_GROUPS: dict[str, Text] = {}  # type: ignore[no-redef]

DERIVED: tuple[Derived, ...] = (
    *ratings.DERIVED,
    *money.DERIVED,
    *times.DERIVED,
    *counts.DERIVED,
    *cross.DERIVED,
)

FEATURES: tuple[Feature, ...] = (*application.FEATURES, *(one.feature for one in DERIVED), *AGGREGATES)
BY_NAME: Mapping[str, Feature] = {feature.name: feature for feature in FEATURES}

CLEANINGS: Mapping[str, Cleaning] = {
    **application.CLEANINGS,
    **{feature.name: application.number for feature in AGGREGATES},
}
FORMULAS: Mapping[str, Formula] = {one.feature.name: one.formula for one in DERIVED}

GROUPS: Mapping[str, Text] = {
    "external_ratings": Text("external credit ratings", "notes de crédit externes"),
    "loan_size": Text("size of the loan", "montant du prêt"),
    "loan_terms": Text("length and price of the loan", "durée et coût du prêt"),
    "instalment_burden": Text("weight of the instalment", "poids de la mensualité"),
    "total_debt": Text("total debt", "endettement total"),
    "income": Text("income", "revenus"),
    "employment": Text("employment", "emploi"),
    "age": Text("age", "âge"),
    "education": Text("education", "niveau d'études"),
    "family_burden": Text("children to support", "enfants à charge"),
    "housing": Text("housing", "logement"),
    "region": Text("region of residence", "région de résidence"),
    "address": Text("address", "adresse"),
    "phone": Text("phone and e-mail", "téléphone et courriel"),
    "car": Text("car", "voiture"),
    "documents": Text("documents", "pièces justificatives"),
    "bureau_enquiries": Text("credit bureau enquiries", "consultations du bureau de crédit"),
    "social_circle": Text("social circle", "entourage"),
    "application_moment": Text("moment of the application", "moment de la demande"),
    "completeness": Text("missing answers", "réponses manquantes"),
    **HISTORY_GROUPS,
}

MAIN: tuple[str, ...] = (
    "EXT_SOURCE_1",
    "EXT_SOURCE_2",
    "EXT_SOURCE_3",
    "AMT_CREDIT",
    "AMT_ANNUITY",
    "AMT_INCOME_TOTAL",
    "ANNUITY_TO_INCOME",
    "CREDIT_TO_INCOME",
    "CREDIT_TO_ANNUITY",
    "DAYS_BIRTH",
    "DAYS_EMPLOYED",
    "DAYS_LAST_PHONE_CHANGE",
)

CRITICAL: tuple[str, ...] = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_INCOME_TOTAL", "DAYS_BIRTH")
