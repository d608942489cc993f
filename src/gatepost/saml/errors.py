"""Errors of the SAML protocol: one class a reason, each with a code that stays.

```
SamlError
├── Unreadable                    the bytes are no document we read
│   ├── TooLarge            saml.too_large        ├── XmlMalformed     saml.xml_malformed
│   ├── NotBase64           saml.base64           ├── XmlForbidden     saml.xml_forbidden
│   ├── XmlEncoding         saml.xml_encoding     ├── NamespaceRelative saml.namespace
│   └── Truncated           saml.deflate          └── TooComplex       saml.too_complex
├── Misshapen saml.shape          the document is not built as we read it
│   ├── UnexpectedMessage   saml.message          ├── IdAttribute      saml.id_attribute
│   ├── AssertionCount      saml.assertion_count  └── Instant          saml.instant
│   └── SignaturePlacement  saml.signature_placement
├── Untrusted                     nobody we trust vouches for it
│   ├── SignatureMissing    saml.signature_missing ├── Algorithm       saml.algorithm
│   ├── SignatureProfile    saml.signature_profile └── WeakKey         saml.weak_key
│   └── SignatureInvalid    saml.signature_invalid
├── Encryption saml.encryption    the one answer for whatever goes wrong inside
│   ├── EncryptionKeyMissing  saml.encryption_key_missing
│   └── EncryptionAlgorithm   saml.encryption_algorithm
├── Misdirected                   it is not for us, not from them, not now
│   ├── Issuer              saml.issuer           ├── InResponseTo     saml.in_response_to
│   ├── Destination         saml.destination      ├── Unsolicited      saml.unsolicited
│   ├── Recipient           saml.recipient        ├── Expired          saml.expired
│   ├── Audience            saml.audience         ├── NotYetValid      saml.not_yet_valid
│   ├── Status              saml.status           ├── Stale            saml.stale
│   └── Version             saml.version          └── SessionExpired   saml.session_expired
├── Insufficient                  it does not say who, or how they signed in
│   ├── SubjectConfirmation saml.subject_confirmation  ├── NameId      saml.name_id
│   ├── Condition           saml.condition        ├── Attribute        saml.attribute
│   ├── AuthnStatement      saml.authn_statement  └── AuthnTooOld      saml.authn_too_old
│   └── AuthnContext        saml.authn_context
├── Metadata saml.metadata        the document does not describe an identity provider
│   ├── MetadataHtml        saml.metadata_html    ├── MetadataExpired  saml.metadata_expired
│   ├── MetadataParty       saml.metadata_party   ├── MetadataEndpoint saml.metadata_endpoint
│   ├── MetadataEntity      saml.metadata_entity
│   ├── MetadataAggregate   saml.metadata_aggregate
│   └── MetadataCertificate saml.metadata_certificate
└── CertificateUnreadable saml.certificate
```

Replay is not among them: only the caller knows what was seen before.
"""

from typing import ClassVar

from gatepost.saml import fixes

FIXES: dict[str, str] = fixes.FIXES
FACT_CHARACTERS_MAX = 256
DETAIL_CHARACTERS_MAX = 512


class SamlError(Exception):
    """A message, document or certificate is refused.

    `detail` is a sentence for an IT administrator. `facts` are what was
    expected and received, cut to a length that is safe to store; never the
    message itself.
    """

    code: ClassVar[str] = "saml.error"

    def __init__(self, detail: str, **facts: str | None) -> None:
        self.detail = clip(detail, DETAIL_CHARACTERS_MAX)
        super().__init__(self.detail)
        self.facts = {name: clip(value) for name, value in facts.items() if value is not None}


def clip(text: str, characters_max: int = FACT_CHARACTERS_MAX) -> str:
    """Cut a received value to what may be shown and stored, on one line."""
    kept = text if len(text) <= characters_max else f"{text[: characters_max - 1]}…"
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in kept)


class Unreadable(SamlError):
    """The bytes are no document that we read."""


class TooLarge(Unreadable):
    """The message is longer than any honest one."""

    code = "saml.too_large"


class NotBase64(Unreadable):
    """The form value is not base64 (saml-bindings §3.5.4)."""

    code = "saml.base64"


class Truncated(Unreadable):
    """The query's message is not one whole DEFLATE stream (saml-bindings §3.4.4.1)."""

    code = "saml.deflate"


class XmlEncoding(Unreadable):
    """The document is in another encoding than UTF-8."""

    code = "saml.xml_encoding"


class XmlForbidden(Unreadable):
    """The document has a DTD, an entity, a comment, CDATA or a processing instruction."""

    code = "saml.xml_forbidden"


class XmlMalformed(Unreadable):
    """The document is not well-formed XML."""

    code = "saml.xml_malformed"


class NamespaceRelative(Unreadable):
    """A namespace is not an absolute URI, upon which canonicalization fails."""

    code = "saml.namespace"


class TooComplex(Unreadable):
    """The document has more elements, attributes, namespaces or levels than any honest one."""

    code = "saml.too_complex"


class Misshapen(SamlError):
    """An element is missing, stands twice, or stands where it must not."""

    code = "saml.shape"


class UnexpectedMessage(Misshapen):
    """The document is another kind of message."""

    code = "saml.message"


class AssertionCount(Misshapen):
    """There is not exactly one assertion, directly in the Response."""

    code = "saml.assertion_count"


