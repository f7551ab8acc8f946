"""What the bank knows about a client, in words, grouped the way an advisor asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creditdesk import wording
from creditdesk.models import Profile
from scoring.ml.features.categories import READ_AS
from scoring.ml.tables.catalogue import PROTECTED, column

# Besides sex and family status themselves: what gives them away.
NEVER_SHOWN: Final = frozenset({*PROTECTED, "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE", "SK_ID_CURR", "TARGET"})

SECTIONS: Final[Mapping[str | Promise, tuple[str, ...]]] = {
    _("Situation"): (
        "DAYS_BIRTH",
        "CNT_CHILDREN",
        "NAME_EDUCATION_TYPE",
        "FLAG_OWN_CAR",
        "OWN_CAR_AGE",
        "DAYS_ID_PUBLISH",
        "DAYS_LAST_PHONE_CHANGE",
    ),
    _("Employment and income"): (
        "AMT_INCOME_TOTAL",
        "NAME_INCOME_TYPE",
        "DAYS_EMPLOYED",
        "OCCUPATION_TYPE",
        "ORGANIZATION_TYPE",
    ),
    _("Housing"): (
        "NAME_HOUSING_TYPE",
        "FLAG_OWN_REALTY",
        "DAYS_REGISTRATION",
        "REGION_RATING_CLIENT_W_CITY",
        "REG_CITY_NOT_LIVE_CITY",
        "REG_CITY_NOT_WORK_CITY",
    ),
    _("Request"): ("NAME_CONTRACT_TYPE", "AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE"),
    _("External ratings and enquiries"): (
        "EXT_SOURCE_1",
        "EXT_SOURCE_2",
        "EXT_SOURCE_3",
        "AMT_REQ_CREDIT_BUREAU_YEAR",
        "DEF_30_CNT_SOCIAL_CIRCLE",
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    label: str
    value: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]
    state: str = ""


def sections(profile: Profile) -> list[Section]:
    return [
        Section(str(title), tuple(raw_line(profile, name) for name in names))
        for title, names in SECTIONS.items()
    ]


def raw_line(profile: Profile, name: str) -> Line:
    described = column("application", name)
    value = profile.application.get(name)
    value = READ_AS.get(name, {}).get(value, value)
    return Line(
        name=name,
        label=wording.told(described.label),
        value=wording.column_in_words(described, value),
        is_missing=wording.is_missing(value),
    )
