"""Whom an assertion is about, and that its bearer may present it here (saml-core §2.4)."""

import unicodedata
from datetime import datetime

import msgspec

from gatepost.saml.errors import (
    InResponseTo,
    Instant,
    NameId,
    Recipient,
    SamlError,
    SubjectConfirmation,
    Unsolicited,
)
from gatepost.saml.names import BEARER, Element, children, saml
from gatepost.saml.parties import ServiceProvider
from gatepost.saml.shape import only_child, plain_text
from gatepost.saml.times import Window, read_instant

NAME_ID_CHARACTERS_MAX = 1024


class Name(msgspec.Struct, frozen=True):
    """A NameID (saml-core §2.2.2)."""

    value: str
    format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None


def read_name(parent: Element, entity_id: str) -> Name:
    """Read the parent's one NameID.

    A child element or a comment in it would let two readers see two names.

    Raises:
        NameId: it is missing, stands twice, is encrypted, is not plain text,
            or is qualified for another service provider.
    """
    found = children(parent, saml("NameID"))
    others = children(parent, saml("EncryptedID")) + children(parent, saml("BaseID"))
    if len(found) != 1 or others:
        raise NameId("The subject must have exactly one NameID, in the clear.")
    element = found[0]
    value = plain_text(element)
    if not value or not value.strip() or len(value) > NAME_ID_CHARACTERS_MAX:
        raise NameId("The NameID must be text of at most 1024 characters.")
    if any(unicodedata.category(one) == "Cc" for one in value):
        raise NameId("The NameID contains a control character.", received=value)
    qualifier = element.get("SPNameQualifier")
    if qualifier not in (None, entity_id):
        raise NameId(
            "The NameID was made for another service provider (SPNameQualifier).",
            expected=entity_id,
            received=qualifier,
        )
    return Name(value, element.get("Format"), element.get("NameQualifier"), qualifier)


def check_in_response_to(
    received: str | None, request_id: str | None, where: str, *, allows_unsolicited: bool
) -> None:
    """Match an answer to the pending request, in both places the same way.

    Raises:
        InResponseTo: it answers another request, or one that is not pending.
        Unsolicited: it answers none, and that is not allowed.
    """
    if received == request_id and (received is not None or allows_unsolicited):
        return
    if received is None and request_id is None:
        raise Unsolicited(
            "The sign-in was started at the identity provider, which is not allowed here; "
            "start it at the application."
        )
    raise InResponseTo(
        f"{where} does not answer the sign-in that is under way; start again.",
        expected=request_id,
        received=received,
    )


def read_confirmation(
    subject: Element,
    service_provider: ServiceProvider,
    request_id: str | None,
    window: Window,
) -> datetime:
    """Find a bearer confirmation that holds; gives the instant from which it no longer does.

    One is enough (saml-profiles §4.1.4.3). Where none holds, the first says why.

    Raises:
        SubjectConfirmation: there is none, it has a NotBefore or no NotOnOrAfter.
        Recipient, Expired, InResponseTo, Instant: as their names say.
    """
    failure: SamlError | None = None
    for confirmation in children(subject, saml("SubjectConfirmation")):
        if confirmation.get("Method") != BEARER:
            continue
        try:
            return _check_bearer(confirmation, service_provider, request_id, window)
        except SamlError as error:
            failure = failure or error
    raise failure or SubjectConfirmation("The subject must have a bearer confirmation.")


def _check_bearer(
    confirmation: Element,
    service_provider: ServiceProvider,
    request_id: str | None,
    window: Window,
) -> datetime:
    data = only_child(confirmation, saml("SubjectConfirmationData"))
    if data.get("Recipient") != service_provider.acs_url:
        raise Recipient(
            f"The assertion must be for the recipient {service_provider.acs_url}.",
            expected=service_provider.acs_url,
            received=data.get("Recipient"),
        )
    if data.get("NotBefore") is not None:
        raise SubjectConfirmation("A bearer confirmation must not have a NotBefore.")
    where = "NotOnOrAfter of the bearer confirmation"
    try:
        end = read_instant(data.get("NotOnOrAfter"), where)
    except Instant as error:
        raise SubjectConfirmation(error.detail, **error.facts) from error
    window.check_not_on_or_after(end, where)
    check_in_response_to(
        data.get("InResponseTo"), request_id, "The bearer confirmation", allows_unsolicited=True
    )
    return end
