"""Texts in both languages, so that a letter does not depend on the language of whoever wrote it."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from django.utils import translation

from scoring.presentation.formatting.language import one_language


class BilingualText(TypedDict):
    text_en: str
    text_fr: str


def in_both_languages(write: Callable[[], str]) -> BilingualText:
    """Call `write` once under each language."""
    (texts,) = all_in_both_languages([write])
    return texts


def all_in_both_languages(writers: Sequence[Callable[[], str]]) -> list[BilingualText]:
    """Call each once under each language; the language changes twice, however many there are."""
    with translation.override("en"), one_language():
        english = [write() for write in writers]
    with translation.override("fr"), one_language():
        french = [write() for write in writers]
    return [{"text_en": en, "text_fr": fr} for en, fr in zip(english, french, strict=True)]
