"""Forms of the documents of a case: attach one, remove one, ask for the missing ones."""

from collections.abc import Iterable

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from creditdesk.documents.content import TOO_LARGE, CheckedFile, DocumentRefused, check
from creditdesk.documents.virus_scan import ScannerUnreachable
from creditdesk.limits import DOCUMENT_LARGEST, MIB
from creditdesk.models.document import DocumentKind
from creditdesk.services.document import MIN_REASON_LENGTH


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it is"), choices=[("", _("Choose")), *DocumentKind.choices])
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=format_lazy(_("PDF, JPEG or PNG, {size} MB at most."), size=DOCUMENT_LARGEST // MIB),
        widget=forms.FileInput(
            attrs={
                "accept": ".pdf,.jpg,.jpeg,.png",
                "data-largest": DOCUMENT_LARGEST,
                "data-too-large": TOO_LARGE,
            }
        ),
    )

    def __init__(
        self, data: QueryDict | None = None, files: MultiValueDict[str, UploadedFile] | None = None
    ) -> None:
        super().__init__(data, files, label_suffix="")

    def clean_file(self) -> CheckedFile:
        file = self.cleaned_data["file"]
        try:
            return check(file.name, file.read(DOCUMENT_LARGEST + 1))
        except DocumentRefused as refusal:
            raise ValidationError(str(refusal), code="refused") from refusal
        except ScannerUnreachable as error:
            raise ValidationError(
                _("The virus scanner does not answer: try again later, or tell the administrator."),
                code="scanner",
            ) from error


class RemovalForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is removed"), min_length=MIN_REASON_LENGTH, max_length=500, label_suffix=""
    )


class DocumentRequestForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label=_("Ask the client for"), choices=DocumentKind.choices, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)

    def __init__(
        self, data: QueryDict | None = None, *, missing: Iterable[str] = (), language: str = "fr"
    ) -> None:
        super().__init__(data, initial={"kinds": list(missing), "language": language}, label_suffix="")
