"""Settings that would break a page of the desk: say so at start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from creditdesk.documents.checklist import required_kinds
from creditdesk.documents.virus_scan import address_of


@register()
def documents_are_set_up(**kwargs: Any) -> list[CheckMessage]:
    """The checklists name kinds of documents that exist, and the scanner has an address."""
    errors: list[CheckMessage] = []
    try:
        required_kinds(settings.REQUIRED_DOCUMENTS)
        address_of(settings.CLAMD_ADDRESS)
    except ImproperlyConfigured as error:
        errors.append(Error(str(error), id="creditdesk.E001"))
    return errors
