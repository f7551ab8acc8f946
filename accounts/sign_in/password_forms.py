"""Forms that set a password, with the choice to end the API keys that the old one may have made."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as BaseChangePasswordForm
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.api_keys.lifecycle import revoke_all
from accounts.models import ApiKey, User


class _EndsApiKeys(forms.Form):
    """Offers the choice to whoever has a usable key."""

    user: User

    end_api_keys = forms.BooleanField(
        required=False,
        label=_("Also revoke my API keys"),
        help_text=_(
            "Programs that use them stop at once. Do this when somebody may have known your password."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ApiKey.objects.usable().filter(owner=self.user).exists():
            del self.fields["end_api_keys"]

    def end_keys_when_chosen(self) -> None:
        if self.cleaned_data.get("end_api_keys"):
            revoke_all(owner=self.user, by=self.user)


class ChangePasswordForm(_EndsApiKeys, BaseChangePasswordForm):  # type: ignore[misc]
    field_order = ("oldpassword", "password1", "password2", "end_api_keys")

    @transaction.atomic
    def save(self) -> None:
        super().save()
        self.end_keys_when_chosen()


class InvitationForm(_EndsApiKeys, SetPasswordForm):  # type: ignore[type-arg]
    field_order = ("new_password1", "new_password2", "end_api_keys")

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        self.end_keys_when_chosen()
        return user
