"""The application's own columns that are features, by reason group.

Left out on purpose: sex and family status; CNT_FAM_MEMBERS (children, plus one, plus a partner) and
NAME_TYPE_SUITE ("Spouse, partner"), which give family status away; the _MODE and _MEDI versions of the
housing block; flags that are the same for nearly everybody.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.spec import directions
from scoring.ml.features.spec.categories import codes, encode, vocabulary
from scoring.ml.features.spec.feature import Direction, Feature, Unit
from scoring.ml.features.spec.formula import Cleaning, Values
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Column, Kind

MAX_INCOME = 20_000_000.0

COLUMNS_BY_GROUP: Mapping[str, Mapping[str, Unit]] = {
    "external_ratings": {
        "EXT_SOURCE_1": Unit.SCORE,
        "EXT_SOURCE_2": Unit.SCORE,
        "EXT_SOURCE_3": Unit.SCORE,
    },
    "loan_size": {
        "NAME_CONTRACT_TYPE": Unit.CATEGORY,
        "AMT_CREDIT": Unit.MONEY,
        "AMT_GOODS_PRICE": Unit.MONEY,
    },
    "instalment_burden": {"AMT_ANNUITY": Unit.MONEY},
    "income": {"AMT_INCOME_TOTAL": Unit.MONEY, "NAME_INCOME_TYPE": Unit.CATEGORY},
    "employment": {
        "DAYS_EMPLOYED": Unit.DAYS_AGO,
        "OCCUPATION_TYPE": Unit.CATEGORY,
        "ORGANIZATION_TYPE": Unit.CATEGORY,
    },
    "age": {"DAYS_BIRTH": Unit.AGE_DAYS},
    "education": {"NAME_EDUCATION_TYPE": Unit.CATEGORY},
    "family_burden": {"CNT_CHILDREN": Unit.COUNT},
    "housing": {
        "NAME_HOUSING_TYPE": Unit.CATEGORY,
        "FLAG_OWN_REALTY": Unit.CATEGORY,
        "APARTMENTS_AVG": Unit.NUMBER,
        "BASEMENTAREA_AVG": Unit.NUMBER,
        "YEARS_BEGINEXPLUATATION_AVG": Unit.NUMBER,
        "YEARS_BUILD_AVG": Unit.NUMBER,
        "COMMONAREA_AVG": Unit.NUMBER,
        "ELEVATORS_AVG": Unit.NUMBER,
        "ENTRANCES_AVG": Unit.NUMBER,
        "FLOORSMAX_AVG": Unit.NUMBER,
        "FLOORSMIN_AVG": Unit.NUMBER,
        "LANDAREA_AVG": Unit.NUMBER,
        "LIVINGAPARTMENTS_AVG": Unit.NUMBER,
        "LIVINGAREA_AVG": Unit.NUMBER,
        "NONLIVINGAPARTMENTS_AVG": Unit.NUMBER,
        "NONLIVINGAREA_AVG": Unit.NUMBER,
        "TOTALAREA_MODE": Unit.NUMBER,
        "FONDKAPREMONT_MODE": Unit.CATEGORY,
        "HOUSETYPE_MODE": Unit.CATEGORY,
        "WALLSMATERIAL_MODE": Unit.CATEGORY,
        "EMERGENCYSTATE_MODE": Unit.CATEGORY,
    },
    "region": {
        "REGION_POPULATION_RELATIVE": Unit.NUMBER,
        "REGION_RATING_CLIENT": Unit.NUMBER,
        "REGION_RATING_CLIENT_W_CITY": Unit.NUMBER,
    },
    "address": {
        "DAYS_REGISTRATION": Unit.DAYS_AGO,
        "REG_REGION_NOT_LIVE_REGION": Unit.FLAG,
        "REG_REGION_NOT_WORK_REGION": Unit.FLAG,
        "LIVE_REGION_NOT_WORK_REGION": Unit.FLAG,
        "REG_CITY_NOT_LIVE_CITY": Unit.FLAG,
        "REG_CITY_NOT_WORK_CITY": Unit.FLAG,
        "LIVE_CITY_NOT_WORK_CITY": Unit.FLAG,
    },
    "phone": {
        "DAYS_LAST_PHONE_CHANGE": Unit.DAYS_AGO,
        "FLAG_EMP_PHONE": Unit.FLAG,
        "FLAG_WORK_PHONE": Unit.FLAG,
        "FLAG_CONT_MOBILE": Unit.FLAG,
        "FLAG_PHONE": Unit.FLAG,
        "FLAG_EMAIL": Unit.FLAG,
    },
    "car": {"FLAG_OWN_CAR": Unit.CATEGORY, "OWN_CAR_AGE": Unit.YEARS},
    "documents": {
        "DAYS_ID_PUBLISH": Unit.DAYS_AGO,
        "FLAG_DOCUMENT_3": Unit.FLAG,
        "FLAG_DOCUMENT_5": Unit.FLAG,
        "FLAG_DOCUMENT_6": Unit.FLAG,
        "FLAG_DOCUMENT_8": Unit.FLAG,
        "FLAG_DOCUMENT_9": Unit.FLAG,
        "FLAG_DOCUMENT_11": Unit.FLAG,
        "FLAG_DOCUMENT_13": Unit.FLAG,
        "FLAG_DOCUMENT_14": Unit.FLAG,
        "FLAG_DOCUMENT_15": Unit.FLAG,
        "FLAG_DOCUMENT_16": Unit.FLAG,
        "FLAG_DOCUMENT_18": Unit.FLAG,
    },
    "bureau_enquiries": {
        "AMT_REQ_CREDIT_BUREAU_HOUR": Unit.COUNT,
        "AMT_REQ_CREDIT_BUREAU_DAY": Unit.COUNT,
        "AMT_REQ_CREDIT_BUREAU_WEEK": Unit.COUNT,
        "AMT_REQ_CREDIT_BUREAU_MON": Unit.COUNT,
        "AMT_REQ_CREDIT_BUREAU_QRT": Unit.COUNT,
        "AMT_REQ_CREDIT_BUREAU_YEAR": Unit.COUNT,
    },
    "social_circle": {
        "OBS_30_CNT_SOCIAL_CIRCLE": Unit.COUNT,
        "DEF_30_CNT_SOCIAL_CIRCLE": Unit.COUNT,
        "OBS_60_CNT_SOCIAL_CIRCLE": Unit.COUNT,
        "DEF_60_CNT_SOCIAL_CIRCLE": Unit.COUNT,
    },
    "application_moment": {
        "WEEKDAY_APPR_PROCESS_START": Unit.CATEGORY,
        "HOUR_APPR_PROCESS_START": Unit.NUMBER,
    },
}


DIRECTIONS: Mapping[str, Direction] = {
    **dict.fromkeys(("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"), directions.RATING),
    **dict.fromkeys(("DEF_30_CNT_SOCIAL_CIRCLE", "DEF_60_CNT_SOCIAL_CIRCLE"), directions.SOCIAL_CIRCLE),
    "DAYS_EMPLOYED": directions.SHORT_EMPLOYMENT,
}


def _feature(name: str, group: str, unit: Unit) -> Feature:
    raw = column("application", name)
    categories = vocabulary(raw) if unit is Unit.CATEGORY else {}
    return Feature(name, group, unit, raw.label, "application", categories, DIRECTIONS.get(name))


FEATURES: tuple[Feature, ...] = tuple(
    _feature(name, group, unit)
    for group, columns in COLUMNS_BY_GROUP.items()
    for name, unit in columns.items()
)

# A change of phone "0 days ago" stands for "unknown" in the source; an income of 117 million is a slip.
FURTHER_CLEANINGS: Mapping[str, Callable[[Values], Values]] = {
    "DAYS_LAST_PHONE_CHANGE": lambda days: np.where(days == 0, np.nan, days),
    "AMT_INCOME_TOTAL": lambda income: np.minimum(income, MAX_INCOME),
}


def cleaning(raw: Column) -> Cleaning:
    """Return the cleaning of a raw column (n,) to float64 (n,): category codes, unknown values missing."""
    if raw.kind is Kind.CATEGORY:
        return partial(encode, code_of=codes(raw))
    if not raw.unknown and raw.name not in FURTHER_CLEANINGS:
        return number
    return partial(_without_unknown, unknown=raw.unknown, then=FURTHER_CLEANINGS.get(raw.name, number))


def number(values: NDArray[Any]) -> Values:
    return np.asarray(values, dtype=np.float64)


def _without_unknown(
    values: NDArray[Any], unknown: tuple[float | str, ...], then: Callable[[Values], Values]
) -> Values:
    numbers = number(values)
    for value in unknown:
        numbers = np.where(numbers == value, np.nan, numbers)
    return then(numbers)


CATEGORY_CODES: Mapping[str, Mapping[str, float]] = {
    feature.name: codes(column("application", feature.name))
    for feature in FEATURES
    if feature.unit is Unit.CATEGORY
}
CLEANINGS: Mapping[str, Cleaning] = {
    feature.name: cleaning(column("application", feature.name)) for feature in FEATURES
}
