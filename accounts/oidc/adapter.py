"""allauth's adapters for the directory: who may come in by it, and as whom."""

import hmac
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from accounts.audit import Action, record
from accounts.models import User
from accounts.oidc import protocol, session
from accounts.oidc.groups import apply_groups, role_of
from accounts.people import record_added
from accounts.sign_in.sessions import forget_directory

SETTINGS = {"oauth_pkce_enabled": True, "fetch_userinfo": True}


class OIDCAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The code flow with PKCE and a nonce; the answer is held against everything that was sent."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        return protocol.configuration()

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("oidc_callback"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        tokens = kwargs["response"]
        claims = protocol.claims_of(tokens.get("id_token", ""), required=["sub", "exp", "nonce"])
        if not self.nonce or not hmac.compare_digest(str(claims["nonce"]), self.nonce):
            raise protocol.Refused("the token answers another request")
        person = protocol.userinfo(token.token)
        if person.get("sub") != claims["sub"]:
            raise protocol.Refused("the claims are another person's")
        session.keep(request.session, tokens=tokens, claims=claims)
        login = self.get_provider().sociallogin_from_response(request, {"userinfo": person})
        # Nothing about the person is kept but their subject, name and role.
        login.account.extra_data, login.email_addresses, login.user.email = {}, [], ""
        login.groups = protocol.groups_in(person, claims)
        return login


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The directory of the settings and no other: a row in the database names none."""
        if not settings.OIDC_ISSUER or provider not in {None, "openid_connect", protocol.provider_id()}:
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=protocol.provider_id(),
                name=settings.OIDC_NAME,
                client_id=settings.OIDC_CLIENT_ID,
                secret=settings.OIDC_CLIENT_SECRET,
                settings={**SETTINGS, "server_url": settings.OIDC_ISSUER, "scope": settings.OIDC_SCOPES},
            )
        ]

    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> Any:
        directory = super().get_provider(request, provider, client_id)
        directory.oauth2_adapter_class = OIDCAdapter
        return directory

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse whoever is deactivated here or has no mapped group; otherwise give the role of the group."""
        user = sociallogin.user
        if sociallogin.is_existing:
            if not user.is_active or not apply_groups(user=user, groups=sociallogin.groups):
                raise ImmediateHttpResponse(refused(request, user.get_username()))
        elif not role_of(sociallogin.groups)[0]:
            raise ImmediateHttpResponse(refused(request))
        elif User.objects.filter(username__iexact=user.username).exists() or not user.username:
            # Never somebody else's account, whoever has its name or address elsewhere.
            raise ImmediateHttpResponse(refused(request))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user: User = sociallogin.user
        user.set_unusable_password()
        user.role = ""
        sociallogin.save(request)
        record_added(user, by=None)
        apply_groups(user=user, groups=sociallogin.groups)
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **kwargs: Any
    ) -> None:
        # Without an exception there was no answer to a question of this session: nothing to record.
        raise ImmediateHttpResponse(refused(request, is_recorded=exception is not None))


def refused(request: HttpRequest, username: str = "", *, is_recorded: bool = True) -> HttpResponse:
    """End the attempt with one message, whatever the cause; the log has the name of a known person."""
    forget_directory(request.session)
    if is_recorded:
        target = f"user:{username}" if username else ""
        with transaction.atomic():
            record(action=Action.SIGN_IN_FAILED, actor=None, target=target, details={"step": "directory"})
    messages.error(
        request,
        gettext("%(directory)s does not let you in here. Ask an administrator of the desk.")
        % {"directory": settings.OIDC_NAME},
    )
    return redirect("account_login")
