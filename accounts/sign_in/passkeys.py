"""Passkeys: allauth's pages for WebAuthn, for credentials that verify their owner and for nothing less.

The authenticator asks for a PIN or a fingerprint, so a passkey is two factors by itself: what somebody has
and what they know or are. It signs in alone, and satisfies REQUIRE_MFA.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.views.generic.edit import FormView

from accounts.sign_in.passkey_forms import AddPasskeyForm, ReauthenticateForm, RenamePasskeyForm, SignInForm
from accounts.sign_in.second_factor import RecordedChange


class Add(RecordedChange, views.AddWebAuthnView):  # type: ignore[misc]
    form_class = AddPasskeyForm
    change = "passkey added"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth drops the form with its errors, and begins a registration without the demand for a PIN.
        context = FormView.get_context_data(self, **kwargs)
        return {**context, "options": auth.begin_registration(self.request.user, passwordless=True)}

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        # Its owner was verified just now: this session need not prove it again.
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.WEBAUTHN.value)
        return response


class Rename(RecordedChange, views.EditWebAuthnView):  # type: ignore[misc]
    form_class = RenamePasskeyForm
    success_url = reverse_lazy("mfa_index")
    change = "passkey renamed"


class Remove(RecordedChange, views.RemoveWebAuthnView):  # type: ignore[misc]
    success_url = reverse_lazy("mfa_index")
    change = "passkey removed"


class Reauthenticate(views.ReauthenticateWebAuthnView):  # type: ignore[misc]
    form_class = ReauthenticateForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super(views.ReauthenticateWebAuthnView, self).get_context_data(**kwargs)
        return {**context, "options": auth.begin_authentication(self.request.user)}

    def form_invalid(self, form: Form) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response


class SignIn(views.LoginWebAuthnView):  # type: ignore[misc]
    form_class = SignInForm

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: Form) -> HttpResponse:
        messages.error(self.request, gettext("This passkey opens no account here."))
        address: str = passthrough_next_redirect_url(self.request, reverse("account_login"), "next")
        return HttpResponseRedirect(address)


add = Add.as_view()
rename = Rename.as_view()
remove = Remove.as_view()
reauthenticate = Reauthenticate.as_view()
sign_in = SignIn.as_view()
