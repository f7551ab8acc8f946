"""The allauth adapters: their hooks wrap each act of signing in and its audit event in one
transaction. Its signals come too late for that: after the session was written, or after the commit."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit import Action, record
from accounts.models import User
from accounts.sign_in import devices, sessions, throttling
from accounts.sign_in.failures import record_failure


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "enter_current_password": _("This is not your current password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether an address is one of the desk; what cannot be read as an address is none."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    @transaction.atomic
    def login(self, request: HttpRequest, user: User) -> None:
        proofs = get_authentication_records(request, user)
        self._hold_directory(request, proofs)
        super().login(request, user)
        sessions.start(request.session)
        request.session.save()
        methods = [_method(proof) for proof in proofs]
        record(action=Action.SIGN_IN, actor=user, details={"with": methods})

    def _hold_directory(self, request: HttpRequest, proofs: list[dict[str, Any]]) -> None:
        """A session by the directory has what confirms it later, and no other session has."""
        uids = {proof["uid"] for proof in proofs if proof["method"] == "socialaccount"}
        if uids and sessions.directory_uid(request.session) not in uids:
            raise PermissionDenied
        if not uids:
            sessions.forget_directory(request.session)

    @transaction.atomic
    def logout(self, request: HttpRequest) -> None:
        record(action=Action.SIGN_OUT, actor=request.user)
        super().logout(request)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        user.must_change_password = False
        super().set_password(user, password)
        ended = sessions.end_sessions(user, keep=self.request.session.session_key)
        record(action=Action.PASSWORD_CHANGE, actor=user, details={"sessions_ended": ended})

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user.get_username())
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        record_failure(credentials.get("username", ""), step="password")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count failures: see accounts.sign_in.throttling; a right password takes its count back."""
        self._login_failed_rl_usage = throttling.consume(request, credentials.get("username", ""))
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not for who has just signed in: the time limit of allauth runs from the sign-in too."""
        proofs = get_authentication_records(self.request, self.request.user)
        return not proofs or not sessions.is_within(proofs[-1]["at"], REAUTHENTICATION_TIMEOUT)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        words = {"mfa_reauthenticate:webauthn": gettext("Use a passkey")}
        return [
            {**method, "description": words.get(method["id"], method["description"])} for method in methods
        ]


def _method(proof: dict[str, Any]) -> str:
    if proof["method"] == "socialaccount":
        return "directory"
    return "passkey" if proof.get("type") == "webauthn" else str(proof["method"])


class UserSessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    @transaction.atomic
    def end_sessions(self, sessions: list[UserSession]) -> None:
        super().end_sessions(sessions)
        for user in {session.user for session in sessions}:
            count = sum(session.user == user for session in sessions)
            record(action=Action.SESSION_ENDED, actor=user, details={"sessions_ended": count})
