"""Readings of a search term: the words of names that each of its words matches.

Words are looked up among all different words of names, some ten thousand of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex

from accounts.prepared_queries import PreparedRows
from creditdesk.cases.typos import MIN_LETTERS, differ_by_one
from creditdesk.models import NameWord

# Up to so many keys, a search is faster by keys than by a scan of the cases.
MAX_KEYS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """A word of the term, and the keys of the words of names that match it.

    Of a broad one so many words match that looking at the names themselves is faster.
    """

    word: str
    keys: list[int]
    is_broad: bool = False


# What a term may mean: every part of it must match.
Reading = list[Part]


def complete(readings: Iterator[Reading]) -> list[Reading]:
    """Only readings in which every word of the term matches something."""
    return [reading for reading in readings if reading and all(part.keys for part in reading)]


def typed_readings(words: Sequence[str]) -> Iterator[Reading]:
    """The words as they are, and with two neighbours joined."""
    parts = {word: _containing(word) for word in words}
    yield [parts[word] for word in words]
    for at, joined in enumerate(map("".join, pairwise(words))):
        yield [
            *(parts[word] for word in words[:at]),
            _containing(joined),
            *(parts[word] for word in words[at + 2 :]),
        ]


def forgiving_readings(words: Sequence[str]) -> Iterator[Reading]:
    """With a typo in each word, in two joined neighbours, or with one word parted in two."""
    near = {word: _near(word) for word in words}
    yield [near[word] for word in words]
    for at, joined in enumerate(map("".join, pairwise(words))):
        yield [*(near[word] for word in words[:at]), _near(joined), *(near[word] for word in words[at + 2 :])]
    for at, word in enumerate(words):
        for first, second in _parted(word):
            yield [
                *(near[word] for word in words[:at]),
                first,
                second,
                *(near[word] for word in words[at + 1 :]),
            ]


def _containing(word: str) -> Part:
    keys = [key for (key,) in _containing_query(MAX_KEYS + 1).all(word)]
    return Part(word, keys, is_broad=len(keys) > MAX_KEYS)


def _near(word: str) -> Part:
    """Words that contain this one, or begin with it but for one typo.

    A typo leaves one half of a word as it is, unless it swaps the letters where the halves meet.
    """
    if len(word) < MIN_LETTERS or not word.isalpha():
        return _containing(word)
    half = len(word) // 2
    first, second = word[:half], word[half:]
    swapped = f"{first[:-1]}{second[0]}{first[-1]}{second[1:]}"
    candidates = NameWord.objects.filter(
        Q(text__startswith=first) | Q(text__contains=second) | Q(text__startswith=swapped)
    )
    keys = [
        key for key, text in candidates.values_list("pk", "text") if word in text or differ_by_one(word, text)
    ]
    return Part(word, keys)


def _parted(word: str) -> Iterator[tuple[Part, Part]]:
    """A whole word of a name, and words that begin with what is left of this one."""
    starts = [word[:length] for length in range(2, len(word) - 1)]
    for key, text in NameWord.objects.filter(text__in=starts).values_list("pk", "text"):
        rest = word.removeprefix(text)
        begun = NameWord.objects.filter(text__startswith=rest)
        yield Part(text, [key]), Part(rest, list(begun.values_list("pk", flat=True)))


def first_keys(rows: QuerySet[Any], key: str) -> list[int]:
    return list(rows.values_list(key, flat=True)[: MAX_KEYS + 1])


@cache
def _containing_query(size: int) -> PreparedRows:
    return PreparedRows(
        lambda text: (
            NameWord.objects.alias(at=StrIndex("text", Value(text))).filter(at__gt=0).values_list("pk")[:size]
        ),
        "a word",
    )
