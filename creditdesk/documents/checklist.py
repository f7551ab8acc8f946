"""The documents that a product needs, and which of them a case has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from creditdesk.models import Case
from creditdesk.models.document import DocumentKind


class ChecklistItem(NamedTuple):
    kind: DocumentKind
    is_there: bool


def checklist(case: Case, kinds_on_file: Iterable[str]) -> list[ChecklistItem]:
    """Return what the product of a case needs, in the order of the setting."""
    present = set(kinds_on_file)
    needed = required_kinds(settings.REQUIRED_DOCUMENTS).get(case.contract_type, ())
    return [ChecklistItem(kind, kind in present) for kind in needed]


def required_kinds(entries: Sequence[str]) -> Mapping[str, tuple[DocumentKind, ...]]:
    """Parse entries such as "Cash loans=identity+payslip". Raises ImproperlyConfigured."""
    required = {}
    for entry in entries:
        product, equals, kinds = entry.partition("=")
        try:
            required[product.strip()] = tuple(DocumentKind(kind.strip()) for kind in kinds.split("+"))
        except ValueError:
            equals = ""
        if not (equals and product.strip()):
            choices = ", ".join(DocumentKind.values)
            raise ImproperlyConfigured(
                f"REQUIRED_DOCUMENTS: {entry!r} is not PRODUCT=KIND+KIND, of {choices}"
            )
    return required
