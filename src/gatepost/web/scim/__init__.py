"""The door for identity providers: SCIM 2.0 at `/scim/v2/{provider}` (RFC 7644).

In the order of a request: `door` (ASGI), `authentication`, `rate`, `body`,
then `gatepost.scim.provider`, which asks `handler`, which calls `lifecycle`.
`errors` holds the words for every refusal, `redaction` what of a body is kept.
"""
