"""Words of a reason in both languages."""

from typing import Final

from creditdesk.reasons.bilingual import BilingualText, in_both_languages
from creditdesk.reasons.dictionary import dictionary
from scoring.ml.features import catalogue
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

_AGAINST: Final = Text(
    "Taken together, this counts against your request: {}.",
    "Dans l’ensemble, ceci joue en votre défaveur\u00a0: {}.",
)
_FOR: Final = Text(
    "Taken together, this counts for your request: {}.",
    "Dans l’ensemble, ceci joue en votre faveur\u00a0: {}.",
)
_NOT_KNOWN: Final = Text("We do not have: {}.", "Il nous manque : {}.")

# Whether it is against the request, to the client, as stored, and about the client, for the desk.
GROUP_PHRASES: Final = (
    (True, _AGAINST, Text("Against the request: {}.", "En défaveur de la demande : {}.")),
    (False, _FOR, Text("For the request: {}.", "En faveur de la demande : {}.")),
)

__all__ = ["GROUP_PHRASES", "BilingualText", "bring_for_input", "missing_input", "name_of_group"]


def name_of_group(title: Text, *, against: bool) -> str:
    """Name a whole group, of which no single fact can be told, in the language in force."""
    phrase = _AGAINST if against else _FOR
    return formatting.localize(phrase).format(formatting.localize(title))


def missing_input(name: str) -> BilingualText:
    """Name an input to be completed: never a ground for a refusal."""
    return in_both_languages(lambda: _missing_input(name))


def _missing_input(name: str) -> str:
    label = formatting.localize(column("application", name).label)
    return formatting.localize(_NOT_KNOWN).format(f"{label[:1].lower()}{label[1:]}")


def bring_for_input(name: str) -> Text | None:
    """What a client can bring to complete an input."""
    return dictionary().bring("", catalogue.BY_NAME[name].group)
