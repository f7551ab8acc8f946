"""An authenticator in software, with a key of its own: what a browser would post for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAG = AuthenticatorData.FLAG


@dataclass
class SoftAuthenticator:
    origin: str = "http://localhost"
    verifies_owner: bool = True
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: str = ""

    def create(self, options: Mapping[str, Any]) -> str:
        """Register: `options` are those of the page."""
        public = options["publicKey"]
        self.user_handle = public["user"]["id"]
        data = AuthenticatorData.create(
            sha256(public["rp"]["id"].encode()).digest(),
            self._flags | FLAG.AT,
            self.counter,
            AttestedCredentialData.create(
                bytes(16), self.credential_id, ES256.from_cryptography_key(self.key.public_key())
            ),
        )
        client_data = self._client_data("webauthn.create", public["challenge"])
        attestation = AttestationObject.create("none", data, {})
        return self._posted(
            {
                "clientDataJSON": websafe_encode(client_data),
                "attestationObject": websafe_encode(bytes(attestation)),
            }
        )

    def get(self, options: Mapping[str, Any]) -> str:
        """Sign the challenge of the page."""
        public = options["publicKey"]
        self.counter += 1 if self.counter else 0
        data = AuthenticatorData.create(sha256(public["rpId"].encode()).digest(), self._flags, self.counter)
        client_data = self._client_data("webauthn.get", public["challenge"])
        signature = self.key.sign(data + client_data.hash, ec.ECDSA(SHA256()))
        return self._posted(
            {
                "clientDataJSON": websafe_encode(client_data),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": self.user_handle,
            }
        )

    @property
    def _flags(self) -> AuthenticatorData.FLAG:
        return FLAG.UP | FLAG.UV if self.verifies_owner else FLAG.UP

    def _client_data(self, kind: str, challenge: Any) -> CollectedClientData:
        raw = challenge if isinstance(challenge, bytes) else websafe_decode(challenge)
        return CollectedClientData.create(kind, raw, self.origin)

    def _posted(self, response: Mapping[str, str]) -> str:
        identifier = websafe_encode(self.credential_id)
        return json.dumps(
            {
                "id": identifier,
                "rawId": identifier,
                "type": "public-key",
                "clientExtensionResults": {"credProps": {"rk": True}},
                "response": response,
            }
        )


def enrolled(name: str) -> dict[str, Any]:
    """What is stored of a passkey, made without its page."""
    options = {"publicKey": {"rp": {"id": "localhost"}, "user": {"id": "MQ"}, "challenge": "AA"}}
    return {"name": name, "credential": json.loads(SoftAuthenticator().create(options))}
