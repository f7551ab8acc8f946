"""Texts in both languages, so that a letter does not depend on the language of whoever wrote it."""

from collections.abc import Callable
from typing import TypedDict

from django.utils import translation


class BilingualText(TypedDict):
    text_en: str
    text_fr: str


def in_both_languages(write: Callable[[], str]) -> BilingualText:
    """Call `write` once under each language."""
    with translation.override("en"):
        text_en = write()
    with translation.override("fr"):
        text_fr = write()
    return {"text_en": text_en, "text_fr": text_fr}
