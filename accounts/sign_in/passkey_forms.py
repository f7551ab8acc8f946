"""allauth's forms for a passkey, with the limits and refusals of this desk.

The browser posts what its authenticator has signed: JSON from whoever sends it. Anything that is no
credential of the person, of this origin and of the challenge of this session gets one answer.
"""

import struct
from typing import Any, Final

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sign_in import throttling
from accounts.sign_in.failures import record_failure

MAX_NAME_LENGTH: Final = 60
# What fido2 raises for JSON that is no credential, and for a signature that does not fit.
_NO_CREDENTIAL: Final = (
    TypeError, ValueError, LookupError, AttributeError, OverflowError, struct.error, InvalidSignature,
    UnsupportedAlgorithm,
)  # fmt: skip


class _Name(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME_LENGTH,
        help_text=_("By which you will know it again: the device, or the app that keeps it."),
    )


class AddPasskeyForm(_Name, webauthn.SignupWebAuthnForm):  # type: ignore[misc]
    """A credential that the authenticator keeps itself and opens for its owner alone, after a PIN or a
    fingerprint: the challenge of the session demands both."""

    def clean(self) -> dict[str, Any]:
        if credential := self.cleaned_data.get("credential"):
            try:
                response = auth.parse_registration_response(credential)
                _refuse_foreign(response.response.client_data)
                auth.complete_registration(credential)
            except (*_NO_CREDENTIAL, ValidationError) as error:
                raise ValidationError(_("This is no new passkey of this desk.")) from error
        return self.cleaned_data


class RenamePasskeyForm(_Name, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    pass


class _Assertion(webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Authenticator:
        """The passkey that has signed the challenge. A failure is recorded; no count of a stranger's failures
        keeps the owner out: a signature cannot be guessed."""
        credential = self.cleaned_data["credential"]
        usage = throttling.consume_code(self.user.get_username()) if self.user else None
        if self.user and usage is None:
            raise get_account_adapter().validation_error("too_many_login_attempts")
        owner = self.user
        try:
            owner = owner or _owner(credential)
            passkey = _verified(credential, owner)
        except (*_NO_CREDENTIAL, ValidationError) as error:
            record_failure(owner.get_username() if owner else "", step="passkey")
            raise get_adapter().validation_error("incorrect_code") from error
        if usage:
            usage.rollback()
        return passkey


class AuthenticateForm(_Assertion):
    """After the password."""


class ReauthenticateForm(_Assertion):
    reauthenticated = True


class SignInForm(_Assertion):
    """The passkey alone, which names its owner."""

    passwordless = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=None, **kwargs)

    def clean_credential(self) -> Authenticator:
        passkey = super().clean_credential()
        # Without a password of its own an account waits for its owner's invitation, or is a directory's.
        if not passkey.user.is_active or not passkey.user.has_usable_password():
            record_failure(passkey.user.get_username(), step="passkey")
            raise get_adapter().validation_error("incorrect_code")
        return passkey


def _owner(credential: Any) -> User:
    user: User = auth.extract_user_from_response(credential)
    return user


@transaction.atomic
def _verified(credential: Any, owner: User) -> Authenticator:
    response = auth.parse_authentication_response(credential)
    _refuse_foreign(response.response.client_data)
    passkey = auth.complete_authentication(owner, credential)
    passkey = Authenticator.objects.select_for_update().get(pk=passkey.pk)
    # An authenticator that counts never counts the same twice: a copy of it would.
    last, counter = passkey.data.get("counter", 0), response.response.authenticator_data.counter
    if (counter or last) and counter <= last:
        raise ValueError("the counter of a copied authenticator")
    passkey.data["counter"] = counter
    passkey.save(update_fields=["data"])
    passkey.user = owner
    return passkey


def _refuse_foreign(client_data: Any) -> None:
    """The exact origin: a page on a subdomain could ask for the same credential."""
    own = f"{context.request.scheme}://{context.request.get_host()}"
    if client_data.origin != own:
        raise ValueError("a credential for another origin")
