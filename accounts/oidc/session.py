"""Sessions of people whom the directory signs in: confirmed by it again and again, they end with the account.

Every 30 seconds of use at most, the session's token fetches the claims of its owner. No request is answered
on a confirmation older than a minute: a directory that does not answer ends the session too.
"""

import base64
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, cast

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import User
from accounts.oidc import protocol
from accounts.oidc.groups import apply_groups
from accounts.sign_in.sessions import DIRECTORY

CHECK_SECONDS: Final = 30
LIMIT_SECONDS: Final = 60
# How long another request, which has just renewed the same token, takes to store it.
RENEWAL_SECONDS: Final = 0.3
# Methods (RFC 8176) that say that more than one factor was used.
SEVERAL_FACTORS: Final = frozenset({"mfa", "hwk", "otp", "sc"})


def keep(session: SessionBase, *, tokens: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """Keep what confirms the session later, unreadable to whoever has the database alone."""
    session[DIRECTORY] = {
        "uid": claims["sub"],
        "access": _cipher().encrypt(tokens["access_token"].encode()).decode(),
        "refresh": _cipher().encrypt(tokens.get("refresh_token", "").encode()).decode(),
        "confirmed": time.time(),
        "several_factors": bool(SEVERAL_FACTORS & set(claims.get("amr") or ())),
    }


def proved_several_factors(session: SessionBase) -> bool:
    """Whether the directory says that it has demanded more than a password."""
    return bool(session.get(DIRECTORY, {}).get("several_factors"))


def limit_passed(request: HttpRequest) -> str:
    """Why the session ends: the directory has ended it, it gives no role, or it does not answer."""
    state = request.session.get(DIRECTORY)
    if state is None or _is_younger(state["confirmed"], CHECK_SECONDS):
        return ""
    try:
        claims = _confirmed_claims(request.session, state)
    except protocol.Refused:
        return "directory"
    except protocol.Unreachable:
        return "" if _is_younger(state["confirmed"], LIMIT_SECONDS) else "directory unreachable"
    if claims.get("sub") != state["uid"]:
        return "directory"
    request.session[DIRECTORY] = {**state, "confirmed": time.time()}
    request.session.save()
    return (
        "" if apply_groups(user=cast("User", request.user), groups=protocol.groups_in(claims)) else "no role"
    )


def _is_younger(confirmed: float, seconds: float) -> bool:
    """Whether a confirmation is younger than that; one ahead of the clock, which was set back, is not."""
    return 0 <= time.time() - confirmed < seconds


def _confirmed_claims(session: SessionBase, state: dict[str, Any]) -> dict[str, Any]:
    try:
        return protocol.userinfo(_decrypted(state["access"]))
    except protocol.Refused:
        # The access token may only have expired.
        if not (refresh := _decrypted(state["refresh"])):
            raise
    try:
        tokens = protocol.refreshed(refresh)
    except protocol.Refused:
        time.sleep(RENEWAL_SECONDS)
        stored = session.__class__(session.session_key).get(DIRECTORY)
        if stored is None or stored["refresh"] == state["refresh"]:
            raise
        state.update(stored)
        return protocol.userinfo(_decrypted(state["access"]))
    tokens = {"refresh_token": refresh, **tokens}
    state["access"] = _cipher().encrypt(tokens["access_token"].encode()).decode()
    state["refresh"] = _cipher().encrypt(tokens["refresh_token"].encode()).decode()
    session[DIRECTORY] = state
    session.save()
    return protocol.userinfo(tokens["access_token"])


def _decrypted(text: str) -> str:
    return _cipher().decrypt(text.encode()).decode()


def _cipher() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(sha256(f"directory tokens\n{key}".encode()).digest()))
            for key in keys
        ]
    )
