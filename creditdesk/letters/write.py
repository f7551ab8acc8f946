"""Write a letter once, and find it again: the same letter asked for again has the same words."""

import hashlib
from typing import Final

from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from creditdesk import services
from creditdesk.letters.context import contents_of
from creditdesk.letters.text import written
from creditdesk.models import Case, Decision, Letter

LANGUAGES: Final = ("fr", "en")


class NoLetter(Exception):
    """There is nothing to write about, or nobody who may has written it; the message says which."""


def letter_on(case: Case, kind: str, language: str, *, by: User) -> Letter:
    """The letter or explanation pack on the case's final decision. Raises NoLetter."""
    decision = _final_decision(case)
    template = f"letters/{_template(kind, decision)}.{language}.txt"
    which = {"kind": kind, "language": language, "template_version": version_of(template, language)}
    if kept := decision.letters.filter(**which).first():
        return kept
    if not by.has_perm("creditdesk.write_letter"):
        raise NoLetter(gettext("This letter has not been written yet; an advisor or a manager can do it."))
    with translation.override(language):
        text = written(render_to_string(template, contents_of(decision, kind, language, by)))
    return services.save_letter(decision=decision, text=text, by=by, **which)


def version_of(template: str, language: str) -> str:
    """Whoever edits a wording makes a new version of it, whether they think of it or not."""
    parts = (template, f"letters/_rights.{language}.txt")
    sources = (get_template(part).template.source for part in parts)  # type: ignore[attr-defined]
    return hashlib.sha256("".join(sources).encode()).hexdigest()[:12]


def _template(kind: str, decision: Decision) -> str:
    return "explanation" if kind == Letter.Kind.EXPLANATION else str(decision.outcome)


def _final_decision(case: Case) -> Decision:
    found = case.decisions.standing().select_related("case__client", "assessment", "decided_by", "checked_by")
    decision = found.first()
    if decision is None:
        raise NoLetter(gettext("This case is not decided: there is nothing to write to the client yet."))
    if decision.status != Decision.Status.FINAL:
        raise NoLetter(
            gettext("The decision waits for a second person: the client is written to once it is final.")
        )
    return decision


def paper(letter: Letter) -> bytes:
    """The PDF of what was written, and of nothing else: the same letter gives the same bytes."""
    # Not above: the PDF library takes a second to load, which only a letter need wait for.
    from creditdesk.letters.pdf import Sheet, pdf

    sheet = Sheet(
        language=letter.language,
        foot=f"{letter.case.reference} · SHA-256 {letter.digest[:16]}",
        at=letter.written_at,
    )
    return pdf(letter.text, sheet)
