"""Words of a reason in both languages."""

from typing import Final

from creditdesk.reasons.bilingual import BilingualText, in_both_languages
from creditdesk.reasons.dictionary import dictionary
from scoring.ml.features import catalogue
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

# By whether the group is against the request, and whether one of its features pushes alone.
_TO_CLIENT: Final = {
    (True, False): Text(
        "Taken together, this counts against your request: {}.",
        "Dans l’ensemble, ceci joue en votre défaveur\u00a0: {}.",
    ),
    (True, True): Text("This counts against your request: {}.", "Ceci joue en votre défaveur\u00a0: {}."),
    (False, False): Text(
        "Taken together, this counts for your request: {}.",
        "Dans l’ensemble, ceci joue en votre faveur\u00a0: {}.",
    ),
    (False, True): Text("This counts for your request: {}.", "Ceci joue en votre faveur\u00a0: {}."),
}
_ABOUT_CLIENT: Final = {
    True: Text("Against the request: {}.", "En défaveur de la demande : {}."),
    False: Text("For the request: {}.", "En faveur de la demande : {}."),
}
_NOT_KNOWN: Final = Text("We do not have: {}.", "Il nous manque : {}.")

# Whether it is against the request, to the client, as stored, and about the client, for the desk.
GROUP_PHRASES: Final = tuple(
    (against, phrase, _ABOUT_CLIENT[against]) for (against, _), phrase in _TO_CLIENT.items()
)

__all__ = ["GROUP_PHRASES", "BilingualText", "bring_for_input", "missing_input", "name_of_group"]


def name_of_group(title: Text, *, against: bool, is_alone: bool) -> str:
    """Name a whole group, of which no single fact can be given, in the language in force.

    `is_alone`: one feature alone of it pushes.
    """
    phrase = _TO_CLIENT[against, is_alone]
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
