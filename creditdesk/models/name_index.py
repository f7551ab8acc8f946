"""Index of clients' names: normalized words, in tables of their own.

A client's rows go with `forget_names`; a word goes with the last client who bears it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db import models, transaction

MAX_LENGTH: Final = 200
# Letters that Unicode does not decompose into a letter and an accent.
_LETTERS: Final = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_WORD: Final = re.compile(r"[^\W_]+")


def searchable(text: str) -> str:
    """Lower case without accents, so that "lefevre" matches "Lefèvre"."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """The words of a name or of a search term, normalized; hyphens and apostrophes part words."""
    return _WORD.findall(searchable(text)[:MAX_LENGTH])


def same_name(name: str, other: str) -> bool:
    """Whether two names have the same words, in any order and with any accents, or one is missing."""
    words, other_words = sorted(words_of(name)), sorted(words_of(other))
    return not words or not other_words or words == other_words


class NameWord(models.Model):
    """A word that at least one client's name has."""

    text = models.CharField(max_length=MAX_LENGTH, unique=True)

    def __str__(self) -> str:
        return self.text


class IndexedName(models.Model):
    """The normalized name of a client: its text sorts, its words are searched."""

    client = models.OneToOneField(
        "creditdesk.Client", on_delete=models.CASCADE, primary_key=True, related_name="indexed_name"
    )
    text = models.CharField(max_length=MAX_LENGTH, db_index=True)
    words = models.ManyToManyField(NameWord, related_name="names")

    def __str__(self) -> str:
        return self.text


@transaction.atomic
def index_names(names: Mapping[int, str]) -> None:
    """Index names by the client's key, in place of what was indexed; an empty name leaves the index."""
    forget_names(names)
    named = {client: borne for client, name in names.items() if (borne := words_of(name))}
    IndexedName.objects.bulk_create(
        IndexedName(client_id=client, text=" ".join(borne)) for client, borne in named.items()
    )
    keys = word_keys(named.values())
    link = IndexedName.words.through
    link.objects.bulk_create(
        link(indexedname_id=client, nameword_id=keys[word])
        for client, borne in named.items()
        for word in dict.fromkeys(borne)
    )


def word_keys(names: Iterable[Sequence[str]]) -> dict[str, int]:
    """The keys of all words of these names, made where nobody bore them, within the caller's transaction."""
    # An upsert locks each word, in one order for everybody, until whoever forgets it at this moment is done.
    texts = sorted({word for borne in names for word in borne})
    stored = NameWord.objects.bulk_create(
        map(_word, texts), update_conflicts=True, unique_fields=["text"], update_fields=["text"]
    )
    return {word.text: word.pk for word in stored}


@transaction.atomic
def forget_names(clients: Collection[int]) -> None:
    """Remove clients from the index, and the words that nobody else bears."""
    names = IndexedName.objects.filter(pk__in=list(clients))
    words = list(NameWord.objects.filter(names__in=names).values_list("pk", flat=True).distinct())
    if not words:
        return
    names.delete()
    locked = (
        NameWord.objects.select_for_update()
        .filter(pk__in=words)
        .order_by("text")
        .values_list("pk", flat=True)
    )
    NameWord.objects.filter(pk__in=list(locked), names=None).delete()


def _word(text: str) -> NameWord:
    return NameWord(text=text)
