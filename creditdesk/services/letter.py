"""Keep the text of a letter as it was first written."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Decision, Letter
from creditdesk.models.letter import digest_of


@transaction.atomic
def keep_letter(
    *, decision: Decision, kind: str, language: str, template_version: str, text: str, by: User
) -> Letter:
    """The same letter asked for twice at once is kept once, and both readers get that one."""
    if not by.has_perm("creditdesk.write_letter"):
        raise PermissionDenied
    Decision.objects.select_for_update().get(pk=decision.pk)
    which = {"kind": kind, "language": language, "template_version": template_version}
    if kept := decision.letters.filter(**which).first():
        return kept
    letter = Letter.objects.create(
        case=decision.case, decision=decision, text=text, digest=digest_of(text), written_by=by, **which
    )
    details = {"letter": letter.pk, "decision": decision.pk, "digest": letter.digest, **which}
    audit.record(action=Action.LETTER, actor=by, target=decision.case.reference, details=details)
    return letter
