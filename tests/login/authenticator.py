"""An authenticator in software: makes ES256 passkeys and answers as a browser would.

It does what it is told, so that a test can let it misbehave: another origin, no user
verification, a counter that stands still.
"""

import base64
import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "===")


class SoftAuthenticator:
    """Holds one passkey for one site.

    `counts` says by how much its counter goes up with each use; a synchronised passkey's
    stays at 0. `flags` are those of authenticator data (WebAuthn §6.1).
    """

    def __init__(
        self, rp_id: str, origin: str, *, counts: int = 1, flags: int = UP | UV, seed: int = 1
    ) -> None:
        self.rp_id = rp_id
        self.origin = origin
        self.counts = counts
        self.flags = flags
        self.sign_count = 0
        self.client_data: dict[str, Any] = {}
        self.credential_id = hashlib.sha256(f"credential {seed}".encode()).digest()
        self.user_handle = b""
        self._key = ec.derive_private_key(seed + 1000, ec.SECP256R1())

    @property
    def public_key(self) -> bytes:
        """Give the COSE key (RFC 9053 §7.1.1)."""
        point = self._key.public_key().public_numbers()
        x, y = point.x.to_bytes(32), point.y.to_bytes(32)
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def create(self, options: dict[str, Any], *, attestation: str = "none") -> str:
        """Answer `navigator.credentials.create` as `PublicKeyCredential.toJSON` writes it."""
        excluded = {decoded(one["id"]) for one in options.get("excludeCredentials", [])}
        if self.credential_id in excluded:
            raise LookupError("InvalidStateError: the authenticator is enrolled already")
        self.user_handle = decoded(options["user"]["id"])
        held = len(self.credential_id).to_bytes(2) + self.credential_id + self.public_key
        data = self._authenticator_data(AT) + bytes(16) + held
        client = self._client_data("webauthn.create", options)
        statement: dict[str, Any] = {}
        if attestation == "packed":
            statement = {"alg": -7, "sig": self._sign(data, client)}
        made = cbor2.dumps({"fmt": attestation, "attStmt": statement, "authData": data})
        return self._answer(client, attestationObject=made, transports=["internal", "hybrid"])

    def get(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get`."""
        allowed = {decoded(one["id"]) for one in options.get("allowCredentials", [])}
        if allowed and self.credential_id not in allowed:
            raise LookupError("NotAllowedError: no passkey for this")
        self.sign_count += self.counts
        data = self._authenticator_data()
        client = self._client_data("webauthn.get", options)
        return self._answer(
            client,
            authenticatorData=data,
            signature=self._sign(data, client),
            userHandle=self.user_handle,
        )

    def _authenticator_data(self, further: int = 0) -> bytes:
        flags = bytes([self.flags | further])
        return hashlib.sha256(self.rp_id.encode()).digest() + flags + self.sign_count.to_bytes(4)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**said, "crossOrigin": False, **self.client_data}).encode()

    def _sign(self, data: bytes, client: bytes) -> bytes:
        return self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))

    def _answer(self, client: bytes, **response: bytes | list[str]) -> str:
        said = {
            name: encoded(value) if isinstance(value, bytes) else value
            for name, value in {"clientDataJSON": client, **response}.items()
        }
        own = encoded(self.credential_id)
        kind = {"type": "public-key", "authenticatorAttachment": "platform"}
        return json.dumps({"id": own, "rawId": own, **kind, "response": said})
