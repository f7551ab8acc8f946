"""Texts in the reader's language."""

from django.utils.translation import get_language

from scoring.ml.tables.schema import Text


def reads_french() -> bool:
    return (get_language() or "").startswith("fr")


def localize(text: Text) -> str:
    """Return the text in the reader's language."""
    return text.fr if reads_french() else text.en


def capitalized(text: Text) -> str:
    """Return the text with a capital, for the head of a line."""
    localized = localize(text)
    return localized[:1].upper() + localized[1:]
