"""Reading a Response: the way from a form value to an Assertion (saml-profiles §4.1.4).

The order is the security: size and encoding, XML, shape, signature profile,
signature, decryption, and only then what the message says. After a signature
was verified nothing is read but what it covers.
"""

from datetime import datetime

import msgspec

from gatepost.saml import encryption, signature, xml
from gatepost.saml.conditions import check_issuer, read_conditions
from gatepost.saml.errors import (
    EncryptionAlgorithm,
    EncryptionKeyMissing,
    SamlError,
    SignatureMissing,
)
from gatepost.saml.names import Element, children, local_name, saml
from gatepost.saml.parties import IdentityProvider, ServiceProvider
from gatepost.saml.shape import (
    check_assertion,
    check_assertion_children,
    check_destination,
    check_response,
    check_status,
    check_version,
    get_id,
    only_child,
)
from gatepost.saml.signature import SigningKey, Verified
from gatepost.saml.statements import read_attributes, read_sign_in
from gatepost.saml.subject import check_in_response_to, read_confirmation, read_name
from gatepost.saml.times import Window, later, read_instant

ISSUE_AGE_S_MAX = 600.0


class Expected(msgspec.Struct, frozen=True):
    """What we know before the Response comes.

    The identity provider is the one of the address that was posted to, never
    the one that the message names. `request_id` is that of the pending request
    which this browser began, if there is one. `authn_max_age_s` is how long ago
    the user may have signed in at the identity provider.
    """

    service_provider: ServiceProvider
    identity_provider: IdentityProvider
    request_id: str | None
    now: datetime
    decryption_keys: tuple[bytes, ...] = ()
    clock_skew_s: float = 60.0
    allow_unsolicited: bool = False
    allow_cbc_unsigned_outer: bool = False
    authn_max_age_s: float | None = None


class Assertion(msgspec.Struct, frozen=True):
    """What the identity provider vouches for, all of it signed.

    A replay entry for `id` must be kept until `not_on_or_after`. `signed_by` is
    the fingerprint of the certificate whose key verified it.
    """

    id: str
    response_id: str
    issuer: str
    name_id: str
    name_id_format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None
    session_index: str | None
    session_not_on_or_after: datetime | None
    not_on_or_after: datetime
    authn_instant: datetime
    authn_context: str | None
    attributes: dict[str, tuple[str, ...]]
    in_response_to: str | None
    signed_by: str
    is_encrypted: bool


class _Opened(msgspec.Struct, frozen=True):
    """What may be read; `response` is as received only where just the assertion is signed."""

    response: Element
    assertion: Element
    signed_by: str
    is_response_signed: bool
    is_encrypted: bool


def read(message: bytes, expected: Expected) -> Assertion:
    """Read the form value `SAMLResponse`, base64 as it was posted.

    Does not check for replay: the caller stores `id`, in the transaction that
    ends the pending request.

    Raises:
        SamlError: the message is refused; each reason has a class of its own.
    """
    root = xml.parse(xml.read_base64(message))
    opened = _open(root, expected)
    window = Window(expected.now, expected.clock_skew_s)
    _check_response(opened, expected, window)
    return _read_assertion(opened, expected, window)


def _open(root: Element, expected: Expected) -> _Opened:
    received = check_response(root)
    keys = signature.signing_keys(expected.identity_provider.certificates)
    outer = _verified(root, keys)
    response = outer.element if outer else root
    covered = check_response(response) if outer else received
    plain: Element | None
    if covered.encrypted is not None:
        plain, inner = _decrypt(covered.encrypted, expected, keys, is_response_signed=bool(outer))
    else:
        plain, inner = covered.assertion, _verified(received.assertion, keys)
    trusted = outer or inner
    if trusted is None or plain is None:
        raise SignatureMissing(
            "Neither the Response nor the assertion is signed; let the identity provider sign one."
        )
    return _Opened(
        response=response,
        assertion=plain if outer else trusted.element,
        signed_by=trusted.signed_by,
        is_response_signed=bool(outer),
        is_encrypted=covered.encrypted is not None,
    )


def _verified(element: Element | None, keys: list[SigningKey]) -> Verified | None:
    """Verify the element's signature, if it is signed: one that is there must hold."""
    if element is None or signature.find(element) is None:
        return None
    return signature.verify(element, keys)


def _decrypt(
    encrypted: Element, expected: Expected, keys: list[SigningKey], *, is_response_signed: bool
) -> tuple[Element, Verified | None]:
    allows_cbc = is_response_signed or expected.allow_cbc_unsigned_outer
    try:
        text = encryption.decrypt(encrypted, expected.decryption_keys, allows_cbc=allows_cbc)
        plain = xml.parse(text, context=encrypted.nsmap)
        check_assertion(plain)
        inner = _verified(plain, keys)
    except (EncryptionAlgorithm, EncryptionKeyMissing):
        raise
    except SamlError:
        raise encryption.refused() from None
    if inner is None and not is_response_signed:
        raise encryption.refused()
    return plain, inner


def _check_response(opened: _Opened, expected: Expected, window: Window) -> None:
    """Check what stands on the envelope; unsigned, it can only refuse, never grant."""
    response = opened.response
    check_version(response)
    if opened.is_response_signed or children(response, saml("Issuer")):
        check_issuer(response, expected.identity_provider.entity_id)
    acs_url = expected.service_provider.acs_url
    check_destination(response, acs_url, is_required=opened.is_response_signed)
    check_status(response)
    check_in_response_to(
        response.get("InResponseTo"),
        expected.request_id,
        "The Response",
        allows_unsolicited=expected.allow_unsolicited,
    )
    _check_issued(response, window)


def _check_issued(element: Element, window: Window) -> None:
    where = f"IssueInstant of the {local_name(element)}"
    moment = read_instant(element.get("IssueInstant"), where)
    window.check_fresh(moment, where, ISSUE_AGE_S_MAX)


def _read_assertion(opened: _Opened, expected: Expected, window: Window) -> Assertion:
    assertion, provider = opened.assertion, expected.identity_provider
    entity_id = expected.service_provider.entity_id
    check_assertion_children(assertion)
    check_version(assertion)
    check_issuer(assertion, provider.entity_id)
    _check_issued(assertion, window)
    subject = only_child(assertion, saml("Subject"))
    confirmed_until = read_confirmation(
        subject, expected.service_provider, expected.request_id, window
    )
    name = read_name(subject, entity_id)
    valid_until = read_conditions(assertion, entity_id, window)
    sign_in = read_sign_in(assertion, window, expected.authn_max_age_s)
    last = max(confirmed_until, valid_until or confirmed_until)
    return Assertion(
        id=get_id(assertion),
        response_id=get_id(opened.response),
        issuer=provider.entity_id,
        name_id=name.value,
        name_id_format=name.format,
        name_qualifier=name.name_qualifier,
        sp_name_qualifier=name.sp_name_qualifier,
        session_index=sign_in.session_index,
        session_not_on_or_after=sign_in.session_end,
        not_on_or_after=later(last, 2 * expected.clock_skew_s),
        authn_instant=sign_in.at,
        authn_context=sign_in.context,
        attributes=read_attributes(assertion),
        in_response_to=opened.response.get("InResponseTo"),
        signed_by=opened.signed_by,
        is_encrypted=opened.is_encrypted,
    )
