"""Texts in the reader's language."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Final, TypeVar

from django.conf import settings
from django.utils.translation import get_language, gettext

from scoring.ml.tables.schema import Text

R = TypeVar("R")


_settled: Final[ContextVar[str | None]] = ContextVar("settled language", default=None)


@contextmanager
def one_language() -> Iterator[None]:
    """Find the language out once for a block in which nothing changes it.

    Django takes a microsecond for it, and the rows of a list ask ten times each.
    """
    token = _settled.set(get_language())
    try:
        yield
    finally:
        _settled.reset(token)


def reads_french() -> bool:
    return (_settled.get() or get_language() or "").startswith("fr")


def localize(text: Text) -> str:
    """Return the text in the reader's language."""
    return text.fr if reads_french() else text.en


def capitalized(text: Text) -> str:
    """Return the text with a capital, for the head of a line."""
    localized = localize(text)
    return localized[:1].upper() + localized[1:]


def labelled(label: str, value: str) -> str:
    """Return "label: value", with the space that the language puts before a colon."""
    return gettext("%(label)s: %(value)s") % {"label": label, "value": value}


def by_language(size: int) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Keep the last texts that a function wrote, for its arguments in each language.

    For lists, whose rows say the same words: each translation finds out the language anew. Amounts are kept
    in the currency and the scale of the settings.
    """

    def keeping(write: Callable[..., R]) -> Callable[..., R]:
        @lru_cache(maxsize=size)
        def stored(_language: str | None, _scale: float, _currency: str, *args: Hashable) -> R:
            return write(*args)

        @wraps(write)
        def written(*args: Hashable) -> R:
            return stored(_settled.get() or get_language(), settings.AMOUNT_SCALE, settings.CURRENCY, *args)

        return written

    return keeping
