"""Erasure again of what an older copy of the database has brought back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.audit import Action
from creditdesk.models import DataKey, Draft, Erasure, StoredAnswer
from creditdesk.services.personal_data import erased_keys
from creditdesk.services.personal_data.erasure import delete_days, delete_keys


@dataclass(frozen=True, slots=True)
class ErasedAgain:
    """How many keys of clients and days were deleted anew, and how many drafts and stored answers went."""

    keys: int
    working_papers: int

    def __bool__(self) -> bool:
        return bool(self.keys or self.working_papers)


def erase_again(listed: Collection[int] | None = None) -> int:
    """Erase the keys of the list that are back; how many. Without an argument, of this desk's own list."""
    numbers = erased_keys.remembered() if listed is None else set(listed)
    back = [key for key in DataKey.objects.exclude(client=None, day=None) if key.number in numbers]
    if back:
        _erase(back)
    return len(back)


def settle_restored(listed: Collection[int]) -> ErasedAgain:
    """Erase again in a database that was just restored, and take over the list.

    Where anything was erased after the backup, its drafts and stored answers go as well: whether one of
    them is about a client who was opened and erased since, nobody can tell any more.
    """
    is_older = bool(set(listed) - set(Erasure.objects.values_list("key_number", flat=True)))
    erased_keys.remember(sorted(set(listed) - erased_keys.remembered()))
    papers = _drop_working_papers() if is_older else 0
    return ErasedAgain(erase_again(listed), papers)


@transaction.atomic
def _erase(keys: Sequence[DataKey]) -> None:
    erased = delete_keys([key.client_id for key in keys if key.client_id])
    erased += delete_days([str(key.day) for key in keys if key.day])
    details = {"erased_again": [key.number for key in keys]}
    audit.record(action=Action.RETENTION, actor=None, details=details, rows=erased)


@transaction.atomic
def _drop_working_papers() -> int:
    dropped = {
        kind: rows.delete()[1].get(rows.model._meta.label, 0)
        for kind, rows in (("drafts", Draft.objects.all()), ("answers", StoredAnswer.objects.all()))
    }
    if any(dropped.values()):
        audit.record(action=Action.RETENTION, actor=None, details=dropped)
    return sum(dropped.values())
