"""Attach documents to a case, remove them, and ask the client for those that are missing."""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Document, DocumentRequest
from creditdesk.models.document import digest_of
from creditdesk.services.refusal import ActRefused, locked_case

MAX_DOCUMENTS: Final = 50
MIN_REASON_LENGTH: Final = 10


def add_document(
    *, case: Case, kind: str, name: str, content: bytes, content_type: str, by: User
) -> Document:
    """Store a checked file with the case. Raises ActRefused for a file that the case has, or one too many.

    The name of the file stays out of the chain: it may name a client.
    """
    if not by.has_perm("creditdesk.add_document"):
        raise PermissionDenied
    digest = digest_of(content)
    with transaction.atomic():
        locked = locked_case(case, by)
        on_file = locked.documents.on_file()
        if on_file.filter(digest=digest).exists():
            raise ActRefused(gettext("This file is attached to the case already. Nothing was added."))
        if on_file.count() >= MAX_DOCUMENTS:
            raise ActRefused(
                gettext("A case holds %(count)s documents at most. Nothing was added.")
                % {"count": MAX_DOCUMENTS}
            )
        document = Document(
            case=locked,
            kind=kind,
            name=name,
            content=content,
            content_type=content_type,
            size=len(content),
            digest=digest,
            added_by=by,
        )
        document.save(force_insert=True)
        state = {"previous": "", "new": "on file"}
        _audit(document, Action.DOCUMENT_ADDED, by, kind=kind, size=document.size, digest=digest, **state)
    return document


def remove_document(*, document: Document, reason: str, by: User) -> Document:
    """Delete the content of a document; what it was, who removed it and why stay. Raises ActRefused."""
    if not by.has_perm("creditdesk.remove_document"):
        raise PermissionDenied
    if len(reason.strip()) < MIN_REASON_LENGTH:
        raise ActRefused(gettext("Say in at least 10 characters why the document is removed."))
    with transaction.atomic():
        locked_case(document.case, by)
        locked = Document.objects.select_for_update().get(pk=document.pk)
        if locked.removed_at:
            raise ActRefused(gettext("This document was removed already."))
        locked.content, locked.removal_reason = b"", reason.strip()
        locked.removed_by, locked.removed_at = by, timezone.now()
        locked.save(update_fields=["content", "removal_reason", "removed_by", "removed_at"])
        _audit(locked, Action.DOCUMENT_REMOVED, by, previous="on file", new="removed")
    return locked


def save_document_request(
    *, case: Case, kinds: Sequence[str], language: str, text: str, by: User
) -> DocumentRequest:
    """Save the letter that asks the client for documents. Raises ActRefused where it asks for none.

    A form that is sent twice writes one letter: the same words, with the day among them, by the same person.
    """
    if not by.has_perm("creditdesk.add_document"):
        raise PermissionDenied
    if not kinds:
        raise ActRefused(gettext("Choose the documents to ask for."))
    with transaction.atomic():
        locked = locked_case(case, by)
        digest = digest_of(text.encode())
        newest = locked.document_requests.last()
        if newest and newest.digest == digest and newest.written_by_id == by.pk:
            return newest
        request = DocumentRequest.objects.create(
            case=locked,
            kinds=list(kinds),
            language=language,
            text=text,
            digest=digest,
            written_by=by,
        )
        details = {"request": request.pk, "kinds": request.kinds, "digest": request.digest}
        details |= {"previous": newest.digest if newest else "", "new": request.digest}
        audit.record(
            action=Action.DOCUMENTS_REQUESTED,
            actor=by,
            target=locked.reference,
            details=details,
            rows=[request],
        )
    return request


def _audit(document: Document, action: Action, by: User, **details: object) -> None:
    details = {"document": document.pk, **details}
    audit.record(action=action, actor=by, target=document.case.reference, details=details, rows=[document])
