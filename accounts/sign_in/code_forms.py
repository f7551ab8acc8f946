"""allauth's forms for a code, with the limits of this desk.

allauth counts wrong codes per account alone: whoever knows a password could keep its owner from the second
factor for ever.
"""

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator

from accounts.sign_in import throttling


class _LimitedCode(forms.BaseAuthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        usage = throttling.consume_code(self.user.get_username())
        if usage is None:
            raise get_account_adapter().validation_error("too_many_login_attempts")
        code: str = self.cleaned_data["code"]
        # The authenticator app first: a failure is announced once, as of the main factor.
        factors = Authenticator.objects.filter(
            user=self.user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
        ).order_by("-type")
        for factor in factors:
            if factor.wrap().validate_code(code):
                factor.user, self.authenticator = self.user, factor
                usage.rollback()
                return code
        if factors:
            self._emit_authentication_failed(factors[0])
        raise get_adapter().validation_error("incorrect_code")


class AuthenticateForm(_LimitedCode, forms.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(_LimitedCode, forms.ReauthenticateForm):  # type: ignore[misc]
    pass
