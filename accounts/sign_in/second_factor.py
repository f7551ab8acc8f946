"""allauth's second-factor pages, each change in one transaction with its audit event.

allauth announces these changes by signals only after the commit, when it is too late to refuse them.
"""

from typing import Any, Final

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.db import transaction
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from accounts.audit import Action, record
from accounts.models import User
from accounts.sign_in import sessions

FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class RecordedChange:
    """A form page whose success is a change of the second factor."""

    request: HttpRequest
    change: str

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        record(action=Action.MFA_CHANGE, actor=self.request.user, details={"change": self.change})
        return response


class Activate(RecordedChange, ActivateTOTPView):  # type: ignore[misc]
    change = "authenticator added"

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        # Used up: the same code opens nothing else while it is valid.
        TOTP(totp_of(self.request.user).get()).validate_code(form.cleaned_data["code"])
        # The code just given proves the new factor: this session need not prove it again.
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.TOTP.value)
        return response


class Deactivate(RecordedChange, DeactivateTOTPView):  # type: ignore[misc]
    change = "authenticator removed"


class GenerateCodes(RecordedChange, GenerateRecoveryCodesView):  # type: ignore[misc]
    change = "recovery codes renewed"


activate = Activate.as_view()
deactivate = Deactivate.as_view()
generate_codes = GenerateCodes.as_view()


def totp_of(user: Any) -> "QuerySet[Authenticator]":
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)  # type: ignore[no-any-return]


def has_second_factor(user: Any) -> bool:
    return factors_of(user).exists()


def factors_of(user: Any) -> "QuerySet[Authenticator]":
    """Authenticator app and passkeys; recovery codes stand in for them and are none by themselves."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS)  # type: ignore[no-any-return]


def reset(user: User) -> bool:
    """Forget the second factor of somebody who lost it, and end what it had opened; whether there was one."""
    had_one = has_second_factor(user)
    Authenticator.objects.filter(user=user).delete()
    sessions.end_sessions(user)
    return had_one
