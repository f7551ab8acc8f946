"""Differences and quotients of the client's dates: age, job, address, document, phone, car, end of loan."""

from itertools import combinations

from scoring.ml.features.spec import directions
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.formula import DerivedFeature, Formula, derived_features, ratio
from scoring.ml.tables.schema import Text

DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25

# The label of each date; a pair of dates counts towards the reason group of the second one.
DATES = {
    "DAYS_BIRTH": Text("birth", "la naissance"),
    "DAYS_EMPLOYED": Text("the start of the job", "le début de l’emploi"),
    "DAYS_REGISTRATION": Text("the address registration", "l’enregistrement de l’adresse"),
    "DAYS_ID_PUBLISH": Text("the issue of the identity document", "la délivrance de la pièce d’identité"),
    "DAYS_LAST_PHONE_CHANGE": Text("the last change of phone", "le dernier changement de téléphone"),
}
# The label of the time since each date, to follow "as a share of" and "en part de".
SINCE = {
    "DAYS_BIRTH": Text("age", "l’âge"),
    "DAYS_EMPLOYED": Text("time in the job", "l’ancienneté dans l’emploi"),
    "DAYS_REGISTRATION": Text("age of the address", "l’ancienneté de l’adresse"),
    "DAYS_ID_PUBLISH": Text("age of the identity document", "l’ancienneté de la pièce d’identité"),
    "DAYS_LAST_PHONE_CHANGE": Text("age of the phone number", "l’ancienneté du numéro de téléphone"),
}
GROUPS = {
    "DAYS_EMPLOYED": "employment",
    "DAYS_REGISTRATION": "address",
    "DAYS_ID_PUBLISH": "documents",
    "DAYS_LAST_PHONE_CHANGE": "phone",
}


DIRECTIONS = {"SHARE_BIRTH_TO_EMPLOYED": directions.LONG_EMPLOYMENT}


def _difference(earlier: str, later: str) -> Formula:
    return lambda p: getattr(p, later) - getattr(p, earlier)


def _quotient(earlier: str, later: str) -> Formula:
    return lambda p: ratio(getattr(p, later), getattr(p, earlier))


def _pair(earlier: str, later: str) -> tuple[DerivedFeature, DerivedFeature]:
    start, end, group = DATES[earlier], DATES[later], GROUPS[later]
    stem = f"{earlier.removeprefix('DAYS_')}_TO_{later.removeprefix('DAYS_')}"
    between = Text(f"Time from {start.en} to {end.en}", f"Temps entre {start.fr} et {end.fr}")
    length, whole = SINCE[later], SINCE[earlier]
    share = Text(
        f"{length.en.capitalize()} as a share of {whole.en}",
        f"{length.fr.removeprefix('l’').capitalize()} en part de {whole.fr}",
    )
    return (
        DerivedFeature(
            Feature(f"DAYS_{stem}", group, Unit.DURATION_DAYS, between, "application"),
            _difference(earlier, later),
        ),
        DerivedFeature(
            Feature(
                f"SHARE_{stem}",
                group,
                Unit.PERCENT,
                share,
                "application",
                direction=DIRECTIONS.get(f"SHARE_{stem}"),
            ),
            _quotient(earlier, later),
        ),
    )


PAIRS = tuple(feature for earlier, later in combinations(DATES, 2) for feature in _pair(earlier, later))

# fmt: off
CAR = derived_features("car", (
    ("CAR_AGE_TO_AGE", Unit.PERCENT, "Age of the car as a share of the client’s age",
     "Âge de la voiture en part de l’âge du client",
     lambda p: ratio(p.OWN_CAR_AGE, -p.DAYS_BIRTH / DAYS_PER_YEAR)),
    ("CAR_AGE_TO_EMPLOYED", Unit.PERCENT, "Age of the car as a share of time in the job",
     "Âge de la voiture en part de l’ancienneté",
     lambda p: ratio(p.OWN_CAR_AGE, -p.DAYS_EMPLOYED / DAYS_PER_YEAR)),
))
AGE = derived_features("age", (
    ("AGE_AT_END", Unit.DURATION_DAYS, "Age at the end of the loan", "Âge à la fin du prêt",
     lambda p: p.CREDIT_TO_ANNUITY * DAYS_PER_MONTH - p.DAYS_BIRTH),
))
# fmt: on

DERIVED = PAIRS + CAR + AGE
