"""A small OpenID Connect provider over real HTTP: codes with PKCE, signed tokens, userinfo, renewal."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT: Final = ("creditdesk", "client-secret")
# Written down: a test whose parameters depend on the clock has another name in each process.
LONG_AGO: Final = 1_700_000_000
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Directory:
    """One person is signed in there; the tests change what it says of them, and how it errs."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {
            "sub": "4711",
            "preferred_username": "grace",
            "given_name": "Grace",
            "family_name": "Noël",
            "email": "grace@bank.example",
            "email_verified": True,
            "groups": ["desk-managers", "everybody"],
        }
        self.claims: dict[str, Any] = {}
        self.key = KEY
        self.is_up = True
        self.requested: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.gives_refresh = True
        self.issuer = ""

    def forget_tokens(self) -> None:
        """What happens to the tokens of somebody who has left."""
        self.access.clear()
        self.refresh.clear()

    def signed(self, claims: dict[str, Any], *, typ: str = "JWT") -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1", "typ": typ})

    def logout_token(self, *, typ: str = "logout+jwt", **changed: Any) -> str:
        claims = {
            "iss": self.issuer,
            "aud": CLIENT[0],
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            "jti": token_urlsafe(8),
            "sub": self.person["sub"],
            "events": {LOGOUT_EVENT: {}},
        }
        stated = {name: value for name, value in (claims | changed).items() if value is not None}
        return self.signed(stated, typ=typ)

    def answer(self, path: str, query: dict[str, str], body: dict[str, str], bearer: str) -> tuple[int, Any]:
        self.requested.append(path)
        if not self.is_up:
            return 503, {}
        pages = {
            "/.well-known/openid-configuration": self._configuration,
            "/authorize": lambda: self._authorize(query),
            "/token": lambda: self._token(body),
            "/userinfo": lambda: (200, self.person) if bearer in self.access else (401, {}),
            "/keys": self._keys,
        }
        return pages[path]()

    def _configuration(self) -> tuple[int, Any]:
        return 200, {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _keys(self) -> tuple[int, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return 200, {"keys": [{**public, "kid": "1", "alg": "RS256", "use": "sig"}]}

    def _authorize(self, query: dict[str, str]) -> tuple[int, Any]:
        code = token_urlsafe(8)
        self.codes[code] = query
        return 302, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def _token(self, body: dict[str, str]) -> tuple[int, Any]:
        if (body.get("client_id"), body.get("client_secret")) != CLIENT:
            return 401, {"error": "invalid_client"}
        if body["grant_type"] == "refresh_token":
            if body["refresh_token"] not in self.refresh:
                return 400, {"error": "invalid_grant"}
            self.refresh.discard(body["refresh_token"])
            return 200, self._tokens()
        request = self.codes.pop(body["code"], None)
        verifier = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if (
            request is None
            or request.get("code_challenge") != challenge
            or request["code_challenge_method"] != "S256"
        ):
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT[0],
            "sub": self.person["sub"],
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            "nonce": request.get("nonce"),
        }
        return 200, {**self._tokens(), "id_token": self.signed(claims | self.claims)}

    def _tokens(self) -> dict[str, Any]:
        access, refresh = token_urlsafe(8), token_urlsafe(8)
        self.access.add(access)
        tokens = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        if self.gives_refresh:
            self.refresh.add(refresh)
            tokens["refresh_token"] = refresh
        return tokens


@contextmanager
def serving(directory: Directory) -> Iterator[Directory]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            status, content = directory.answer(
                address.path,
                _first(address.query),
                _first(self.rfile.read(size).decode()),
                self.headers.get("Authorization", "").removeprefix("Bearer "),
            )
            self.send_response(status)
            if status == 302:
                self.send_header("Location", content)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"" if status == 302 else json.dumps(content).encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    directory.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        yield directory
    finally:
        server.shutdown()
        server.server_close()


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
