"""Cases that may be of the same person as a new one: the same name, and no other birth date."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from creditdesk.models import Case
from creditdesk.models.case import CaseQuerySet
from creditdesk.models.name_index import words_of

MAX_DUPLICATES: Final = 3
# Profiles that are decrypted to compare birth dates.
MAX_NAMESAKES: Final = 20
MIN_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A case of a namesake; `is_same_birth` where the birth date is the same too."""

    case: Case
    is_same_birth: bool


def duplicates(cases: CaseQuerySet, name: str, born_on: date | None) -> list[Duplicate]:
    """Return the newest of `cases` whose client has this name, those with the same birth date first.

    A namesake with another birth date is another person and left out; one whose date is not known stays.
    The order of the words of a name, accents and capitals make no difference.
    """
    words = words_of(name)
    if len(words) < MIN_WORDS:
        return []
    namesakes = cases.filter(client__erasure=None)
    for word in set(words):
        namesakes = namesakes.filter(client__indexed_name__words__text=word)
    newest = namesakes.select_related("client__indexed_name", "profile").order_by("-submitted_at")
    same_words = (
        case
        for case in newest[:MAX_NAMESAKES]
        if sorted(case.client.indexed_name.text.split()) == sorted(words)
    )
    same_person = _same_person(same_words, born_on)
    return sorted(same_person, key=lambda duplicate: not duplicate.is_same_birth)[:MAX_DUPLICATES]


def _same_person(namesakes: Iterable[Case], born_on: date | None) -> Iterator[Duplicate]:
    for case in namesakes:
        birth = birth_date(case)
        if not (birth and born_on and abs((birth - born_on).days) > 1):
            yield Duplicate(case, bool(birth and born_on))


def birth_date(case: Case) -> date | None:
    """Counted back from the application, so that it may be a day off."""
    days = case.profile.application.get("DAYS_BIRTH")
    if not isinstance(days, int | float):
        return None
    return timezone.localdate(case.submitted_at) + timedelta(days=int(days))
