"""Signing in by the directory, and the directory's word that somebody's sessions end."""

import secrets
import time
from hashlib import sha256
from typing import Any, Final

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.audit import Action, record
from accounts.oidc import protocol
from accounts.oidc.adapter import OIDCAdapter, refused
from accounts.sign_in import sessions

LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
# How old a logout token may be, and for how long its number is remembered.
LOGOUT_SECONDS: Final = 120


def _needs_directory() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404


@login_not_required
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the directory. The request there comes from here, never from the address."""
    _needs_directory()
    nonce = secrets.token_urlsafe(24)
    provider = get_adapter().get_provider(request, protocol.provider_id())
    try:
        response: HttpResponse = provider.redirect(
            request,
            process=AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
    except OAuth2Error:
        response = refused(request)
    return response


class _Callback(OAuth2CallbackView):  # type: ignore[misc]
    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    _needs_directory()
    view = _Callback.adapter_view(OIDCAdapter(request, protocol.provider_id()))
    response: HttpResponse = view(request)
    return response


@csrf_exempt
@login_not_required
@require_POST
def back_channel_logout(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Back-Channel Logout: the directory itself ends every session of a person, at once."""
    _needs_directory()
    try:
        token, required = request.POST.get("logout_token", ""), ["sub", "jti", "events"]
        claims = protocol.claims_of(token, required=required, types=protocol.LOGOUT_TOKEN_TYPES)
        _end_sessions(claims)
    except protocol.Refused:
        return JsonResponse({"error": "invalid_request"}, status=400)
    return HttpResponse(headers={"Cache-Control": "no-store"})


@transaction.atomic
def _end_sessions(claims: dict[str, Any]) -> None:
    """End the sessions of that person, and use the token up with it: after a failure it may be sent again."""
    _hold(claims)
    account = SocialAccount.objects.filter(provider=protocol.provider_id(), uid=claims["sub"]).first()
    if account is not None:
        ended = sessions.end_sessions(account.user)
        details = {"limit": "directory", "sessions_ended": ended}
        target = f"user:{account.user.get_username()}"
        record(action=Action.SESSION_ENDED, actor=None, target=target, details=details)


def _hold(claims: dict[str, Any]) -> None:
    """Refuse what is no fresh logout token, or was sent before."""
    is_logout = isinstance(claims["events"], dict) and LOGOUT_EVENT in claims["events"]
    if not is_logout or "nonce" in claims or time.time() - claims["iat"] > LOGOUT_SECONDS:
        raise protocol.Refused("no logout token")
    number = sha256(str(claims["jti"]).encode()).hexdigest()
    if not cache.add(f"logout-token-{number}", 1, timeout=2 * LOGOUT_SECONDS):
        raise protocol.Refused("a logout token that was sent before")
