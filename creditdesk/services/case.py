"""Open a case by hand."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, Required, TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Draft, MonitoringRecord, Profile
from creditdesk.services.entry_key import entry_key
from creditdesk.services.known_client import known_client, new_client
from creditdesk.services.refusal import ActRefused

MANUAL_PREFIX = "M"
MAX_ATTEMPTS: Final = 4


class Entry(TypedDict, total=False):
    """What a person enters about a case; `confirmed` holds codes of what was unusual, `draft_key` is the key
    of the form, whether a draft was saved or not."""

    name: Required[str]
    application: Required[Mapping[str, float | str]]
    applied_on: date | None
    draft: Draft | None
    draft_key: UUID | None
    confirmed: Collection[str]
    client_key: str
    same_client: Case | None


def case_of_entry(*, by: User, **entry: Unpack[Entry]) -> Case | None:
    """Return the case that this person opened with the same form and the same answers."""
    key = _entry_key(by, entry)
    return Case.objects.filter(entry_key=key).first() if key else None


def open_case(*, by: User, **entry: Unpack[Entry]) -> Case:
    """Open a case from validated application columns; an absent column stays missing. Raises ActRefused.

    The client is the one with the bank's key, or the one of the case `same_client`; else a new one.

    Its draft is deleted; the draft's monitoring columns go to the table where an import puts them.
    `confirmed`: codes of what was unusual and confirmed by the person, for the audit log.
    A form that is sent again with the same answers, also at the same time, leads to the case that it opened.
    """
    if not by.has_perm("creditdesk.add_case"):
        raise PermissionDenied
    try:
        for _attempt in range(MAX_ATTEMPTS - 1):
            # Of two who enter the same new key, take the same reference, or send the same form, one finds it
            # taken: it is read again.
            with suppress(IntegrityError):
                return _open_case(by, entry)
        return _open_case(by, entry)
    except ActRefused:
        # What refuses the second of two equal forms may be what the first has done.
        if case := case_of_entry(by=by, **entry):
            return case
        raise


@transaction.atomic
def _open_case(by: User, entry: Entry) -> Case:
    if earlier := case_of_entry(by=by, **entry):
        return earlier
    name, application = entry["name"], entry["application"]
    annuity, client_key = application.get("AMT_ANNUITY"), entry.get("client_key", "")
    existing = known_client(name=name, key=client_key, same_client=entry.get("same_client"), by=by)
    case = Case.objects.create(
        reference=_next_reference(),
        client=existing or new_client(name=name, key=client_key),
        advisor=by,
        origin=Case.Origin.MANUAL,
        entry_key=_entry_key(by, entry),
        submitted_at=_submitted_at(entry.get("applied_on")),
        contract_type=str(application["NAME_CONTRACT_TYPE"]),
        amount_credit=Decimal(str(application["AMT_CREDIT"])),
        amount_annuity=None if annuity is None else Decimal(str(annuity)),
    )
    Profile.of_inputs(application, {}, {}, case=case).save(force_insert=True)
    if draft := entry.get("draft"):
        if draft.monitoring:
            MonitoringRecord.objects.create(case=case, **draft.monitoring)
        draft.delete()
    details: dict[str, object] = {"origin": case.origin, "previous": "", "new": "pending"}
    if confirmed := entry.get("confirmed"):
        details["confirmed"] = sorted(confirmed)
    if existing:
        details["client"] = existing.pk
    audit.record(action=Action.CASE_OPENED, actor=by, target=case.reference, details=details)
    return case


def _entry_key(by: User, entry: Entry) -> UUID | None:
    """Return the key of the form with the answers about this client."""
    same_client = entry.get("same_client")
    return entry_key(
        entry.get("draft_key"),
        by,
        entry["name"],
        sorted(entry["application"].items()),
        str(entry.get("applied_on")),
        entry.get("client_key", ""),
        same_client.pk if same_client else None,
    )


def _submitted_at(applied_on: date | None) -> datetime:
    """Now, or noon of the earlier day on which the client applied."""
    if applied_on is None or applied_on == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(applied_on, time(12)))


def _next_reference() -> str:
    """M000001 and on, zero-padded, so that references sort in the order of their cases."""
    last = (
        Case.objects.select_for_update()
        .filter(origin=Case.Origin.MANUAL)
        .order_by("-pk")
        .values_list("reference", flat=True)
        .first()
    )
    number = int(last.removeprefix(MANUAL_PREFIX)) + 1 if last else 1
    return f"{MANUAL_PREFIX}{number:06d}"
