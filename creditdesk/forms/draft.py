"""Forms of a draft: its key, and the client file that fills it."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.client_file import MAX_BYTES, TOO_LARGE, FileRefused


class DraftForm(forms.Form):
    draft = forms.UUIDField()

    def key(self) -> UUID | None:
        """Return the key, None where the text is none."""
        return self.cleaned_data["draft"] if self.is_valid() else None


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File of one client"),
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={
                "accept": ".csv,.json,text/csv,application/json",
                "aria-describedby": "id_file_helptext",
                "data-largest": MAX_BYTES,
                "data-too-large": TOO_LARGE,
            }
        ),
    )

    def content(self) -> bytes:
        """Read one byte more than allowed at most. Raises FileRefused where there is no file."""
        if not self.is_valid():
            raise FileRefused(gettext("Choose a CSV or JSON file."))
        content: bytes = self.cleaned_data["file"].read(MAX_BYTES + 1)
        return content
