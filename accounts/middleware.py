"""Function middlewares around every request, in the order of settings.MIDDLEWARE."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts import request_id as request_ids
from accounts.audit import Action, record
from accounts.oidc import session as oidc
from accounts.sign_in import sessions
from accounts.sign_in.second_factor import factors_of
from accounts.sign_in.sign_out import CLEAR_SITE_DATA

# Where somebody is sent who has to prove first who they are.
DOORS: Final = (
    "account_login",
    "account_change_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
)
REAUTHENTICATION_DOORS: Final = {
    Authenticator.Type.TOTP: "mfa_reauthenticate",
    Authenticator.Type.WEBAUTHN: "mfa_reauthenticate_webauthn",
}


TYPED_HEADER: Final = "X-Typed"


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


GetResponse = Callable[[Any], HttpResponse]


def request_id(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        identifier = request_ids.begin(request.headers.get("X-Request-ID"))
        response = get_response(request)
        response["X-Request-ID"] = identifier
        return response

    return middleware


def session_limits(get_response: GetResponse) -> GetResponse:
    """End a session that rested too long or lived too long; note the last use of a living one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        ended = request.user.is_authenticated and _ended(request)
        response = get_response(request)
        if ended:
            response["Clear-Site-Data"] = CLEAR_SITE_DATA
        return response

    return middleware


def _ended(request: HttpRequest) -> bool:
    """Whether a limit has ended the session now."""
    if sessions.SIGNED_IN_AT not in request.session:
        sessions.start(request.session)
    if why := sessions.limit_passed(request.session) or oidc.limit_passed(request):
        with transaction.atomic():
            record(action=Action.SESSION_ENDED, actor=request.user, details={"limit": why})
            logout(request)
        return True
    if _is_use(request) and sessions.needs_note(request.session):
        sessions.note_use(request)
    return False


def _is_use(request: HttpRequest) -> bool:
    """Whether a person is behind it: a page that looks by itself says where somebody has typed since."""
    return request.path not in settings.POLLED_PATHS or TYPED_HEADER in request.headers


def htmx_sign_in(get_response: GetResponse) -> GetResponse:
    """A fragment that needs a sign-in gets the whole sign-in page, and then the page it was part of."""

    def middleware(request: HtmxHttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.htmx and response.status_code == 302:
            door = urlsplit(response["Location"]).path
            if door in {reverse(name) for name in DOORS}:
                page = request.htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)
                whole = HttpResponseClientRedirect(f"{door}?{urlencode({REDIRECT_FIELD_NAME: page})}")
                # What waits to be said may be in a cookie.
                whole.cookies = response.cookies
                return whole
        return response

    return middleware


def unrecorded_forms(get_response: GetResponse) -> GetResponse:
    """Say on the page of the sign-in that the form which led there was not recorded.

    A session may have ended while somebody wrote: the page that they come back to shows the form empty.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and response.status_code == 302 and not request.user.is_authenticated:
            to = urlsplit(response["Location"])
            back = parse_qs(to.query).get(REDIRECT_FIELD_NAME)
            if to.path == reverse("account_login") and back == [request.get_full_path()]:
                text = gettext(
                    "You are signed out: the last form recorded nothing. Sign in, then fill it in again; the"
                    " draft of a new case is kept."
                )
                messages.warning(request, text)
        return response

    return middleware


def second_factor(get_response: GetResponse) -> GetResponse:
    """Nobody works here on a password alone: enrol first, or prove the second factor in this session."""

    def process_view(
        request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.REQUIRE_MFA or not getattr(view, "login_required", True):
            return None
        doors = _doors(request)
        here = request.resolver_match.url_name if request.resolver_match else ""
        if not doors or here in {*doors, "account_reauthenticate"}:
            return None
        return redirect_to_login(request.get_full_path(), reverse(doors[0]))

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def own_password(get_response: GetResponse) -> GetResponse:
    """A password that somebody else has set opens one page: the one where it is changed."""

    def process_view(
        request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(request.user, "must_change_password", False) or not getattr(
            view, "login_required", True
        ):
            return None
        here = request.resolver_match.url_name if request.resolver_match else ""
        if here in {*DOORS, "account_logout"}:
            return None
        return redirect("account_change_password")

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _doors(request: HttpRequest) -> list[str]:
    """The names of the pages where the missing second factor is given; none when nothing is missing."""
    if not request.user.is_authenticated or oidc.proved_several_factors(request.session):
        return []
    types = set(factors_of(request.user).values_list("type", flat=True))
    if not types:
        return ["mfa_activate_totp", "mfa_add_webauthn"]
    if any(proof["method"] == "mfa" for proof in get_authentication_records(request, request.user)):
        return []
    own = [door for kind, door in REAUTHENTICATION_DOORS.items() if kind in types]
    # Recovery codes are given where codes are.
    return [*own, "mfa_reauthenticate"]


def access_denied(get_response: GetResponse) -> GetResponse:
    """Record what a signed-in person was refused; strangers are not recorded, they could fill the log."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 403 and request.user.is_authenticated:
            with transaction.atomic():
                record(
                    action=Action.ACCESS_DENIED,
                    actor=request.user,
                    target=request.path,
                    details={"method": request.method},
                )
        return response

    return middleware


def no_store(get_response: GetResponse) -> GetResponse:
    """What a signed-in person reads stays out of every cache, the browser's own included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware
