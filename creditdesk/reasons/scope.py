"""The part of a history that a feature is about, in brackets: which loans, which months, which figure."""

import re
from typing import Final

from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

_LOANS: Final = {
    "CASH": Text("cash loans", "prêts personnels"),
    "CONSUMER": Text("purchase loans", "achats à crédit"),
    "REVOLVING": Text("revolving credit", "crédit renouvelable"),
    "CARD": Text("cards", "cartes"),
    "CAR": Text("car loans", "prêts auto"),
    "MORTGAGE": Text("mortgages", "prêts immobiliers"),
    "MICRO": Text("microloans", "microcrédits"),
    "ACTIVE": Text("running", "en cours"),
    "RUNNING": Text("running", "en cours"),
    "CLOSED": Text("repaid", "soldés"),
}
# What a credit bureau calls a consumer loan is no purchase alone.
_CONSUMER_ELSEWHERE: Final = Text("consumer loans", "consommation")
_MONTHS: Final = Text("last {} months", "{} derniers mois")
_LENGTH: Final = Text("over {} months", "sur {} mois")
_DAYS: Final = Text("last {} days", "{} derniers jours")
_LATEST: Final = Text("the latest loan", "le dernier crédit")
_LATEST_MONTH: Final = Text("the latest month", "le dernier mois")
_LAST: Final = Text("the last {}", "{} dernières")
_FIRST: Final = Text("the first {}", "les {} premières")
_LAST_ONE: Final = Text("the last one", "la dernière")
_FIRST_ONE: Final = Text("the first one", "la première")
_LAST_LOANS: Final = Text("the last {}", "{} derniers")
_IN_DATES: Final = {"max": Text("latest", "la dernière"), "min": Text("first", "la première")}
_DATES_OF_LOANS: Final = {"max": Text("latest", "le dernier"), "min": Text("first", "le premier")}
_IN_AMOUNTS: Final = {
    "max": Text("largest", "au maximum"),
    "min": Text("smallest", "au minimum"),
    "sum": Text("in all", "au total"),
}
_MEAN: Final = Text("on average", "en moyenne")
_DATES: Final = frozenset({Unit.DAYS_AGO, Unit.MONTHS_AGO})


def scope(feature: Feature, *, with_figure: bool = True) -> str:
    """In the language in force, with a space before; empty for a feature about everything."""
    parts = [*_loans(feature.name), *(_figure(feature) if with_figure else [])]
    written = [*map(formatting.localize, parts), *_period(feature.name)]
    return f" ({', '.join(written)})" if written else ""


def _loans(name: str) -> list[Text]:
    # What is known of our card says so in its sentence.
    if name.startswith("CARD_"):
        return []
    names = {**_LOANS, "CONSUMER": _CONSUMER_ELSEWHERE} if name.startswith("BURO_") else _LOANS
    return [names[token] for token in name.split("_") if token in names]


def _figure(feature: Feature) -> list[Text]:
    statistic = feature.name.rsplit("_", 1)[-1]
    if feature.unit in _DATES:
        is_of_loans = feature.name.startswith("BURO_") or re.search(r"_(?:DUE|TERMINATION)_", feature.name)
        dates = _DATES_OF_LOANS if is_of_loans else _IN_DATES
        figures = {**dates, "mean": _MEAN}
    elif feature.unit is Unit.MONEY and not feature.name.startswith("INST_"):
        figures = {**_IN_AMOUNTS, "mean": _MEAN}
    else:
        figures = {}
    return [figures[statistic]] if statistic in figures else []


def _period(name: str) -> list[str]:
    # What falls due lies ahead, and its sentences say so.
    if re.search(r"DUE_(?:IN|WITHIN)_", name):
        return []
    if length := re.fullmatch(r"RATE_OVER_(\d+)M", name):
        return [_written(_LENGTH, int(length[1]))]
    if period := re.search(r"_(\d+)M(?:_|$)", name):
        return [_written(_MONTHS, int(period[1]))]
    if period := re.search(r"_(\d+)D_", name):
        days = int(period[1])
        return [_written(_DAYS, days) if days < 365 else _written(_MONTHS, round(days / 30.4))]
    if period := re.search(r"_(LAST|FIRST)(\d+)_", name):
        return [_in_order(name, is_last=period[1] == "LAST", number=int(period[2]))]
    if not re.search(r"_LAST_(?!DUE)", name):
        return []
    return [formatting.localize(_LATEST_MONTH if name.startswith("CARD_") else _LATEST)]


def _in_order(name: str, *, is_last: bool, number: int) -> str:
    if number == 1:
        return formatting.localize(_LAST_ONE if is_last else _FIRST_ONE)
    if not is_last:
        return _written(_FIRST, number)
    # Loans are masculine in French; applications and instalments are not.
    return _written(_LAST_LOANS if name.startswith("BURO_") or "_LOANS_" in name else _LAST, number)


def _written(text: Text, number: int) -> str:
    return formatting.localize(text).format(formatting.number(number))
