"""A counterfactual in a sentence, in both languages."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils import translation

from scoring.ml.features.spec.feature import Unit
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text
from scoring.ml.whatif.counterfactuals import Counterfactual
from scoring.ml.whatif.editable import DURATION
from scoring.ml.whatif.instalments import likely_months
from scoring.presentation import formatting

LANGUAGES: Final = ("en", "fr")

_CREDIT: Final = Text("a credit of {to} instead of {now}", "un crédit de {to} au lieu de {now}")
_PRICE: Final = Text(
    "goods financed for {to} instead of {now}, the client paying the rest",
    "un bien financé pour {to} au lieu de {now}, le client payant le reste",
)
_INSTALMENT: Final = Text(
    "a monthly instalment of {to} instead of {now} (over {months} instead of about {months_now})",
    "une mensualité de {to} au lieu de {now} (sur {months} au lieu d’environ {months_now})",
)
_INSTALMENT_SAME_TERM: Final = Text(
    "a monthly instalment of {to} instead of {now} (over {months}, as before)",
    "une mensualité de {to} au lieu de {now} (sur {months}, comme avant)",
)
_DOCUMENT: Final = Text(
    "{document}, if the client really has it", "{document}, si le client en dispose réellement"
)
_AND: Final = Text(" and ", " et ")


def sentences(record: Mapping[str, Any], found: Counterfactual) -> dict[str, str]:
    told = {}
    for language in LANGUAGES:
        with translation.override(language):
            told[f"text_{language}"] = _sentence(list(_parts(record, found)))
    return told


def _sentence(parts: list[str]) -> str:
    *before, last = parts
    whole = formatting.localize(_AND).join([", ".join(before), last]) if before else last
    return f"{whole[:1].upper()}{whole[1:]}."


def _parts(record: Mapping[str, Any], found: Counterfactual) -> Iterator[str]:
    for name, words in (("AMT_CREDIT", _CREDIT), ("AMT_GOODS_PRICE", _PRICE)):
        if name in found.changes:
            yield _say(words, to=formatting.money(found.changes[name]), now=formatting.money(record[name]))
    if "AMT_ANNUITY" in found.changes:
        yield _instalment(record, found)
    for name in found.changes:
        if name.startswith("FLAG_DOCUMENT_"):
            yield _say(_DOCUMENT, document=formatting.localize(column("application", name).label).lower())


def _instalment(record: Mapping[str, Any], found: Counterfactual) -> str:
    before = likely_months(record["AMT_CREDIT"], record["AMT_ANNUITY"])
    months = found.asked[DURATION] or before
    return _say(
        _INSTALMENT_SAME_TERM if months == before else _INSTALMENT,
        to=formatting.money(found.changes["AMT_ANNUITY"]),
        now=formatting.money(record["AMT_ANNUITY"]),
        months=formatting.in_words(months, Unit.DURATION_MONTHS),
        months_now=formatting.in_words(before, Unit.DURATION_MONTHS),
    )


def _say(text: Text, **holes: str) -> str:
    return formatting.localize(text).format(**holes)
