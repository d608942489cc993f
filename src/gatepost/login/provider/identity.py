"""What a provider says of the person it sends back, whichever protocol it speaks."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from gatepost.lifecycle.account import is_address
from gatepost.oidc.id_token import IdToken
from gatepost.saml.names import EMAIL_FORMAT, PERSISTENT_FORMAT
from gatepost.saml.response import Assertion
from gatepost.tenancy.sso_options import AttributeNames

Attributes = Mapping[str, tuple[str, ...]]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the provider's words, verified.

    `subject` is the provider's lasting name for the person; None where it has none that may
    be kept. `external_ids`, `user_names` and `emails` are what may match an account (R30).
    The rest is evidence (R33), profile, and what a logout must repeat; of the `attributes`,
    those that are `signed` may be evidence.
    """

    subject: str | None
    external_ids: tuple[str, ...] = ()
    user_names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = {}
    signed: dict[str, tuple[str, ...]] = {}
    authn_context: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    authenticated_at: datetime | None = None
    provider_session: str | None = None
    name_id: dict[str, Any] = {}
    ends_at: datetime | None = None

    @property
    def shown(self) -> str:
        """Name the person in a record: what the provider called them."""
        found = (*self.user_names, *self.emails, self.subject or "-")
        return found[0]


def of_assertion(
    assertion: Assertion, names: AttributeNames, subject_attribute: str | None
) -> Identity:
    """Read a SAML assertion.

    Only a persistent NameID, or an attribute that an administrator named, may be kept as
    the person's lasting name: addresses are given to others (saml-core §8.3.7).
    """
    attributes = assertion.attributes
    name_id, kept = assertion.name_id, None
    if subject_attribute:
        kept = _first(attributes, (subject_attribute,))
    elif assertion.name_id_format == PERSISTENT_FORMAT:
        kept = name_id
    emails = _all(attributes, names.email)
    if assertion.name_id_format == EMAIL_FORMAT or is_address(name_id):
        emails = (*emails, name_id)
    return Identity(
        subject=kept,
        external_ids=_unique((*_all(attributes, names.external_id), kept or name_id)),
        user_names=_unique((*_all(attributes, names.user_name), name_id, *emails)),
        emails=_unique(emails),
        attributes=dict(attributes),
        signed=dict(attributes),
        authn_context=assertion.authn_context,
        authenticated_at=assertion.authn_instant,
        provider_session=assertion.session_index,
        name_id={
            "value": name_id,
            "format": assertion.name_id_format,
            "name_qualifier": assertion.name_qualifier,
            "sp_name_qualifier": assertion.sp_name_qualifier,
        },
        ends_at=assertion.session_not_on_or_after,
    )


def of_id_token(token: IdToken, names: AttributeNames, userinfo: Mapping[str, Any]) -> Identity:
    """Read an ID Token and the claims of the UserInfo endpoint (OIDC Core §5.1).

    An address that the provider itself calls unverified matches nobody, nor does it under
    another claim: where people choose their address, some repeat it as `preferred_username`.
    """
    claims = {**userinfo, **token.claims}
    attributes = {name: _texts(value) for name, value in claims.items()}
    said = claims.get("email_verified")
    verified = said is None or _texts(said) == ("true",)
    emails = _all(attributes, names.email)
    doubted = frozenset() if verified else frozenset(one.casefold() for one in emails)
    preferred = _all(attributes, ("preferred_username", "upn"))
    user_names = (*_all(attributes, names.user_name), *preferred, *emails)
    external_ids = (*_all(attributes, names.external_id), token.subject)
    return Identity(
        subject=token.subject,
        external_ids=_unique(one for one in external_ids if one.casefold() not in doubted),
        user_names=_unique(one for one in user_names if one.casefold() not in doubted),
        emails=emails if verified else (),
        attributes=attributes,
        signed={name: _texts(value) for name, value in token.claims.items()},
        acr=token.acr,
        amr=token.amr,
        authenticated_at=token.auth_time,
        provider_session=token.session_id,
        ends_at=token.session_expires_at,
    )


def profile(identity: Identity, names: AttributeNames) -> dict[str, Any]:
    """Give the SCIM attributes that the provider sent of the person (for creation, R30)."""
    found = identity.attributes
    name = {
        "givenName": _first(found, names.given_name),
        "familyName": _first(found, names.family_name),
    }
    document = {
        "name": {key: value for key, value in name.items() if value},
        "displayName": _first(found, names.display_name),
    }
    return {key: value for key, value in document.items() if value}


def values_of(identity: Identity, names: Iterable[str]) -> tuple[str, ...]:
    """Give the values of the first of these attributes that was sent."""
    return _all(identity.attributes, names)


def _all(attributes: Attributes, names: Iterable[str]) -> tuple[str, ...]:
    for name in names:
        found = tuple(one.strip() for one in attributes.get(name, ()) if one.strip())
        if found:
            return found
    return ()


def _first(attributes: Attributes, names: Iterable[str]) -> str | None:
    found = _all(attributes, names)
    return found[0] if found else None


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        return tuple(one for one in value if isinstance(one, str))
    return (str(value).lower() if isinstance(value, bool) else str(value),)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
