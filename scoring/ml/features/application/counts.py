"""Counts and shares over the application's many small columns."""

from scoring.ml.features.application.columns import COLUMNS_BY_GROUP
from scoring.ml.features.spec import directions
from scoring.ml.features.spec import formula as f
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.formula import Profile, Values, derived_features, flag, ratio

NO_EMPLOYMENT = 365243
DOCUMENTS = tuple(name for name in COLUMNS_BY_GROUP["documents"] if name.startswith("FLAG_DOCUMENT_"))
CONTACTS = tuple(name for name in COLUMNS_BY_GROUP["phone"] if name.startswith("FLAG_"))
MISMATCHES = tuple(name for name in COLUMNS_BY_GROUP["address"] if name.startswith(("REG_", "LIVE_")))
ENQUIRIES = tuple(COLUMNS_BY_GROUP["bureau_enquiries"])
BUILDING = tuple(name for name in COLUMNS_BY_GROUP["housing"] if name.endswith("_AVG"))
ANSWERS = tuple(name for group in COLUMNS_BY_GROUP.values() for name in group)


def columns(p: Profile, names: tuple[str, ...]) -> list[Values]:
    return [getattr(p, name) for name in names]


def missing_count(p: Profile, names: tuple[str, ...]) -> Values:
    return len(names) - f.nancount(columns(p, names))


DIRECTIONS = dict.fromkeys(
    ("CIRCLE_DEFAULT_30", "CIRCLE_DEFAULT_60", "CIRCLE_DEFAULTS"), directions.SOCIAL_CIRCLE
)

# fmt: off
DERIVED = (
    *derived_features("employment", (
        ("NO_EMPLOYMENT", Unit.FLAG, "No employment declared", "Aucun emploi déclaré",
         lambda p: flag(p.raw("DAYS_EMPLOYED") == NO_EMPLOYMENT, p.raw("DAYS_EMPLOYED"))),
    )),
    *derived_features("documents", (
        ("DOCUMENTS", Unit.COUNT, "Documents handed in", "Documents fournis",
         lambda p: f.nansum(columns(p, DOCUMENTS))),
    )),
    *derived_features("phone", (
        ("CONTACTS", Unit.COUNT, "Ways to reach the client", "Moyens de joindre le client",
         lambda p: f.nansum(columns(p, CONTACTS))),
    )),
    *derived_features("address", (
        ("ADDRESS_MISMATCHES", Unit.COUNT, "Addresses that do not match", "Adresses qui ne concordent pas",
         lambda p: f.nansum(columns(p, MISMATCHES))),
    )),
    *derived_features("bureau_enquiries", (
        ("ENQUIRIES", Unit.COUNT, "Credit bureau enquiries in a year",
         "Consultations du fichier des crédits en un an",
         lambda p: f.nansum(columns(p, ENQUIRIES))),
        ("ENQUIRIES_RECENT", Unit.COUNT, "Credit bureau enquiries in the last month",
         "Consultations du fichier des crédits depuis un mois",
         lambda p: f.nansum(columns(p, ENQUIRIES[:4]))),
        ("ENQUIRIES_RECENT_SHARE", Unit.PERCENT,
         "Share of the year’s enquiries made in the last three months",
         "Part des consultations de l’année faites depuis trois mois",
         lambda p: ratio(f.nansum(columns(p, ENQUIRIES[:5])), p.ENQUIRIES)),
        ("ENQUIRIES_MONTH_TO_QUARTER", Unit.RATIO,
         "Enquiries of the last month compared with the quarter before",
         "Consultations du dernier mois rapportées au trimestre précédent",
         lambda p: ratio(p.AMT_REQ_CREDIT_BUREAU_MON, p.AMT_REQ_CREDIT_BUREAU_QRT)),
        ("ENQUIRIES_QUARTER_TO_YEAR", Unit.RATIO,
         "Enquiries of the last quarter compared with the year before",
         "Consultations du dernier trimestre rapportées à l’année précédente",
         lambda p: ratio(p.AMT_REQ_CREDIT_BUREAU_QRT, p.AMT_REQ_CREDIT_BUREAU_YEAR)),
    )),
    *derived_features("social_circle", (
        ("CIRCLE_DEFAULT_30", Unit.PERCENT, "Share of the social circle 30 days late",
         "Part de l’entourage en retard de 30 jours",
         lambda p: ratio(p.DEF_30_CNT_SOCIAL_CIRCLE, p.OBS_30_CNT_SOCIAL_CIRCLE)),
        ("CIRCLE_DEFAULT_60", Unit.PERCENT, "Share of the social circle 60 days late",
         "Part de l’entourage en retard de 60 jours",
         lambda p: ratio(p.DEF_60_CNT_SOCIAL_CIRCLE, p.OBS_60_CNT_SOCIAL_CIRCLE)),
        ("CIRCLE_DEFAULTS", Unit.COUNT, "Late payers in the social circle", "Retards dans l’entourage",
         lambda p: p.DEF_30_CNT_SOCIAL_CIRCLE + p.DEF_60_CNT_SOCIAL_CIRCLE),
    ), directions=DIRECTIONS),
    *derived_features("housing", (
        ("BUILDING_MEAN", Unit.NUMBER, "Mean of the building’s measures", "Moyenne des mesures de l’immeuble",
         lambda p: f.nanmean(columns(p, BUILDING))),
        ("BUILDING_SPREAD", Unit.NUMBER, "Spread of the building’s measures",
         "Dispersion des mesures de l’immeuble",
         lambda p: f.nanvar(columns(p, BUILDING))),
        ("BUILDING_MISSING", Unit.COUNT, "Measures of the building that are unknown",
         "Mesures de l’immeuble inconnues",
         lambda p: missing_count(p, BUILDING)),
    )),
    *derived_features("region", (
        ("REGION_RATING_SUM", Unit.NUMBER, "The two ratings of the region together",
         "Les deux notes de la région additionnées",
         lambda p: p.REGION_RATING_CLIENT + p.REGION_RATING_CLIENT_W_CITY),
    )),
    *derived_features("completeness", (
        ("ANSWERS_MISSING", Unit.COUNT, "Answers missing from the application",
         "Réponses manquantes dans la demande",
         lambda p: missing_count(p, ANSWERS)),
    )),
)
# fmt: on
