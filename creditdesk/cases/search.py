"""Search of cases by client or reference, forgiving the order of words, one typo, and joined or split words.

A name matches when each word of the term is part of one of its words; two words typed apart may be one of
its words. Where no case matches so, a word of four letters or more may have one typo, and one typed word
may be two. Words are looked up among all different words of names, some ten thousand of them, then clients
by these words: no extension of SQLite or PostgreSQL has a part in it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from creditdesk.cases.typos import MIN_LETTERS, differ_by_one
from creditdesk.models import Case, Client, IndexedName, NameWord
from creditdesk.models.case import CaseQuerySet
from creditdesk.models.client import KEY_CHARACTERS
from creditdesk.models.name_index import words_of

# Up to so many keys, a search is faster by keys than by a scan of the cases.
MAX_KEYS: Final = 1_000
# A term is shorter than this; what follows is not searched.
MAX_WORDS: Final = 6
REFERENCE: Final = re.compile(r"[0-9A-Za-z-]+")
KEY: Final = re.compile(KEY_CHARACTERS)

_LINK: Final = IndexedName.words.through


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


def matching(cases: CaseQuerySet, text: str) -> CaseQuerySet:
    """Return the cases whose reference starts with the text, blanks aside, whose client's name matches, or
    whose client has exactly this number of the bank's."""
    if not text.strip():
        return cases
    if of_number := _with_number(text.strip()):
        return cases.filter(Q(pk__in=_by_words(cases, text).order_by().values("pk")) | of_number)
    return _by_words(cases, text)


def _with_number(text: str) -> Q | None:
    """The cases of the person with this number of the bank's, whichever record they stand under."""
    if not KEY.fullmatch(text):
        return None
    owner = Client.objects.only("merged_into").filter(client_key__key=text).first()
    return Q(client__in=Client.objects.of_person(owner).order_by().values("pk")) if owner else None


def _by_words(cases: CaseQuerySet, text: str) -> CaseQuerySet:
    reference, words = "".join(text.split()), words_of(text)[:MAX_WORDS]
    matches = _matches(cases, reference, _complete(_as_typed(words)))
    if any(len(word) >= MIN_LETTERS for word in words) and not matches.exists():
        return _matches(cases, reference, _complete(_forgiving(words)))
    return matches


def single_case(visible: QuerySet[Case], matches: QuerySet[Case], text: str) -> str | None:
    """Return the reference that a submitted term opens: the exact one, or that of the only case found."""
    reference = "".join(text.split())
    if not reference:
        return None
    exact = visible.filter(reference__in={reference, reference.upper()}).order_by()
    first = list(matches.order_by().values_list("reference", flat=True)[:2])
    return exact.values_list("reference", flat=True).first() or (first[0] if len(first) == 1 else None)


def _matches(cases: CaseQuerySet, reference: str, readings: Sequence[Reading]) -> CaseQuerySet:
    """Few matches are fastest by key; many are met early in a scan of the cases."""
    could_be_one = REFERENCE.fullmatch(reference)
    references = _first_keys(Case.objects.filter(_reference_starts(reference)), "pk") if could_be_one else []
    have_a_rare_part = all(any(not part.is_broad for part in reading) for reading in readings)
    if have_a_rare_part and len(references) <= MAX_KEYS:
        clients = {key for reading in readings for key in _first_keys(_links(reading), "indexedname")}
        if len(clients) <= MAX_KEYS:
            return cases.filter(Q(client__in=padded(clients)) | Q(pk__in=padded(references)))
    condition = _reference_starts(reference) if references else Q()
    for reading in readings:
        condition |= Q(*(_borne(part, "client", "client__indexed_name__text") for part in reading))
    return cases.filter(condition)


def _links(reading: Reading) -> QuerySet[Any]:
    """The links of clients who match each part, the rarest looked up first."""
    rarest, *other_parts = sorted(reading, key=lambda part: len(part.keys))
    conditions = [_borne(part, "indexedname", "indexedname__text") for part in other_parts]
    return _LINK.objects.filter(*conditions, nameword__in=padded(rarest.keys)).distinct()


def _borne(part: Part, client: str, text: str) -> Q:
    """Whether the client of a row, in these columns, bears a word that matches."""
    if part.is_broad:
        return Q(**{f"{text}__contains": part.word})
    return Q(Exists(_LINK.objects.filter(indexedname=OuterRef(client), nameword__in=padded(part.keys))))


def padded(keys: Collection[int]) -> list[int]:
    """Fill keys up to the next power of two with keys of no row; more than MAX_KEYS stay as they are.

    A database prepares and keeps one statement for each length of a list: up to 90 kB in each thread.
    """
    if not 0 < len(keys) <= MAX_KEYS:
        return list(keys)
    length = 1 << (len(keys) - 1).bit_length()
    return [*keys, *range(-1, len(keys) - length - 1, -1)]


def _first_keys(rows: QuerySet[Any], key: str) -> list[int]:
    return list(rows.values_list(key, flat=True)[: MAX_KEYS + 1])


def _complete(readings: Iterator[Reading]) -> list[Reading]:
    """Only readings in which every word of the term matches something."""
    return [reading for reading in readings if reading and all(part.keys for part in reading)]


def _as_typed(words: Sequence[str]) -> Iterator[Reading]:
    """The words as they are, and with two neighbours joined."""
    parts = {word: _containing(word) for word in words}
    yield [parts[word] for word in words]
    for at, joined in enumerate(map("".join, pairwise(words))):
        yield [
            *(parts[word] for word in words[:at]),
            _containing(joined),
            *(parts[word] for word in words[at + 2 :]),
        ]


def _forgiving(words: Sequence[str]) -> Iterator[Reading]:
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
    keys = _first_keys(NameWord.objects.filter(text__contains=word), "pk")
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


def _reference_starts(text: str) -> Q:
    """A prefix match, bounded for SQLite, whose LIKE reads every row, to a range of the index."""
    starts = Q(reference__startswith=text)
    # After 9, Z and z, and around a hyphen, collations disagree on the next character.
    stem = text.rstrip("-9Zz")
    if not stem.isascii() or not stem:
        return starts
    return starts & Q(reference__gte=stem, reference__lt=stem[:-1] + chr(ord(stem[-1]) + 1))
