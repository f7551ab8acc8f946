"""Merge two records of one client, and part them again."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Client, ClientKey, ClientMerge, Erasure
from creditdesk.services.refusal import ActRefused, check_scope, locked_case

PERMISSION = "creditdesk.merge_clients"


class KeysContradict(ActRefused):
    """The bank has a key of its own for each of the two: to be confirmed first."""


@transaction.atomic
def merge_clients(
    *, case: Case, other: Case, reason: str, by: User, despite_keys: bool = False
) -> ClientMerge:
    """Record that both cases are of one person; the record of `case` stands for them from then on.

    Every case stays under its record, with its name and its data key. Raises ActRefused, and KeysContradict
    where the bank knows the two by different keys, unless `despite_keys`.
    """
    if not by.has_perm(PERMISSION):
        raise PermissionDenied
    # In one order for everybody: two managers may merge the same two the other way round.
    locked = {target.pk: _locked(target, by) for target in sorted((case, other), key=lambda item: item.pk)}
    primary, duplicate = locked[case.pk], locked[other.pk]
    if primary.person_id == duplicate.person_id:
        raise ActRefused(gettext("Both cases are of the same client already. Nothing was changed."))
    _refuse_erased(primary, duplicate)
    keys = [sorted(_keys_of(client)) for client in (primary, duplicate)]
    if all(keys) and keys[0] != keys[1] and not despite_keys:
        raise KeysContradict(
            gettext(
                "The bank has two client numbers for them: %(primary)s and %(duplicate)s. Confirm that"
                " they are one person. Nothing was changed."
            )
            % {"primary": ", ".join(keys[0]), "duplicate": ", ".join(keys[1])}
        )
    joined = list(Case.objects.of_person(duplicate).order_by("pk").values_list("reference", flat=True))
    merge = ClientMerge.record(primary, duplicate, reason=reason, merged_by=by)
    details = {
        "merge": merge.pk,
        "primary": merge.primary_id,
        "duplicate": merge.duplicate_id,
        "cases": joined,
        "previous": "two clients",
        "new": "one client",
    }
    details |= {"reason": reason, "despite_keys": all(keys) and keys[0] != keys[1]}
    audit.record(action=Action.CLIENTS_MERGED, actor=by, target=case.reference, details=details, rows=[merge])
    return merge


@transaction.atomic
def part_clients(*, case: Case, merge: ClientMerge, reason: str, by: User) -> ClientMerge:
    """Undo a merge: each case is again of the record that it was of before. Raises ActRefused."""
    if not by.has_perm(PERMISSION):
        raise PermissionDenied
    client = _locked(case, by)
    current = ClientMerge.objects.select_for_update().get(pk=merge.pk)
    if current.ended_at or Client.objects.get(pk=current.primary_id).person_id != client.person_id:
        raise ActRefused(gettext("This merge is undone already. Nothing was changed."))
    _refuse_erased(client)
    current.end(ended_by=by, end_reason=reason)
    duplicate = Client.objects.get(pk=current.duplicate_id)
    parted = list(Case.objects.of_person(duplicate).order_by("pk").values_list("reference", flat=True))
    details = {
        "merge": current.pk,
        "primary": current.primary_id,
        "duplicate": current.duplicate_id,
        "cases": parted,
        "previous": "one client",
        "new": "two clients",
    }
    details |= {"reason": reason}
    audit.record(
        action=Action.CLIENTS_PARTED, actor=by, target=case.reference, details=details, rows=[current]
    )
    return current


def _locked(case: Case, by: User) -> Client:
    """The record of the case, with its whole person locked, if every case of theirs is in the row scope."""
    client = Client.objects.locked_person(locked_case(case, by).client)
    check_scope(Case.objects.of_person(client).values_list("pk", flat=True), by)
    return client


def _refuse_erased(*clients: Client) -> None:
    """Whoever erases holds the same locks: by now the erasure is done, or has not begun."""
    people = [client.person_id for client in clients]
    records = Client.objects.filter(pk__in=people) | Client.objects.filter(merged_into__in=people)
    if Erasure.objects.filter(client__in=records.values("pk")).exists():
        raise ActRefused(gettext("The words of this case were erased: nothing can be added to it."))


def _keys_of(client: Client) -> list[str]:
    records = Client.objects.of_person(client)
    return list(ClientKey.objects.filter(client__in=records.values("pk")).values_list("key", flat=True))
