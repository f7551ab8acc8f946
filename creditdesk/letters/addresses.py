"""Addresses that the settings give to letters: the bank, who helps a client, whose data a reason rests on."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings

from creditdesk.letters.text import plain
from creditdesk.reasons.dictionary import dictionary
from scoring.presentation import formatting
from scoring.presentation.formatting.numbers import NO_BREAK

# Sources of the dictionary that are databases of third parties, each with the prefix of its settings.
_DATABASES: Final = {"agencies": "RATING_AGENCIES", "bureau": "CREDIT_BUREAU"}


def bank() -> dict[str, str]:
    """The sender: name, address, e-mail address and telephone number, "" without one."""
    return {
        "name": plain(settings.BANK_NAME),
        "address": plain(settings.BANK_ADDRESS),
        "email": plain(settings.BANK_EMAIL),
        "phone": plain(settings.BANK_PHONE).replace(" ", NO_BREAK),
    }


def remedies() -> dict[str, str]:
    """Who mediates and who advises on debts, each "" where the settings name nobody."""
    return {"mediator": plain(settings.MEDIATOR), "debt_advice": plain(settings.DEBT_ADVICE)}


def sources_of(groups: Sequence[str]) -> list[str]:
    """Where the facts of each group come from, in the language in use; "" for an unknown group.

    A database of the settings stands by its name, the first time with its address.
    """
    addresses = {key: plain(getattr(settings, f"{prefix}_ADDRESS")) for key, prefix in _DATABASES.items()}
    sources = map(dictionary().source, groups)
    return ["" if source is None else _named(formatting.localize(source), addresses) for source in sources]


def _named(text: str, addresses: dict[str, str]) -> str:
    for key, prefix in _DATABASES.items():
        words = formatting.localize(dictionary().sources[key])
        name = plain(getattr(settings, f"{prefix}_NAME"))
        if name and words in text:
            name = ", ".join(filter(None, (name, addresses.pop(key, ""))))
            text = name if text == words else text.replace(words, f"{words} ({name})")
    return text
