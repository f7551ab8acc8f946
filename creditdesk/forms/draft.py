"""The key of a draft, and the file that fills one."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.client_file import LARGEST, FileRefused


class DraftForm(forms.Form):
    draft = forms.UUIDField()

    def key(self) -> UUID | None:
        """Nothing where it is no key at all."""
        return self.cleaned_data["draft"] if self.is_valid() else None


class FileForm(forms.Form):
    file = forms.FileField(label=_("File of one client"), allow_empty_file=True)

    def content(self) -> bytes:
        """No more of it than may be read. Raises FileRefused where there is none."""
        if not self.is_valid():
            raise FileRefused(gettext("Choose a CSV or JSON file."))
        content: bytes = self.cleaned_data["file"].read(LARGEST + 1)
        return content
