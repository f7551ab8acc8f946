"""Texts of mail: in every language of the desk, because nobody's language is known outside a request."""

from collections.abc import Callable

from django.conf import settings
from django.utils import translation


def in_every_language(write: Callable[[], str], between: str = "\n\n") -> str:
    """Call `write` once under each language."""
    texts = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts.append(write())
    return between.join(texts)
