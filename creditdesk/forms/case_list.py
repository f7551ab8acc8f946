"""Forms of the case list besides its filters: a view to save, columns to show."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _


class SavedViewForm(forms.Form):
    name = forms.CharField(label=_("Name of the view"), max_length=60)
    is_shared = forms.BooleanField(label=_("Shared with colleagues"), required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="id_view_%s", label_suffix="")


class ColumnsForm(forms.Form):
    """The columns that stay; the reference leads to the case and always does."""

    columns = forms.MultipleChoiceField(
        label=_("Columns"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        choices: Sequence[tuple[str, object]],
        shown: Sequence[str] = (),
    ) -> None:
        super().__init__(data, initial={"columns": shown}, auto_id="id_columns_%s", label_suffix="")
        self.fields["columns"].choices = choices  # type: ignore[attr-defined]

    def hidden(self) -> list[str]:
        names = [name for name, _label in self.fields["columns"].choices]  # type: ignore[attr-defined]
        return [name for name in names if name not in self.cleaned_data["columns"]]
