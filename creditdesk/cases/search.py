"""Search of cases by client or reference, forgiving the order of words, one typo, and joined or split words.

A name matches when each word of the term is part of one of its words; two words typed apart may be one of
its words. Where no case matches so, a word of four letters or more may have one typo, and one typed word
may be two. Clients are looked up by the words of names; no extension of SQLite or PostgreSQL takes part.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex

from accounts.prepared_queries import ANYBODY, PreparedRows
from creditdesk.cases import search_readings
from creditdesk.cases.search_readings import Part, Reading
from creditdesk.cases.typos import MIN_LETTERS
from creditdesk.models import Case, Client, IndexedName
from creditdesk.models.case import CaseQuerySet
from creditdesk.models.client import KEY_CHARACTERS
from creditdesk.models.name_index import words_of

# A term is shorter than this; what follows is not searched.
MAX_WORDS: Final = 6
REFERENCE: Final = re.compile(r"[0-9A-Za-z-]+")
KEY: Final = re.compile(KEY_CHARACTERS)

_LINK: Final = IndexedName.words.through


@dataclass(frozen=True, slots=True)
class Matches:
    """What matches a term: keys of cases by their reference, and of clients by their name.

    Without keys of clients there are too many, and each case is held against the readings.
    """

    reference: str
    readings: Sequence[Reading]
    cases: list[int]
    clients: list[int] | None

    def among(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Few matches are fastest by key; many are met early in a scan of the cases."""
        if self.clients is not None:
            return cases.filter(Q(client__in=padded(self.clients)) | Q(pk__in=padded(self.cases)))
        condition = _reference_starts(self.reference) if self.cases else Q()
        for reading in self.readings:
            condition |= Q(*(_borne(part, "client", "client__indexed_name__text") for part in reading))
        return cases.filter(condition)


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
    key = client_with_number(text)
    if key is None:
        return None
    owner = Client.objects.only("merged_into").get(pk=key)
    return Q(client__in=Client.objects.of_person(owner).order_by().values("pk"))


def client_with_number(text: str) -> int | None:
    """Return the key of the record that has exactly this number of the bank's."""
    keys = _WITH_NUMBER.all(text) if KEY.fullmatch(text) else []
    return keys[0][0] if keys else None


def _by_words(cases: CaseQuerySet, text: str) -> CaseQuerySet:
    matches = as_typed(text).among(cases)
    return forgiving(text).among(cases) if may_forgive(text) and not matches.exists() else matches


def as_typed(text: str) -> Matches:
    """Look up the words as they are, and with two neighbours joined."""
    return _matches(text, search_readings.typed_readings(_words(text)))


def forgiving(text: str) -> Matches:
    """Look up the words with one typo, two joined neighbours, or one word parted in two."""
    return _matches(text, search_readings.forgiving_readings(_words(text)))


def may_forgive(text: str) -> bool:
    return any(len(word) >= MIN_LETTERS for word in _words(text))


def _words(text: str) -> list[str]:
    return words_of(text)[:MAX_WORDS]


def single_case(visible: QuerySet[Case], matches: QuerySet[Case], text: str) -> str | None:
    """Return the reference that a submitted term opens: the exact one, or that of the only case found."""
    reference = "".join(text.split())
    if not reference:
        return None
    exact = visible.filter(reference__in={reference, reference.upper()}).order_by()
    first = list(matches.order_by().values_list("reference", flat=True)[:2])
    return exact.values_list("reference", flat=True).first() or (first[0] if len(first) == 1 else None)


def _matches(text: str, meant: Iterator[Reading]) -> Matches:
    reference, readings = "".join(text.split()), search_readings.complete(meant)
    cases = _with_reference(reference) if REFERENCE.fullmatch(reference) else []
    clients, limit = None, search_readings.MAX_KEYS
    have_a_rare_part = all(any(not part.is_broad for part in reading) for reading in readings)
    if have_a_rare_part and len(cases) <= limit:
        clients = list({*chain.from_iterable(map(_clients_of, readings))})
    is_few = clients is not None and len(clients) <= limit
    return Matches(reference, readings, cases, clients if is_few else None)


def _clients_of(reading: Reading) -> list[int]:
    if len(reading) > 1:
        return search_readings.first_keys(_bearers(reading), "indexedname")
    keys = padded(reading[0].keys)
    return [key for (key,) in _bearing_query(len(keys), search_readings.MAX_KEYS + 1).all(*keys)]


def _bearers(reading: Reading) -> QuerySet[Any]:
    """The clients who match each part.

    The keys of words do not say how many bear them: to hold the bearers of one part against the others takes
    seconds where it is a common first name. So each part is read from the index by itself.
    """
    narrow = (part for part in reading if not part.is_broad)
    broad = (_borne(part, "indexedname", "indexedname__text") for part in reading if part.is_broad)
    first, *following = (_LINK.objects.filter(nameword__in=padded(part.keys)) for part in narrow)
    first = first.filter(*broad)
    if not following:
        return first.distinct()
    return first.values("indexedname").intersection(*(links.values("indexedname") for links in following))


def _borne(part: Part, client: str, text: str) -> Q:
    """Whether the client of a row, in these columns, bears a word that matches."""
    if part.is_broad:
        return Q(**{f"{text}__contains": part.word})
    return Q(Exists(_LINK.objects.filter(indexedname=OuterRef(client), nameword__in=padded(part.keys))))


def padded(keys: Collection[int]) -> list[int]:
    """Fill keys up to the next power of two with keys of no row; more than MAX_KEYS stay as they are.

    A database prepares and keeps one statement for each length of a list: up to 90 kB in each thread.
    """
    if not 0 < len(keys) <= search_readings.MAX_KEYS:
        return list(keys)
    length = 1 << (len(keys) - 1).bit_length()
    return [*keys, *range(-1, len(keys) - length - 1, -1)]


def _with_reference(text: str) -> list[int]:
    """Keys of the first cases whose reference starts with the text."""
    bounds = _bounds(text)
    if not bounds:
        return search_readings.first_keys(Case.objects.filter(_reference_starts(text)), "pk")
    return [key for (key,) in _reference_query(search_readings.MAX_KEYS + 1).all(text, *bounds)]


def _reference_starts(text: str) -> Q:
    """A prefix match, bounded for SQLite, whose LIKE reads every row, to a range of the index."""
    starts, bounds = Q(reference__startswith=text), _bounds(text)
    return starts & Q(reference__gte=bounds[0], reference__lt=bounds[1]) if bounds else starts


def _bounds(text: str) -> tuple[str, str] | None:
    """Where references that start with the text begin and end in the order of the index."""
    # After 9, Z and z, and around a hyphen, collations disagree on the next character.
    stem = text.rstrip("-9Zz")
    if not stem.isascii() or not stem:
        return None
    return stem, stem[:-1] + chr(ord(stem[-1]) + 1)


@cache
def _reference_query(size: int) -> PreparedRows:
    return PreparedRows(
        lambda text, start, end: (
            Case.objects.alias(at=StrIndex("reference", Value(text)))
            .filter(at=1, reference__gte=start, reference__lt=end)
            .values_list("pk")[:size]
        ),
        *("a reference", "its start", "its end"),
    )


@lru_cache(maxsize=16)
def _bearing_query(words: int, size: int) -> PreparedRows:
    return PreparedRows(
        lambda *keys: _LINK.objects.filter(nameword__in=keys).values_list("indexedname").distinct()[:size],
        *(ANYBODY - at for at in range(words)),
    )


_WITH_NUMBER: Final = PreparedRows(
    lambda key: Client.objects.filter(client_key__key=key).values_list("pk")[:1], "a number"
)
