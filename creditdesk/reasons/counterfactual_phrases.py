"""Sentences about counterfactuals, in both languages."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from creditdesk.reasons.bilingual import BilingualText, in_both_languages
from scoring.ml.features.frames import Record
from scoring.ml.features.spec.feature import Unit
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text
from scoring.ml.whatif.counterfactuals import Counterfactual
from scoring.ml.whatif.editable import DURATION
from scoring.ml.whatif.instalments import likely_months
from scoring.presentation import formatting

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


def sentences(record: Record, counterfactual: Counterfactual) -> BilingualText:
    """Name the changed values beside those on file."""
    # Amounts only: a request whose amounts are missing is referred and has no counterfactual.
    amounts = cast("Mapping[str, float]", record)
    return in_both_languages(lambda: _sentence(list(_clauses(amounts, counterfactual))))


def _sentence(clauses: list[str]) -> str:
    *before, last = clauses
    joined = formatting.localize(_AND).join([", ".join(before), last]) if before else last
    return f"{joined[:1].upper()}{joined[1:]}."


def _clauses(amounts: Mapping[str, float], counterfactual: Counterfactual) -> Iterator[str]:
    changes = counterfactual.changes
    for name, phrase in (("AMT_CREDIT", _CREDIT), ("AMT_GOODS_PRICE", _PRICE)):
        if name in changes:
            yield _fill(phrase, to=formatting.money(changes[name]), now=formatting.money(amounts[name]))
    if "AMT_ANNUITY" in changes:
        yield _instalment(amounts, counterfactual)
    for name in changes:
        if name.startswith("FLAG_DOCUMENT_"):
            yield _fill(_DOCUMENT, document=formatting.localize(column("application", name).label).lower())


def _instalment(amounts: Mapping[str, float], counterfactual: Counterfactual) -> str:
    before = likely_months(amounts["AMT_CREDIT"], amounts["AMT_ANNUITY"])
    months = counterfactual.entered[DURATION] or before
    return _fill(
        _INSTALMENT_SAME_TERM if months == before else _INSTALMENT,
        to=formatting.money(counterfactual.changes["AMT_ANNUITY"]),
        now=formatting.money(amounts["AMT_ANNUITY"]),
        months=formatting.in_words(months, Unit.DURATION_MONTHS),
        months_now=formatting.in_words(before, Unit.DURATION_MONTHS),
    )


def _fill(phrase: Text, **values: str) -> str:
    return formatting.localize(phrase).format(**values)
