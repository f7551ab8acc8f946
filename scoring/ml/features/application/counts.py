"""What the application's many small columns say when counted together."""

from scoring.ml.features.application.columns import RAW
from scoring.ml.features.spec import formula as f
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.formula import Profile, Values, flag, of_group, ratio

NO_EMPLOYMENT = 365243
DOCUMENTS = tuple(name for name in RAW["documents"] if name.startswith("FLAG_DOCUMENT_"))
CONTACTS = tuple(name for name in RAW["phone"] if name.startswith("FLAG_"))
MISMATCHES = tuple(name for name in RAW["address"] if name.startswith(("REG_", "LIVE_")))
ENQUIRIES = tuple(RAW["bureau_enquiries"])
BUILDING = tuple(name for name in RAW["housing"] if name.endswith("_AVG"))
ANSWERS = tuple(name for columns in RAW.values() for name in columns)


def values(p: Profile, names: tuple[str, ...]) -> list[Values]:
    return [getattr(p, name) for name in names]


def missing_count(p: Profile, names: tuple[str, ...]) -> Values:
    return len(names) - f.known_count(values(p, names))


# fmt: off
DERIVED = (
    *of_group("employment", (
        ("NO_EMPLOYMENT", Unit.FLAG, "No employment declared", "Aucun emploi déclaré",
         lambda p: flag(p.given("DAYS_EMPLOYED") == NO_EMPLOYMENT, p.given("DAYS_EMPLOYED"))),
    )),
    *of_group("documents", (
        ("DOCUMENTS", Unit.COUNT, "Documents handed in", "Documents fournis",
         lambda p: f.known_sum(values(p, DOCUMENTS))),
    )),
    *of_group("phone", (
        ("CONTACTS", Unit.COUNT, "Ways to reach the client", "Moyens de joindre le client",
         lambda p: f.known_sum(values(p, CONTACTS))),
    )),
    *of_group("address", (
        ("ADDRESS_MISMATCHES", Unit.COUNT, "Addresses that do not match", "Adresses qui ne concordent pas",
         lambda p: f.known_sum(values(p, MISMATCHES))),
    )),
    *of_group("bureau_enquiries", (
        ("ENQUIRIES", Unit.COUNT, "Credit bureau enquiries in a year",
         "Consultations du fichier des crédits en un an",
         lambda p: f.known_sum(values(p, ENQUIRIES))),
        ("ENQUIRIES_RECENT", Unit.COUNT, "Credit bureau enquiries in the last month",
         "Consultations du fichier des crédits depuis un mois",
         lambda p: f.known_sum(values(p, ENQUIRIES[:4]))),
        ("ENQUIRIES_RECENT_SHARE", Unit.PERCENT,
         "Share of the year’s enquiries made in the last three months",
         "Part des consultations de l’année faites depuis trois mois",
         lambda p: ratio(f.known_sum(values(p, ENQUIRIES[:5])), p.ENQUIRIES)),
        ("ENQUIRIES_MONTH_TO_QUARTER", Unit.RATIO,
         "Enquiries of the last month compared with the quarter before",
         "Consultations du dernier mois rapportées au trimestre précédent",
         lambda p: ratio(p.AMT_REQ_CREDIT_BUREAU_MON, p.AMT_REQ_CREDIT_BUREAU_QRT)),
        ("ENQUIRIES_QUARTER_TO_YEAR", Unit.RATIO,
         "Enquiries of the last quarter compared with the year before",
         "Consultations du dernier trimestre rapportées à l’année précédente",
         lambda p: ratio(p.AMT_REQ_CREDIT_BUREAU_QRT, p.AMT_REQ_CREDIT_BUREAU_YEAR)),
    )),
    *of_group("social_circle", (
        ("CIRCLE_DEFAULT_30", Unit.PERCENT, "Share of the social circle 30 days late",
         "Part de l’entourage en retard de 30 jours",
         lambda p: ratio(p.DEF_30_CNT_SOCIAL_CIRCLE, p.OBS_30_CNT_SOCIAL_CIRCLE)),
        ("CIRCLE_DEFAULT_60", Unit.PERCENT, "Share of the social circle 60 days late",
         "Part de l’entourage en retard de 60 jours",
         lambda p: ratio(p.DEF_60_CNT_SOCIAL_CIRCLE, p.OBS_60_CNT_SOCIAL_CIRCLE)),
        ("CIRCLE_DEFAULTS", Unit.COUNT, "Late payers in the social circle", "Retards dans l’entourage",
         lambda p: p.DEF_30_CNT_SOCIAL_CIRCLE + p.DEF_60_CNT_SOCIAL_CIRCLE),
    )),
    *of_group("housing", (
        ("BUILDING_MEAN", Unit.NUMBER, "Mean of the building’s measures", "Moyenne des mesures de l’immeuble",
         lambda p: f.known_mean(values(p, BUILDING))),
        ("BUILDING_SPREAD", Unit.NUMBER, "Spread of the building’s measures",
         "Dispersion des mesures de l’immeuble",
         lambda p: f.known_variance(values(p, BUILDING))),
        ("BUILDING_MISSING", Unit.COUNT, "Measures of the building that are unknown",
         "Mesures de l’immeuble inconnues",
         lambda p: missing_count(p, BUILDING)),
    )),
    *of_group("region", (
        ("REGION_RATING_SUM", Unit.NUMBER, "The two ratings of the region together",
         "Les deux notes de la région additionnées",
         lambda p: p.REGION_RATING_CLIENT + p.REGION_RATING_CLIENT_W_CITY),
    )),
    *of_group("completeness", (
        ("ANSWERS_MISSING", Unit.COUNT, "Answers missing from the application",
         "Réponses manquantes dans la demande",
         lambda p: missing_count(p, ANSWERS)),
    )),
)
# fmt: on
