"""Example requests about an invented client: the documentation shows them, a test posts them."""

from typing import Any, Final

APPLICATION: Final[dict[str, Any]] = {
    "NAME_CONTRACT_TYPE": "Cash loans",
    "AMT_CREDIT": 450000.0,
    "AMT_ANNUITY": 22500.0,
    "AMT_GOODS_PRICE": 400000.0,
    "AMT_INCOME_TOTAL": 180000.0,
    "DAYS_BIRTH": -14600,
    "DAYS_EMPLOYED": -2200,
    "DAYS_ID_PUBLISH": -900,
    "DAYS_REGISTRATION": -3100,
    "DAYS_LAST_PHONE_CHANGE": -400,
    "CNT_CHILDREN": 1,
    "FLAG_OWN_CAR": "Y",
    "FLAG_OWN_REALTY": "N",
    "NAME_EDUCATION_TYPE": "Higher education",
    "NAME_INCOME_TYPE": "Working",
    "OCCUPATION_TYPE": "Core staff",
    "ORGANIZATION_TYPE": "School",
    "REGION_RATING_CLIENT": 2,
    "EXT_SOURCE_2": 0.55,
    "EXT_SOURCE_3": 0.48,
}
BUREAU: Final[list[dict[str, Any]]] = [
    {
        "SK_ID_BUREAU": 1,
        "CREDIT_ACTIVE": "Active",
        "CREDIT_TYPE": "Consumer credit",
        "DAYS_CREDIT": -300,
        "AMT_CREDIT_SUM": 90000.0,
        "AMT_CREDIT_SUM_DEBT": 41000.0,
    },
    {
        "SK_ID_BUREAU": 2,
        "CREDIT_ACTIVE": "Closed",
        "CREDIT_TYPE": "Credit card",
        "DAYS_CREDIT": -1500,
        "DAYS_ENDDATE_FACT": -700,
        "AMT_CREDIT_SUM": 30000.0,
        "AMT_CREDIT_SUM_DEBT": 0.0,
    },
]
BUREAU_BALANCE: Final[list[dict[str, Any]]] = [
    {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -1, "STATUS": "0"},
    {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -2, "STATUS": "1"},
]
INSTALLMENTS: Final[list[dict[str, Any]]] = [
    {
        "SK_ID_PREV": 7,
        "NUM_INSTALMENT_VERSION": 1,
        "NUM_INSTALMENT_NUMBER": 1,
        "DAYS_INSTALMENT": -60,
        "DAYS_ENTRY_PAYMENT": -63,
        "AMT_INSTALMENT": 4000.0,
        "AMT_PAYMENT": 4000.0,
    },
    {
        "SK_ID_PREV": 7,
        "NUM_INSTALMENT_VERSION": 1,
        "NUM_INSTALMENT_NUMBER": 2,
        "DAYS_INSTALMENT": -30,
        "DAYS_ENTRY_PAYMENT": -27,
        "AMT_INSTALMENT": 4000.0,
        "AMT_PAYMENT": 4000.0,
    },
]
HISTORY: Final[dict[str, list[dict[str, Any]]]] = {
    "bureau": BUREAU,
    "bureau_balance": BUREAU_BALANCE,
    "installments_payments": INSTALLMENTS,
}
CHARGES: Final[dict[str, Any]] = {"housing": 30000.0, "loans": 6000.0, "other": 0.0, "members": 3}
APPLICATION_REQUEST: Final[dict[str, Any]] = {
    "application": APPLICATION,
    "history": HISTORY,
    "charges": CHARGES,
}
REFERENCE_REQUEST: Final[dict[str, Any]] = {"reference": "100002"}
