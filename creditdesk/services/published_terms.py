"""Publication of terms by two people: one proposes, another answers; policies and loss tables share it."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from accounts.open_accounts import check_account
from creditdesk.services.refusal import ActRefused
from scoring.models import MIN_REASON_LENGTH
from scoring.models.published_terms import PublishedTerms, TermsStatus

Terms = TypeVar("Terms", bound=PublishedTerms)


def checked_reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < MIN_REASON_LENGTH:
        raise ActRefused(gettext("Say why in at least %(least)s characters.") % {"least": MIN_REASON_LENGTH})
    return reason


def checked_answer(terms: PublishedTerms, reason: str, by: User, *, own: str) -> str:
    """Return the reason of a person who may answer; the proposer is refused with the words `own`."""
    if not by.has_perm(f"scoring.publish_{terms._meta.model_name}"):
        raise PermissionDenied
    if terms.proposed_by_id == by.pk:
        raise ActRefused(own)
    return checked_reason(reason)


def locked_in_force(model: type[Terms]) -> Terms | None:
    """The terms in force, locked while this transaction decides on the next ones."""
    return cast("Terms | None", model.objects.select_for_update(of=("self",)).published().first())


def locked_in_force_as_seen(
    model: type[Terms], based_on: int | None, outdated: Callable[[Terms | None], str]
) -> Terms | None:
    """The terms in force, locked; refused unless their version is the one that the proposer saw."""
    current = locked_in_force(model)
    if (current.version if current else None) != based_on:
        raise ActRefused(outdated(current))
    return current


def proposed_already(model: type[Terms], values: Mapping[str, object], by: User) -> Terms | None:
    """This person's pending proposal of the same values: a form that is sent twice proposes once.

    Raises PermissionDenied for a person whose account was closed since the request began.
    """
    check_account(by)
    for terms in model.objects.pending().filter(proposed_by=by):
        if all(getattr(terms, name) == value for name, value in values.items()):
            return cast(Terms, terms)
    return None


def locked_proposal(terms: Terms) -> Terms:
    """The proposal, locked, while it is pending."""
    pending = cast("Terms", type(terms).objects.select_for_update(of=("self",)).get(pk=terms.pk))
    if pending.status != TermsStatus.PROPOSED:
        raise ActRefused(gettext("This proposal has already been answered."))
    return pending


def locked_successor(terms: Terms, outdated: Callable[[Terms | None], str]) -> Terms:
    """The proposal, locked and numbered after the terms in force, with which it was compared."""
    current, pending = locked_in_force(type(terms)), locked_proposal(terms)
    if pending.based_on != current:
        raise ActRefused(outdated(current))
    pending.version = current.version + 1 if current and current.version else 1
    return pending


def store_answer(pending: Terms, status: TermsStatus, reason: str, by: User) -> Terms:
    check_account(by)
    pending.status = status
    pending.answered_by, pending.answered_at, pending.answer_reason = by, timezone.now(), reason
    pending.save()
    return pending


def store_withdrawal(terms: Terms, by: User) -> Terms:
    """Take one's own proposal back."""
    if terms.proposed_by_id != by.pk:
        raise PermissionDenied
    check_account(by)
    pending = locked_proposal(terms)
    pending.status, pending.answered_at = TermsStatus.WITHDRAWN, timezone.now()
    pending.save()
    return pending


def recorded_change(terms: Terms, names: Iterable[str]) -> dict[str, Any]:
    """Details of an audit event: the status before and after, and of a proposal and of its publication each
    of these terms that differs from those in force, before and after (None: nothing was published before)."""
    is_proposal = terms.status == TermsStatus.PROPOSED
    details = {"previous": "" if is_proposal else TermsStatus.PROPOSED.value, "new": str(terms.status)}
    if terms.status not in {TermsStatus.PROPOSED, TermsStatus.PUBLISHED}:
        return details
    pairs = {name: (getattr(terms.based_on, name, None), getattr(terms, name)) for name in names}
    changed = {name: list(map(_plain, pair)) for name, pair in pairs.items() if pair[0] != pair[1]}
    return {**details, "changed": [{"values": changed}]} if changed else details


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value