class SignaturePlacement(Misshapen):
    """A signature stands elsewhere than in what it signs, or stands twice."""

    code = "saml.signature_placement"


class IdAttribute(Misshapen):
    """An ID is missing, stands twice, or is written in another way than `ID`."""

    code = "saml.id_attribute"


class Instant(Misshapen):
    """A time is missing or is no xs:dateTime (saml-core §1.3.3)."""

    code = "saml.instant"


class Untrusted(SamlError):
    """Nobody we trust vouches for the message."""


class SignatureMissing(Untrusted):
    """Neither the Response nor the assertion is signed (saml-profiles §4.1.3.5)."""

    code = "saml.signature_missing"


class SignatureProfile(Untrusted):
    """The signature is not built as SAML prescribes (saml-core §5.4)."""

    code = "saml.signature_profile"


class SignatureInvalid(Untrusted):
    """The signature verifies with none of the identity provider's certificates."""

    code = "saml.signature_invalid"


class Algorithm(Untrusted):
    """The signature uses an algorithm that is not accepted."""

    code = "saml.algorithm"


class WeakKey(Untrusted):
    """No certificate of the identity provider has a key that is accepted."""

    code = "saml.weak_key"


class Encryption(SamlError):
    """The encrypted assertion could not be used; on purpose, it is not said why."""

    code = "saml.encryption"


class EncryptionKeyMissing(Encryption):
    """The assertion is encrypted and we have no key for it."""

    code = "saml.encryption_key_missing"


class EncryptionAlgorithm(Encryption):
    """The message names an encryption algorithm that is not accepted."""

    code = "saml.encryption_algorithm"


class Misdirected(SamlError):
    """The message is not for us, not from them, or not for now."""


class Issuer(Misdirected):
    """The issuer is not the identity provider this address belongs to."""

    code = "saml.issuer"


class Destination(Misdirected):
    """The Destination is not the address that the message was sent to (saml-core §3.2.2)."""

    code = "saml.destination"


class Recipient(Misdirected):
    """The bearer confirmation names another Recipient (saml-profiles §4.1.4.2)."""

    code = "saml.recipient"


class Audience(Misdirected):
    """The assertion is not restricted to us (saml-core §2.5.1.4)."""

    code = "saml.audience"


class InResponseTo(Misdirected):
    """The message does not answer the request that is pending (saml-profiles §4.1.4.3)."""

    code = "saml.in_response_to"


class Unsolicited(Misdirected):
    """The message answers no request, and such sign-ins are not allowed (saml-profiles §4.1.5)."""

    code = "saml.unsolicited"


class Expired(Misdirected):
    """A NotOnOrAfter has passed."""

    code = "saml.expired"


class NotYetValid(Misdirected):
    """A NotBefore or an instant of issue lies in the future."""

    code = "saml.not_yet_valid"


class Stale(Misdirected):
    """The message was issued too long ago."""

    code = "saml.stale"


class SessionExpired(Misdirected):
    """The identity provider's session has ended already (saml-core §2.7.2)."""

    code = "saml.session_expired"


class Status(Misdirected):
    """The identity provider answers that the sign-in failed (saml-core §3.2.2.2)."""

    code = "saml.status"


class Version(Misdirected):
    """The message is of another version of SAML."""

    code = "saml.version"


class Insufficient(SamlError):
    """The assertion does not say what a sign-in needs."""


class SubjectConfirmation(Insufficient):
    """There is no bearer confirmation as saml-profiles §4.1.4.2 wants it."""

    code = "saml.subject_confirmation"


class Condition(Insufficient):
    """Conditions are missing, stand twice, or include one we do not know (saml-core §2.5.1)."""

    code = "saml.condition"


class NameId(Insufficient):
    """The subject's identifier is missing, ambiguous or not plain text."""

    code = "saml.name_id"


class Attribute(Insufficient):
    """An attribute's value is not plain text."""

    code = "saml.attribute"


class AuthnStatement(Insufficient):
    """There is not exactly one statement of the sign-in (saml-core §2.7.2)."""

    code = "saml.authn_statement"


class AuthnContext(Insufficient):
    """The statement does not say how the user signed in (saml-core §2.7.2.2)."""

    code = "saml.authn_context"


class AuthnTooOld(Insufficient):
    """The user signed in at the identity provider too long ago."""

    code = "saml.authn_too_old"


class Metadata(SamlError):
    """The document does not describe an identity provider as saml-metadata §2.4.3 does."""

    code = "saml.metadata"


class MetadataHtml(Metadata):
    """The document is a web page."""

    code = "saml.metadata_html"


class MetadataParty(Metadata):
    """The metadata is a service provider's."""

    code = "saml.metadata_party"


class MetadataAggregate(Metadata):
    """The document describes many parties, and none was chosen."""

    code = "saml.metadata_aggregate"


class MetadataEntity(Metadata):
    """The entity that was asked for is not described, or twice."""

    code = "saml.metadata_entity"


class MetadataExpired(Metadata):
    """`validUntil` has passed."""

    code = "saml.metadata_expired"


class MetadataEndpoint(Metadata):
    """There is no sign-in address that we can use, or one is no absolute URL."""

    code = "saml.metadata_endpoint"


class MetadataCertificate(Metadata):
    """There is no certificate to verify signatures with, or one cannot be read."""

    code = "saml.metadata_certificate"


class CertificateUnreadable(SamlError):
    """The text is not one X.509 certificate."""

    code = "saml.certificate"
