"""The application form: raw columns, folded into traits that can be measured and drawn, and unfolded again.

What is exactly true on every real row (family members, annuities of revolving loans, pensioners without
employer, building figures that are missing together) is kept by folding it away.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from scoring.ml.portfolio import budget
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.traits import Columns, Trait

NO_EMPLOYMENT = 365243
YOUNGEST_HIRED = 6540  # days: nobody's job began before 17 years and 11 months
MONEY_STEP = 4.5  # amounts are whole multiples of it: the bank's currency was scaled
INCOME_STEP = 450.0
GOODS_STEP = 4500.0
NOTHING = np.array(None, dtype=object)
PARTNERED = ("Married", "Civil marriage")

ADDRESS_FLAGS = (
    "REG_REGION_NOT_LIVE_REGION",
    "REG_REGION_NOT_WORK_REGION",
    "LIVE_REGION_NOT_WORK_REGION",
    "REG_CITY_NOT_LIVE_CITY",
    "REG_CITY_NOT_WORK_CITY",
    "LIVE_CITY_NOT_WORK_CITY",
)
DOCUMENTS = tuple(f"FLAG_DOCUMENT_{number}" for number in range(2, 22))
FLAGS = ("FLAG_WORK_PHONE", "FLAG_CONT_MOBILE", "FLAG_PHONE", "FLAG_EMAIL")
ENQUIRIES = tuple(f"AMT_REQ_CREDIT_BUREAU_{span}" for span in ("HOUR", "DAY", "WEEK", "MON", "QRT", "YEAR"))
BUILDING = (
    "APARTMENTS",
    "BASEMENTAREA",
    "YEARS_BEGINEXPLUATATION",
    "YEARS_BUILD",
    "COMMONAREA",
    "ELEVATORS",
    "ENTRANCES",
    "FLOORSMAX",
    "FLOORSMIN",
    "LANDAREA",
    "LIVINGAPARTMENTS",
    "LIVINGAREA",
    "NONLIVINGAPARTMENTS",
    "NONLIVINGAREA",
)
BUILDING_TEXTS = ("FONDKAPREMONT_MODE", "HOUSETYPE_MODE", "WALLSMATERIAL_MODE", "EMERGENCYSTATE_MODE")
BUILDING_COLUMNS = (*(f"{name}_AVG" for name in BUILDING), "TOTALAREA_MODE", *BUILDING_TEXTS)
EXTERNAL = ("EXT_SOURCE_1", "EXT_SOURCE_3", *ENQUIRIES[:1])  # present or missing independently of the value
BANDS = ("BUREAU_BAND", "PREVIOUS_BAND", "CARD_BAND")

AGES = (-22000.0, -20000.0, -17000.0, -14000.0, -11000.0)
COUNTS = (0.5, 1.5, 2.5, 3.5, 5.5)

AS_THEY_ARE = (
    Trait("NAME_CONTRACT_TYPE"),
    Trait("CODE_GENDER"),
    Trait("DAYS_BIRTH", edges=AGES, knots=200),
    Trait("NAME_INCOME_TYPE", given=("DAYS_BIRTH",)),
    Trait("NAME_EDUCATION_TYPE"),
    Trait("NAME_FAMILY_STATUS", given=("DAYS_BIRTH", "CODE_GENDER")),
    Trait("CNT_CHILDREN", given=("DAYS_BIRTH", "NAME_FAMILY_STATUS")),
    Trait("NAME_HOUSING_TYPE", given=("DAYS_BIRTH",)),
    Trait("FLAG_OWN_CAR", given=("CODE_GENDER",)),
    Trait("OWN_CAR_AGE", masked=True),
    Trait("FLAG_OWN_REALTY"),
    Trait("ORGANIZATION_TYPE", given=("NAME_INCOME_TYPE",)),
    Trait("OCCUPATION_TYPE", given=("ORGANIZATION_TYPE", "CODE_GENDER")),
    Trait("NAME_TYPE_SUITE"),
    Trait("DAYS_ID_PUBLISH", given=("DAYS_BIRTH",)),
    Trait("DAYS_LAST_PHONE_CHANGE"),
    Trait("REGION_RATING_CLIENT"),
    Trait("REGION_POPULATION_RELATIVE", given=("REGION_RATING_CLIENT",)),
    Trait("REGION_RATING_CLIENT_W_CITY", given=("REGION_RATING_CLIENT",)),
    *(Trait(flag) for flag in FLAGS),
    Trait("WEEKDAY_APPR_PROCESS_START"),
    Trait("HOUR_APPR_PROCESS_START"),
    Trait("EXT_SOURCE_1", masked=True, knots=200),
    Trait("EXT_SOURCE_2", knots=200),
    Trait("EXT_SOURCE_3", masked=True, knots=200),
    *(Trait(column, masked=True, knots=40) for column in BUILDING_COLUMNS),
    Trait("OBS_30_CNT_SOCIAL_CIRCLE", edges=COUNTS),
    Trait("OBS_60_CNT_SOCIAL_CIRCLE", given=("OBS_30_CNT_SOCIAL_CIRCLE",)),
    Trait("DEF_30_CNT_SOCIAL_CIRCLE", given=("OBS_30_CNT_SOCIAL_CIRCLE",), edges=COUNTS),
    Trait("DEF_60_CNT_SOCIAL_CIRCLE", given=("DEF_30_CNT_SOCIAL_CIRCLE",)),
    *(Trait(column, masked=True) for column in ENQUIRIES),
    Trait("AMT_INCOME_TOTAL", knots=120),
)
FOLDED = (
    Trait("EMPLOYED_SHARE", given=("NAME_INCOME_TYPE", "DAYS_BIRTH")),
    Trait("REGISTERED_SHARE", given=("DAYS_BIRTH",)),
    Trait("ADDRESS_PATTERN"),
    Trait("DOCUMENT_PATTERN", given=("NAME_CONTRACT_TYPE", "NAME_INCOME_TYPE")),
    Trait("BUILDING_PATTERN"),
    *(Trait(f"{column}_SHOWN") for column in EXTERNAL),
    *(Trait(f"{name}_{form}_RATIO", masked=True, knots=30) for name in BUILDING for form in ("MODE", "MEDI")),
    Trait("GOODS", given=("NAME_CONTRACT_TYPE",), knots=200),
    Trait("GOODS_SHOWN", given=("NAME_CONTRACT_TYPE",)),
    Trait("CREDIT_TO_GOODS", given=("NAME_CONTRACT_TYPE",), knots=200),
    Trait("CREDIT_TO_ANNUITY", given=("NAME_CONTRACT_TYPE",), knots=200),
    *(Trait(band, masked=True) for band in BANDS),
)
TRAITS = (*AS_THEY_ARE, *FOLDED)


def fold(raw: Columns) -> dict[str, Values]:
    """The traits of real applications, without the bands of their histories."""
    employed = np.where(raw["DAYS_EMPLOYED"] == NO_EMPLOYMENT, np.nan, raw["DAYS_EMPLOYED"])
    goods = np.where(np.isnan(raw["AMT_GOODS_PRICE"]), raw["AMT_CREDIT"], raw["AMT_GOODS_PRICE"])
    traits = {
        **raw,
        "EMPLOYED_SHARE": employed / (raw["DAYS_BIRTH"] + YOUNGEST_HIRED),
        "REGISTERED_SHARE": raw["DAYS_REGISTRATION"] / raw["DAYS_BIRTH"],
        "ADDRESS_PATTERN": _pattern(raw[flag] == 1 for flag in ADDRESS_FLAGS),
        "DOCUMENT_PATTERN": _pattern(raw[flag] == 1 for flag in DOCUMENTS),
        "BUILDING_PATTERN": _pattern(_shown(raw[column]) for column in BUILDING_COLUMNS),
        "GOODS": goods,
        "GOODS_SHOWN": _pattern([_shown(raw["AMT_GOODS_PRICE"])]),
        "CREDIT_TO_GOODS": raw["AMT_CREDIT"] / goods,
        "CREDIT_TO_ANNUITY": raw["AMT_CREDIT"] / raw["AMT_ANNUITY"],
        **{f"{column}_SHOWN": _pattern([_shown(raw[column])]) for column in EXTERNAL},
    }
    for name in BUILDING:
        average = np.where(raw[f"{name}_AVG"] > 0, raw[f"{name}_AVG"], np.nan)
        for form in ("MODE", "MEDI"):
            traits[f"{name}_{form}_RATIO"] = raw[f"{name}_{form}"] / average
    return traits


def unfold(traits: Columns) -> dict[str, Values]:
    """The raw columns of drawn traits; the caller adds the reference and the TARGET."""
    goods = _stepped(traits["GOODS"], GOODS_STEP)
    credit = _stepped(goods * traits["CREDIT_TO_GOODS"], MONEY_STEP)
    annuity = _stepped(credit / traits["CREDIT_TO_ANNUITY"], MONEY_STEP)
    return {
        **{trait.name: traits[trait.name] for trait in AS_THEY_ARE},
        **_flags(ADDRESS_FLAGS, traits["ADDRESS_PATTERN"]),
        **_flags(DOCUMENTS, traits["DOCUMENT_PATTERN"]),
        **_person(traits),
        **_scores(traits),
        **_building(traits),
        **_social_circle(traits),
        "AMT_INCOME_TOTAL": _stepped(budget.income_for(traits["AMT_INCOME_TOTAL"], annuity), INCOME_STEP),
        "AMT_CREDIT": credit,
        "AMT_ANNUITY": annuity,
        "AMT_GOODS_PRICE": np.where(traits["GOODS_SHOWN"] == "1", goods, np.nan),
    }


def _person(traits: Columns) -> dict[str, Values]:
    pensioner = traits["NAME_INCOME_TYPE"] == "Pensioner"
    drawn = traits["DAYS_BIRTH"]
    birth = np.round(np.where(pensioner, budget.pensioners_birth(drawn), drawn))
    children = budget.children_by(birth, traits["CNT_CHILDREN"])
    employed = np.minimum(np.round(traits["EMPLOYED_SHARE"] * (birth + YOUNGEST_HIRED)), -1.0)
    has_job = (traits["ORGANIZATION_TYPE"] != "XNA") & ~np.isnan(employed)
    has_car = traits["FLAG_OWN_CAR"] == "Y"
    partner = np.isin(traits["NAME_FAMILY_STATUS"].astype(str), PARTNERED)
    return {
        "DAYS_BIRTH": birth,
        "DAYS_EMPLOYED": np.where(has_job, employed, NO_EMPLOYMENT),
        "FLAG_EMP_PHONE": has_job.astype(np.float64),
        "FLAG_MOBIL": np.ones(len(birth)),
        "DAYS_REGISTRATION": np.round(traits["REGISTERED_SHARE"] * birth),
        "DAYS_ID_PUBLISH": np.minimum(np.round(traits["DAYS_ID_PUBLISH"]), 0.0),
        "DAYS_LAST_PHONE_CHANGE": np.minimum(np.round(traits["DAYS_LAST_PHONE_CHANGE"]), 0.0),
        "HOUR_APPR_PROCESS_START": np.round(traits["HOUR_APPR_PROCESS_START"]),
        "CNT_CHILDREN": children,
        "CNT_FAM_MEMBERS": children + 1 + partner,
        "OWN_CAR_AGE": np.where(
            has_car, np.minimum(np.round(traits["OWN_CAR_AGE"]), budget.OLDEST_CAR), np.nan
        ),
    }


def _scores(traits: Columns) -> dict[str, Values]:
    hidden = {column: traits[f"{column}_SHOWN"] != "1" for column in EXTERNAL}
    enquiries = {
        column: np.where(hidden[ENQUIRIES[0]], np.nan, np.round(traits[column])) for column in ENQUIRIES
    }
    externals = {column: np.where(hidden[column], np.nan, traits[column]) for column in EXTERNAL[:2]}
    return {**enquiries, **externals}


def _building(traits: Columns) -> dict[str, Values]:
    shown = dict(zip(BUILDING_COLUMNS, _columns(traits["BUILDING_PATTERN"]), strict=True))
    raw = {column: np.where(shown[column], traits[column], NOTHING) for column in BUILDING_TEXTS}
    raw["TOTALAREA_MODE"] = np.where(shown["TOTALAREA_MODE"], np.round(traits["TOTALAREA_MODE"], 4), np.nan)
    for name in BUILDING:
        average = np.where(shown[f"{name}_AVG"], np.round(traits[f"{name}_AVG"], 4), np.nan)
        raw[f"{name}_AVG"] = average
        for form in ("MODE", "MEDI"):
            raw[f"{name}_{form}"] = np.clip(np.round(average * traits[f"{name}_{form}_RATIO"], 4), 0.0, 1.0)
    return raw


def _social_circle(traits: Columns) -> dict[str, Values]:
    seen = {column: np.round(traits[column]) for column in traits if column.endswith("_CNT_SOCIAL_CIRCLE")}
    seen["OBS_60_CNT_SOCIAL_CIRCLE"] = np.minimum(
        seen["OBS_60_CNT_SOCIAL_CIRCLE"], seen["OBS_30_CNT_SOCIAL_CIRCLE"]
    )
    seen["DEF_30_CNT_SOCIAL_CIRCLE"] = np.minimum(
        seen["DEF_30_CNT_SOCIAL_CIRCLE"], seen["OBS_30_CNT_SOCIAL_CIRCLE"]
    )
    seen["DEF_60_CNT_SOCIAL_CIRCLE"] = np.minimum(
        seen["DEF_60_CNT_SOCIAL_CIRCLE"], seen["DEF_30_CNT_SOCIAL_CIRCLE"]
    )
    return seen


def _stepped(values: Floats, step: float) -> Floats:
    return np.maximum(np.round(values / step), 1.0) * step


def _shown(values: Values) -> Values:
    return values != None if values.dtype == object else ~np.isnan(values)  # noqa: E711 - element by element


def _pattern(flags: Iterable[Values]) -> Values:
    """One text of 0 and 1 per row: flags that only occur together are drawn as one category."""
    digits = np.column_stack([np.asarray(flag, dtype=np.uint8) + ord("0") for flag in flags])
    return np.array([row.tobytes().decode() for row in digits], dtype=object)


def _columns(patterns: Values) -> Values:
    """(flags, n) booleans of the patterns."""
    texts = patterns.astype("S")
    return np.asarray((texts.view(np.uint8).reshape(len(patterns), -1) == ord("1")).T)


def _flags(names: Sequence[str], patterns: Values) -> Mapping[str, Values]:
    return {name: flag.astype(np.float64) for name, flag in zip(names, _columns(patterns), strict=True)}
