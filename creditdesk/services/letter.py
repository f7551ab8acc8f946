"""Save the text of a letter as first written."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Decision, Letter
from creditdesk.models.letter import digest_of
from creditdesk.services.refusal import locked_case


@transaction.atomic
def save_letter(
    *, decision: Decision, kind: str, language: str, template_version: str, text: str, by: User
) -> Letter:
    """Save a letter, or return the letter first saved for the same decision, kind, language and template."""
    if not by.has_perm("creditdesk.write_letter"):
        raise PermissionDenied
    locked_case(decision.case, by)
    identity = {"kind": kind, "language": language, "template_version": template_version}
    if existing := decision.letters.filter(**identity).first():
        return existing
    letter = Letter.objects.create(
        case=decision.case, decision=decision, text=text, digest=digest_of(text), written_by=by, **identity
    )
    details = {"letter": letter.pk, "decision": decision.pk, "digest": letter.digest, **identity}
    details |= {"previous": "", "new": letter.digest}
    audit.record(
        action=Action.LETTER, actor=by, target=decision.case.reference, details=details, rows=[letter]
    )
    return letter
