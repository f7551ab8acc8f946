"""Invitations: a link that works once and not for long, by which people set up their own sign-in.

An administrator makes an account, or takes a lost password or factor away, and knows no way in: until its
owner has followed the link the account has no password. With an address the link is mailed, shown to nobody.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.mail import send_mail
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext

from accounts.audit import Action, record
from accounts.mail_texts import in_every_language
from accounts.models import User
from accounts.sign_in import devices, sessions
from accounts.sign_in.password_forms import InvitationForm


class InvitationTokens(PasswordResetTokenGenerator):
    """Over the password and the last sign-in: a link is spent once it is used, and by any newer link."""

    key_salt = "accounts.invitation"


tokens = InvitationTokens()


@transaction.atomic
def invite(user: User) -> str:
    """Take the password away and end what it opened; the link that lets the owner set a new one."""
    user.set_unusable_password()
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    sessions.end_sessions(user)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    address = reverse("invitation", args=[uid, tokens.make_token(user)])
    return f"{settings.DESK_URL.rstrip('/')}{address}"


def validity() -> timedelta:
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def send(user: User, link: str) -> None:
    account = {"name": user.get_username(), "hours": int(validity().total_seconds() // 3600), "link": link}
    text = in_every_language(
        lambda: (
            gettext(
                "An administrator of the credit desk has prepared the account %(name)s for you. Choose a "
                "password here; the link works once, within %(hours)s hours:\n\n%(link)s\n"
            )
            % account
        )
    )
    subject = in_every_language(lambda: gettext("Your account at the credit desk"), between=" / ")
    send_mail(subject, text, None, [user.email])


@method_decorator(login_not_required, name="dispatch")
class Invitation(PasswordResetConfirmView):
    """Django's view: the token moves into the session, so that no page, log or referrer repeats it."""

    template_name = "accounts/invitation.html"
    form_class = InvitationForm
    token_generator = tokens
    success_url = reverse_lazy("account_login")
    reset_url_token = "set-password"  # noqa: S105

    def get_user(self, uidb64: str) -> Any:
        user = super().get_user(uidb64)
        return user if user is not None and user.is_active else None

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record(action=Action.PASSWORD_CHANGE, actor=self.user, details={"with": "invitation"})
        # The way in while strangers use up what unknown devices may try.
        devices.remember(self.request, response, self.user.get_username())
        return response


invitation = Invitation.as_view()
