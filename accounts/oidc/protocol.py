"""OpenID Connect with the directory that OIDC_ISSUER names: its documents, keys and tokens.

allauth takes the word of a token that came over TLS; here its signature is verified as well, because a proxy
may end TLS on the way.
"""

import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import jwt
import requests
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings

TIMEOUT_SECONDS: Final = 3
LEEWAY_SECONDS: Final = 10
DOCUMENT_SECONDS: Final = 600
ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
ID_TOKEN_TYPES: Final = frozenset({"jwt"})
LOGOUT_TOKEN_TYPES: Final = frozenset({"logout+jwt"})
ENDPOINTS: Final = frozenset({"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"})
_documents: dict[str, tuple[float, dict[str, Any]]] = {}


class Refused(OAuth2Error):  # type: ignore[misc]
    """The directory refuses, or what it sent does not hold."""


class Unreachable(OAuth2Error):  # type: ignore[misc]
    """The directory does not answer, or answers with an error of its own."""


def provider_id() -> str:
    """The name under which accounts of this issuer are kept: subjects of another issuer are other people."""
    return f"oidc-{hashlib.sha256(settings.OIDC_ISSUER.encode()).hexdigest()[:12]}"


def configuration() -> dict[str, Any]:
    """The discovery document, kept for ten minutes."""
    issuer = settings.OIDC_ISSUER
    if issuer in _documents and time.monotonic() - _documents[issuer][0] < DOCUMENT_SECONDS:
        return _documents[issuer][1]
    document = fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if document.get("issuer") != issuer:
        raise Refused("the discovery document names another issuer")
    if not document.keys() >= ENDPOINTS:
        raise Unreachable("the discovery document is not whole")
    _documents[issuer] = (time.monotonic(), document)
    return document


def fetch(url: str, *, method: str = "GET", **request: Any) -> dict[str, Any]:
    """The JSON object at that address. Raises Refused for 4xx and Unreachable otherwise."""
    try:
        answer = requests.request(method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **request)
        document = answer.json() if answer.status_code == 200 else None
    except requests.RequestException as error:
        raise Unreachable("the directory does not answer") from error
    if 400 <= answer.status_code < 500 and answer.status_code != 429:
        raise Refused(f"the directory answers {answer.status_code}")
    if not isinstance(document, dict):
        raise Unreachable(f"the directory answers {answer.status_code}")
    return document


def claims_of(
    token: str, *, required: Sequence[str], types: Collection[str] = ID_TOKEN_TYPES
) -> dict[str, Any]:
    """The claims of a token of these types that the directory has signed for this desk. Raises Refused."""
    try:
        header = jwt.get_unverified_header(token)
        if str(header.get("typ", "JWT")).lower().removeprefix("application/") not in types:
            raise Refused("the token is of another type")
        key = _key_of(header.get("kid"))
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=settings.OIDC_ISSUER,
            audience=settings.OIDC_CLIENT_ID,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "aud", "iat", *required]},
        )
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise Refused("the token does not hold") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise Refused("the token was given to another client")
    return claims


def _key_of(number: str | None) -> jwt.PyJWK:
    keys = jwt.PyJWKSet.from_dict(fetch(configuration()["jwks_uri"])).keys
    for key in keys:
        if key.algorithm_name in ALGORITHMS and (key.key_id == number or (number is None and len(keys) == 1)):
            return key
    raise Refused("the directory has no such key")


def userinfo(access_token: str) -> dict[str, Any]:
    """What the directory says of the owner of the token now. Raises Refused once it ended."""
    return fetch(configuration()["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})


def refreshed(refresh_token: str) -> dict[str, Any]:
    """New tokens for a refresh token. Raises Refused once the directory has ended it."""
    data = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": settings.OIDC_CLIENT_ID,
        "client_secret": settings.OIDC_CLIENT_SECRET,
    }
    tokens = fetch(configuration()["token_endpoint"], method="POST", data=data)
    if "access_token" not in tokens:
        raise Refused("the directory gave no token")
    return tokens


def groups_in(*claims: Mapping[str, Any]) -> list[str]:
    """The groups that the first of these sets of claims names, in whichever form."""
    for each in claims:
        groups = each.get(settings.OIDC_GROUP_CLAIM)
        if isinstance(groups, str):
            return [groups]
        if isinstance(groups, list):
            return [str(group) for group in groups]
    return []
