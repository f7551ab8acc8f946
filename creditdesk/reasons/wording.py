"""Words of a reason in both languages."""

from typing import Final

from creditdesk.reasons.bilingual import BilingualText, in_both_languages
from creditdesk.reasons.dictionary import dictionary
from creditdesk.reasons.evidence import Evidence
from creditdesk.reasons.sentence import Sentence
from scoring.ml.features import catalogue
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

_AGAINST: Final = Text("Against your request: {}.", "En votre défaveur : {}.")
_FOR: Final = Text("For your request: {}.", "En votre faveur : {}.")
_NOT_KNOWN: Final = Text("We do not have: {}.", "Il nous manque : {}.")

__all__ = ["BilingualText", "bring_for_input", "fact", "group", "missing_input"]


def fact(sentence: Sentence, evidence: Evidence) -> BilingualText:
    return in_both_languages(lambda: sentence.write(evidence))


def group(title: Text, *, against: bool) -> BilingualText:
    """Name a whole group, of which no single fact can be told."""
    phrase = _AGAINST if against else _FOR
    return in_both_languages(lambda: formatting.localize(phrase).format(formatting.localize(title)))


def missing_input(name: str) -> BilingualText:
    """Name an input to be completed: never a ground for a refusal."""
    return in_both_languages(lambda: _missing_input(name))


def _missing_input(name: str) -> str:
    label = formatting.localize(column("application", name).label)
    return formatting.localize(_NOT_KNOWN).format(f"{label[:1].lower()}{label[1:]}")


def bring_for_input(name: str) -> Text | None:
    """What a client can bring to complete an input."""
    return dictionary().bring("", catalogue.BY_NAME[name].group)
