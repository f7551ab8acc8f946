"""Letters on a final decision: written once, then read from the database word for word."""

import hashlib
from typing import Final

from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from creditdesk import services
from creditdesk.letters.context import context_of
from creditdesk.letters.text import stored_text
from creditdesk.models import Case, Decision, DocumentRequest, Letter

LANGUAGES: Final = ("fr", "en")


class NoLetter(Exception):
    """No letter can be written, or nobody permitted has written it yet; the message gives the reason."""


def letter_on(case: Case, kind: str, language: str, *, by: User) -> Letter:
    """Return the letter or explanation pack on the case's final decision, written by `by` if it is new.

    Raises NoLetter.
    """
    decision = _final_decision(case)
    template = f"letters/{_template(kind, decision)}.{language}.txt"
    identity = {"kind": kind, "language": language, "template_version": template_version(template, language)}
    if letter := decision.letters.filter(**identity).first():
        return letter
    if kind == Letter.Kind.LETTER and decision.refuses_incomplete:
        raise NoLetter(gettext("The application was incomplete: ask the client for what is missing."))
    if not by.has_perm("creditdesk.write_letter"):
        raise NoLetter(gettext("This letter has not been written yet; an advisor or a manager can do it."))
    with translation.override(language):
        written = render_to_string(template, context_of(decision, kind, language, by))
    text = stored_text(written, language)
    return services.save_letter(decision=decision, text=text, by=by, **identity)


def template_version(template: str, language: str) -> str:
    """Digest the template files, so that every edit of a template is a new version of it."""
    parts = (template, f"letters/_rights.{language}.txt")
    sources = (get_template(part).template.source for part in parts)  # type: ignore[attr-defined]
    return hashlib.sha256("".join(sources).encode()).hexdigest()[:12]


def _template(kind: str, decision: Decision) -> str:
    return "explanation" if kind == Letter.Kind.EXPLANATION else str(decision.outcome)


def _final_decision(case: Case) -> Decision:
    decision = (
        case.decisions.standing()
        .select_related("case__client", "assessment", "decided_by", "checked_by")
        .first()
    )
    if decision is None:
        raise NoLetter(gettext("This case is not decided: there is nothing to write to the client yet."))
    if decision.status != Decision.Status.FINAL:
        raise NoLetter(
            gettext("The decision waits for a second person: the client is written to once it is final.")
        )
    return decision


def pdf_of(letter: Letter | DocumentRequest) -> bytes:
    """Return the PDF of the stored text: the same letter gives the same bytes."""
    # Imported here: loading the PDF library takes a second, and only letters need it.
    from creditdesk.letters.pdf import DocumentInfo, render_pdf

    info = DocumentInfo(
        language=letter.language,
        footer=f"{letter.case.reference} · SHA-256 {letter.digest[:16]}",
        created_at=letter.written_at,
    )
    return render_pdf(letter.text, info)
