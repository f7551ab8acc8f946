"""The letter that asks the client for documents."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User
from creditdesk import services
from creditdesk.letters.addresses import bank
from creditdesk.letters.text import plain, stored_text
from creditdesk.models import Case, DocumentRequest
from creditdesk.models.document import DocumentKind
from creditdesk.services.refusal import name_of
from scoring.presentation import formatting


def ask_for_documents(*, case: Case, kinds: Sequence[str], language: str, by: User) -> DocumentRequest:
    """Write the letter and save it. Raises ActRefused."""
    with translation.override(language):
        context = {
            "bank": bank(),
            "client": plain(case.client.name) or case.reference,
            "reference": case.reference,
            "submitted": formatting.written_day(timezone.localtime(case.submitted_at).date()),
            "today": formatting.written_day(timezone.localdate()),
            "amount": formatting.money(float(case.amount_credit)),
            "documents": [str(DocumentKind(kind).label) for kind in kinds],
            "person": plain(name_of(by)),
        }
        text = stored_text(render_to_string(f"letters/documents.{language}.txt", context), language)
    return services.save_document_request(case=case, kinds=kinds, language=language, text=text, by=by)
