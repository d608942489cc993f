"""What each refusal means to an administrator, and what to do: published in the documents."""

FIXES: dict[str, str] = {
    "saml.too_large": (
        "The message is larger than 256 KB (metadata: 2 MB); send fewer attributes or groups, or "
        "filter the groups that the identity provider sends."
    ),
    "saml.base64": (
        "What was posted is not a SAML message; a proxy or browser extension may have altered the "
        "form, so try again without it."
    ),
    "saml.deflate": (
        "The message in the address was cut or altered on its way; try again, and use HTTP-POST "
        "where addresses are cut."
    ),
    "saml.xml_encoding": "The identity provider must write its messages in UTF-8.",
    "saml.xml_forbidden": (
        "The message has a document type, an entity, a comment, CDATA or a processing "
        "instruction; no identity provider writes these, so treat it as an attack."
    ),
    "saml.xml_malformed": (
        "The message is not well-formed XML; it was cut or altered on its way, or the identity "
        "provider has a fault."
    ),
    "saml.namespace": (
        "The message has a namespace that is no absolute address; no identity provider writes "
        "such, so treat it as an attack."
    ),
    "saml.too_complex": (
        "The message has more elements, attributes or levels than any honest one; send fewer "
        "attributes or groups, otherwise treat it as an attack."
    ),
    "saml.shape": (
        "The message lacks an element or has one too many; the error names it, and the identity "
        "provider's settings or software must be corrected."
    ),
    "saml.message": (
        "Another kind of message came to this address; compare the addresses that are configured "
        "at the identity provider with those shown here."
    ),
    "saml.assertion_count": (
        "The Response must contain one assertion; where it has none or several, correct the "
        "identity provider's settings, and treat one in an unusual place as an attack."
    ),
    "saml.signature_placement": (
        "A signature stands where none belongs; no identity provider writes such messages, so "
        "treat it as an attack."
    ),
    "saml.id_attribute": (
        "Elements of the message have missing, repeated or unusual IDs; treat it as an attack "
        "unless every sign-in of this identity provider fails."
    ),
    "saml.instant": (
        "A time in the message is missing or not written as 2025-01-31T12:00:00Z; correct the "
        "identity provider's software."
    ),
    "saml.signature_missing": (
        "Nothing in the message is signed; switch on signing of the assertion or of the Response "
        "at the identity provider."
    ),
    "saml.signature_profile": (
        "The signature is not built as SAML prescribes; use the identity provider's standard "
        "signing settings (exclusive canonicalization, one reference)."
    ),
    "saml.signature_invalid": (
        "No certificate we know made the signature: if the identity provider changed its "
        "certificate, refresh its metadata or add the new one; otherwise treat it as an attack."
    ),
    "saml.algorithm": (
        "The signature uses an algorithm that is no longer safe, such as SHA-1; choose RSA-SHA256 "
        "at the identity provider."
    ),
    "saml.weak_key": (
        "The identity provider's certificate has a key that is too short or of an unknown kind; "
        "make a new one there with RSA of at least 2048 bits, and refresh the metadata."
    ),
    "saml.encryption": (
        "The encrypted assertion could not be used: give the identity provider our present "
        "certificate for encryption, and let it sign the assertion as well. On purpose the error "
        "does not say more."
    ),
    "saml.encryption_key_missing": (
        "The identity provider encrypts and we have no key; make a certificate here and give it "
        "to the identity provider, or switch encryption off there."
    ),
    "saml.encryption_algorithm": (
        "Choose AES-128-GCM or AES-256-GCM with RSA-OAEP at the identity provider; where it knows "
        "only AES-CBC, let it sign the Response too."
    ),
    "saml.issuer": (
        "The message is from another identity provider than the one set up here; compare the "
        "entity ID (issuer) on both sides, character by character."
    ),
    "saml.destination": (
        "The message was made for another address; copy the ACS address shown here to the "
        "identity provider, character by character."
    ),
    "saml.recipient": (
        "The assertion was made for another address; copy the ACS address shown here to the "
        "identity provider's Recipient or ACS setting."
    ),
    "saml.audience": (
        "The assertion is meant for another application; copy the entity ID shown here to the "
        "identity provider's Audience or Identifier setting."
    ),
    "saml.in_response_to": (
        "The answer belongs to another sign-in, or to one begun more than ten minutes ago or in "
        "another browser; start the sign-in again."
    ),
    "saml.unsolicited": (
        "The sign-in was started at the identity provider; start it here, or allow such sign-ins "
        "in the identity provider's settings if you accept their risk."
    ),
    "saml.expired": (
        "The message was valid in the past only; compare the clocks of both servers, and sign in "
        "again."
    ),
    "saml.not_yet_valid": (
        "The message will be valid in the future only; compare the clocks of both servers."
    ),
    "saml.stale": (
        "The message was issued too long ago; sign in again, and compare the clocks of both "
        "servers."
    ),
    "saml.session_expired": ("The identity provider's own session is over; sign in there again."),
    "saml.status": (
        "The identity provider refused the sign-in; its log says why. Often the user is not "
        "assigned to the application."
    ),
    "saml.version": "The identity provider must send SAML 2.0.",
    "saml.subject_confirmation": (
        "The assertion lacks a bearer confirmation with a Recipient and a NotOnOrAfter; use the "
        "identity provider's settings for the Web Browser SSO profile."
    ),
    "saml.condition": (
        "The assertion's Conditions are missing, or one of them is unknown; use the identity "
        "provider's standard settings."
    ),
    "saml.name_id": (
        "The user's identifier (NameID) is missing or unusable; choose a persistent or e-mail "
        "NameID, in the clear, at the identity provider."
    ),
    "saml.attribute": (
        "An attribute has no name, is encrypted or contains elements; send plain text, or do not "
        "send this attribute."
    ),
    "saml.authn_statement": (
        "The assertion must say exactly once how the user signed in; use the identity provider's "
        "settings for the Web Browser SSO profile."
    ),
    "saml.authn_context": (
        "The assertion does not say how the user signed in (AuthnContext); the identity provider "
        "must send a class reference, if only `unspecified`."
    ),
    "saml.authn_too_old": (
        "The user signed in at the identity provider longer ago than is allowed here; sign in "
        "there again."
    ),
    "saml.metadata": (
        "The document is not the metadata of a SAML 2.0 identity provider; download it from the "
        "identity provider's page for this application."
    ),
    "saml.metadata_html": (
        "The address gives a web page, often a sign-in page; use the address of the metadata XML, "
        "or upload the file."
    ),
    "saml.metadata_party": (
        "The document describes a service provider such as ourselves; the identity provider's own "
        "metadata is needed here."
    ),
    "saml.metadata_aggregate": (
        "The document describes many parties, as a federation's does; say which identity provider "
        "by its entity ID."
    ),
    "saml.metadata_entity": (
        "The document does not describe the entity ID that was asked for, or does so twice; "
        "compare it character by character."
    ),
    "saml.metadata_expired": (
        "The document's validity has ended; download a new copy, or give the address so that it "
        "is refreshed."
    ),
    "saml.metadata_endpoint": (
        "The metadata lacks a usable sign-in address for HTTP-Redirect or HTTP-POST; correct it "
        "at the identity provider."
    ),
    "saml.metadata_certificate": (
        "The metadata lacks a readable signing certificate; correct it at the identity provider, "
        "or enter the certificate by hand."
    ),
    "saml.certificate": (
        "Paste one X.509 certificate, from BEGIN CERTIFICATE to END CERTIFICATE, and nothing else."
    ),
}
"""Code → what the refusal means and what to do."""
