"""The catalogue of features, the reason groups that they count towards, and the main and critical ones."""

from collections.abc import Mapping

from scoring.ml.features import declared_learned
from scoring.ml.features.across import debt_and_payments, payment_schedule, recent_activity
from scoring.ml.features.application import amounts, columns, counts, dates, external_ratings, interest_rates
from scoring.ml.features.history.all_tables import AGGREGATES, HISTORY_GROUPS
from scoring.ml.features.spec.feature import Feature
from scoring.ml.features.spec.formula import Cleaning, DerivedFeature, Formula
from scoring.ml.tables.schema import Text

DERIVED: tuple[DerivedFeature, ...] = (
    *external_ratings.DERIVED,
    *amounts.DERIVED,
    *dates.DERIVED,
    *counts.DERIVED,
    *interest_rates.DERIVED,
    *debt_and_payments.DERIVED,
    *payment_schedule.DERIVED,
    *recent_activity.DERIVED,
)

FEATURES: tuple[Feature, ...] = (*columns.FEATURES, *(derived.feature for derived in DERIVED), *AGGREGATES)
LEARNED: tuple[Feature, ...] = declared_learned.FEATURES
"""Fitted on other clients, so they need a model folder: see `scoring.ml.learned`."""

BY_NAME: Mapping[str, Feature] = {feature.name: feature for feature in (*FEATURES, *LEARNED)}

CLEANINGS: Mapping[str, Cleaning] = {
    **columns.CLEANINGS,
    **{feature.name: columns.number for feature in AGGREGATES},
}
FORMULAS: Mapping[str, Formula] = {derived.feature.name: derived.formula for derived in DERIVED}

GROUPS: Mapping[str, Text] = {
    "external_ratings": Text("External credit ratings", "Notes de crédit externes"),
    "loan_size": Text("Size of the loan", "Montant du prêt"),
    "loan_terms": Text("Length and price of the loan", "Durée et coût du prêt"),
    "instalment_burden": Text("Weight of the instalment", "Poids de la mensualité"),
    "total_debt": Text("Total debt", "Endettement total"),
    "income": Text("Income", "Revenus"),
    "employment": Text("Employment", "Emploi"),
    "age": Text("Age", "Âge"),
    "education": Text("Education", "Niveau d’études"),
    "family_burden": Text("Children to support", "Enfants à charge"),
    "housing": Text("Housing", "Logement"),
    "region": Text("Region of residence", "Région de résidence"),
    "address": Text("Address", "Adresse"),
    "phone": Text("Phone and e-mail", "Téléphone et courriel"),
    "car": Text("Car", "Voiture"),
    "documents": Text("Documents", "Pièces justificatives"),
    "bureau_enquiries": Text("Credit bureau enquiries", "Consultations du fichier des crédits"),
    "credit_experience": Text("Experience with credit", "Expérience du crédit"),
    "social_circle": Text("Social circle", "Entourage"),
    "application_moment": Text("Moment of the application", "Moment de la demande"),
    "completeness": Text("Missing answers", "Réponses manquantes"),
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
