"""Working papers about clients: drafts and stored answers, which no case leads to."""

from collections.abc import Iterable

from creditdesk.models import Draft, StoredAnswer
from creditdesk.models.draft import DraftQuerySet
from creditdesk.models.idempotency import StoredAnswerQuerySet
from creditdesk.models.name_index import words_of


def drafts_about(names: Iterable[str], bank_keys: Iterable[str] = ()) -> DraftQuerySet:
    """Drafts of anybody in which one field holds every word of one of the names, in any order, or one of the
    bank's keys of a client.

    A draft belongs to no client yet: these are all that leads to it, a namesake's draft included.
    """
    wanted = [frozenset(words) for name in names if (words := words_of(name))]
    keys = set(bank_keys)
    about = [
        draft.pk
        for draft in Draft.objects.all()
        if _names(draft, wanted) or draft.answers.get("client_key") in keys
    ]
    return Draft.objects.filter(pk__in=about)


def _names(draft: Draft, wanted: list[frozenset[str]]) -> bool:
    fields = [set(words_of(answer)) for answer in draft.answers.values() if isinstance(answer, str)]
    return any(words <= field for words in wanted for field in fields)


def answers_about(references: Iterable[str]) -> StoredAnswerQuerySet:
    """Stored answers that name one of the cases, or that do not say which cases they name."""
    named = set(references)
    answers = StoredAnswer.objects.values_list("pk", "references")
    return StoredAnswer.objects.filter(
        pk__in=[pk for pk, listed in answers if listed is None or named & set(listed)]
    )
