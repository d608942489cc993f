"""The SAML 2.0 service provider as a library: a strict profile, and nothing beside it.

Owns AuthnRequests, Responses, metadata, logout and certificates. Bytes, keys
and `now` come in; values and `SamlError` go out. Nothing is read from a message
that its signature does not cover; KeyInfo is never a source of keys. No I/O, no
clock, no store: which request is pending and which assertion was seen before
(replay) are the caller's affair. Anybody may call it; it calls no other room.

In reading order: errors (with fixes, what to do about each), names, parties,
times, algorithms, certificate, xml (the gate every document passes), shape,
signature, encryption, conditions, subject, statements, response; then build,
binding, authn_request, logout, metadata, metadata_writer, and inspect, which
reads without verifying, for display alone.
"""
