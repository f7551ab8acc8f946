"""Client profile in words, in sections that follow an advisor's conversation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from creditdesk.models import Profile
from scoring.ml.features import catalogue
from scoring.ml.features.history import all_tables
from scoring.ml.features.spec.categories import MERGED_CATEGORIES
from scoring.ml.tables.catalogue import HISTORY, PROTECTED, TABLES, column
from scoring.ml.tables.schema import Kind
from scoring.ml.whatif.instalments import likely_months
from scoring.ml.whatif.request import REVOLVING
from scoring.presentation import formatting

# Sex and family status, and the columns that give them away.
NEVER_SHOWN: Final = frozenset({*PROTECTED, "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE"})

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

HISTORY_MAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "bureau": (
        "BURO_LOANS_count",
        "BURO_ACTIVE_LOANS_count",
        "BURO_AMT_CREDIT_SUM_DEBT_sum",
        "BURO_AMT_CREDIT_SUM_OVERDUE_sum",
        "BURO_AMT_CREDIT_MAX_OVERDUE_max",
        "BURO_DAYS_CREDIT_max",
    ),
    "bureau_balance": (
        "BB_LOANS_count",
        "BB_LATE_MONTHS_sum",
        "BB_LATE_MONTHS_12M_sum",
        "BB_LATE_RATE",
        "BB_LAST_LATE_MONTH_max",
    ),
    "previous_application": (
        "PREV_APPLICATIONS_count",
        "PREV_APPROVED_APPLICATIONS_count",
        "PREV_IS_REFUSED_sum",
        "PREV_AMT_CREDIT_max",
        "PREV_DAYS_DECISION_max",
    ),
    "pos_cash_balance": (
        "POS_RUNNING_STATEMENTS_count",
        "POS_RUNNING_CNT_INSTALMENT_FUTURE_sum",
        "POS_IS_LATE_sum",
        "POS_SK_DPD_max",
        "POS_LATE_MONTH_max",
    ),
    "credit_card_balance": (
        "CARD_AMT_CREDIT_LIMIT_ACTUAL_max",
        "CARD_AMT_BALANCE_mean",
        "CARD_UTILISATION_mean",
        "CARD_IS_LATE_share",
        "CARD_SK_DPD_max",
    ),
    "installments_payments": (
        "INST_INSTALMENTS_count",
        "INST_DELAY_mean",
        "INST_DELAY_max",
        "INST_IS_LATE_share",
        "INST_LATE_DUE_max",
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    value: str
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """`state` gives the number of rows behind the lines, or the reason why there are none."""

    title: str
    lines: tuple[Line, ...]
    state: str = ""
    is_provided: bool = True


def headline(profile: Profile) -> list[Line]:
    """Return credit, instalment and income."""
    return [_raw_line(profile, name) for name in ("AMT_CREDIT", "AMT_ANNUITY", "AMT_INCOME_TOTAL")]


def sections(profile: Profile) -> list[Section]:
    return [_section(profile, title, names) for title, names in SECTIONS.items()]


def history_sections(profile: Profile) -> list[Section]:
    """Return one section per history table: a few figures, or "no history", or "not provided"."""
    return [_history(profile, table, HISTORY_MAIN[table]) for table in HISTORY]


def all_values(profile: Profile) -> list[Section]:
    """Return all raw columns and all history aggregates of this client."""
    raw = [
        column.name
        for column in TABLES["application"].columns
        if column.kind is not Kind.ID and column.name not in NEVER_SHOWN
    ]
    application = _section(profile, formatting.capitalized(TABLES["application"].label), raw)
    return [application, *(_history(profile, table, _aggregates(table)) for table in HISTORY)]


def _section(profile: Profile, title: str | Promise, names: Iterable[str]) -> Section:
    return Section(str(title), tuple(_raw_line(profile, name) for name in names))


def _raw_line(profile: Profile, name: str) -> Line:
    raw_column = column("application", name)
    value: Any = profile.application.get(name)
    value = MERGED_CATEGORIES.get(name, {}).get(value, value)
    return Line(
        label=formatting.capitalized(raw_column.label),
        value=formatting.column_in_words(raw_column, value),
        is_missing=formatting.is_unknown(raw_column, value),
    )


def likely_term(profile: Profile) -> Line:
    """Return the likely length of the loan, as the what-if starts from it; revolving credit has none."""
    credit, annuity = profile.application.get("AMT_CREDIT"), profile.application.get("AMT_ANNUITY")
    label = gettext("Term of the loan")
    if not credit or not annuity or profile.application.get("NAME_CONTRACT_TYPE") == REVOLVING:
        return Line(label, gettext("missing"), is_missing=True)
    months = formatting.number(likely_months(float(credit), float(annuity)))
    return Line(label, gettext("about %(months)s months") % {"months": months})


def _history(profile: Profile, table: str, names: Iterable[str]) -> Section:
    title = formatting.capitalized(TABLES[table].label)
    rows = profile.history_rows.get(table)
    if not rows:
        state = formatting.missing_in_words(table, profile.history_rows)
        return Section(title, (), state, is_provided=rows is not None)
    state = ngettext("%(n)s row", "%(n)s rows", rows) % {"n": formatting.number(rows)}
    return Section(title, tuple(_aggregate(profile, name) for name in names), state)


def _aggregates(table: str) -> tuple[str, ...]:
    return tuple(feature.name for feature in all_tables.AGGREGATES if feature.table == table)


def _aggregate(profile: Profile, name: str) -> Line:
    feature = catalogue.BY_NAME[name]
    value = profile.history.get(name)
    is_missing = formatting.is_missing(value)
    return Line(
        label=formatting.capitalized(feature.label),
        value=formatting.missing_in_words(feature.table, profile.history_rows)
        if is_missing
        else formatting.feature_in_words(feature, value),
        is_missing=is_missing,
    )
