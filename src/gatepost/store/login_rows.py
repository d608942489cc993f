"""Rows of signing in, as values; `store.rows` has the words that hold for all rows.

A `digest` is the SHA-256 of a secret that only a browser or a person has. What is
`sealed` is encrypted with the installation's key (`base.sealing`).
"""

from datetime import datetime
from typing import Any

import msgspec


class SsoRow(msgspec.Struct, frozen=True, kw_only=True):
    """The SSO half of an identity provider.

    `protocol` is `saml` or `oidc`. `trust` is what we know of the other side (its
    metadata, or its discovery document and keys), read from `trust_url` at `trust_at`.
    `options` are ours. `tested_at`: when an administrator last came back from the provider
    with this trust and these options; without it SSO is not switched on.
    """

    tenant_id: int
    provider_id: str
    protocol: str
    enabled: bool = False
    trust: dict[str, Any] = {}
    trust_url: str | None = None
    trust_at: datetime | None = None
    trust_error: str | None = None
    options: dict[str, Any] = {}
    client_secret: bytes | None = None
    attributes: dict[str, Any] = {}
    mfa_rule: dict[str, Any] = {}
    just_in_time: bool = False
    tested_at: datetime | None = None
    version: int = 1
    created_at: datetime
    modified_at: datetime


class SsoKeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A key pair of ours towards one identity provider: signs requests, opens assertions.

    `state`: `current` signs; `next` is published already; `retired` still decrypts.
    """

    tenant_id: int
    provider_id: str
    key_id: str
    certificate: str
    sealed: bytes
    state: str
    created_at: datetime
    ends_at: datetime


class SubjectRow(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a provider's own name for a person means (R30): SAML's NameID or OIDC's `sub`."""

    tenant_id: int
    provider_id: str
    subject: str
    user_id: str
    linked_at: datetime
    seen_at: datetime


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is signed in.

    `methods` are what was proved, in words of RFC 8176 and ours; `evidence` is the signed
    word of the provider that stood for MFA. `mfa_at` is when MFA was last done here,
    which step-up asks for (R34). `provider_session` is SAML's SessionIndex or OIDC's
    `sid`, `name_id` what a LogoutRequest must repeat. `logout_hint` is the sealed ID Token.
    """

    tenant_id: int
    session_id: str
    digest: bytes
    user_id: str
    provider_id: str | None = None
    subject: str | None = None
    provider_session: str | None = None
    name_id: dict[str, Any] = {}
    logout_hint: bytes | None = None
    methods: list[str] = []
    evidence: dict[str, Any] = {}
    created_at: datetime
    authenticated_at: datetime
    mfa_at: datetime | None = None
    seen_at: datetime
    expires_at: datetime
    address: str | None = None
    user_agent: str | None = None


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is signing in: what is known so far, and what a provider was asked.

    `digest` is of the browser's cookie. `purpose`: `sign_in`, `test`. `stage` names what
    is awaited. `request_id` is SAML's request ID or OIDC's `state`; `sealed` the nonce and
    code verifier that go with it. `facts` are what was proved so far.
    """

    tenant_id: int
    attempt_id: str
    digest: bytes
    purpose: str
    stage: str
    provider_id: str | None = None
    user_id: str | None = None
    request_id: str | None = None
    sealed: bytes | None = None
    return_to: str = ""
    session_id: str | None = None
    facts: dict[str, Any] = {}
    created_at: datetime
    expires_at: datetime


class PasswordRow(msgspec.Struct, frozen=True, kw_only=True):
    """A native user's password, as Argon2id's own text."""

    tenant_id: int
    user_id: str
    hash: str
    changed_at: datetime


class FactorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A second factor that was enrolled and proved once.

    `kind`: `totp`, `passkey`, `sms`. `sealed` is TOTP's secret and `last_step` the
    time step last accepted; `credential_id`, `public_key`, `sign_count`, `backed_up` are
    WebAuthn's. An `sms` factor uses the account's phone number.
    """

    tenant_id: int
    factor_id: str
    user_id: str
    kind: str
    name: str
    sealed: bytes | None = None
    last_step: int = 0
    credential_id: bytes | None = None
    public_key: bytes | None = None
    sign_count: int = 0
    backed_up: bool = False
    created_at: datetime
    last_used_at: datetime | None = None


class RecoveryCodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A recovery code that is still good; it goes when it is used."""

    tenant_id: int
    user_id: str
    digest: bytes
    created_at: datetime


class ChallengeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person was asked to prove, once and soon.

    `kind`: `totp_enrolment`, `passkey_enrolment`, `passkey`, `sms`, `phone`. `owner` is the
    digest of the attempt or session it belongs to: in another browser it is worth nothing.
    `sealed` is what is expected. `tries` are those that failed.
    """

    tenant_id: int
    challenge_id: str
    owner: bytes
    kind: str
    user_id: str
    sealed: bytes
    tries: int = 0
    created_at: datetime
    expires_at: datetime


class ThrottleRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often something failed of late, and until when it is refused.

    `name` says what is counted: an account, an address, an account from an address.
    """

    tenant_id: int
    name: str
    failures: int
    seen_at: datetime
    blocked_until_at: datetime


class ReplayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a provider that was used and is good only once: an assertion, a logout token.

    `digest` is of its kind and id; kept until the message would be too old anyway.
    """

    tenant_id: int
    provider_id: str
    digest: bytes
    expires_at: datetime


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is owed to a person (`activity.outbox`), sent by `delivery`.

    `channel`: `email` or `sms`. `sealed` is who gets what; it goes when the message is sent.
    `state`: `waiting`, `sent`, `failed`. Not sent after `expires_at`.
    """

    tenant_id: int
    message_id: str
    channel: str
    purpose: str
    user_id: str | None = None
    sealed: bytes
    state: str = "waiting"
    attempts: int = 0
    next_at: datetime
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None = None
    error: str | None = None
