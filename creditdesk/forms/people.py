"""A field that names a person who decides cases."""

from typing import Any

from django import forms

from accounts.models import User
from creditdesk.services.refusal import name_of


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among people, by name; which of them is settled when the form is made."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), **kwargs)

    def label_from_instance(self, person: User) -> str:
        return name_of(person)
