"""The relying party of OpenID Connect as a library (OIDC Core 1.0, RFC 6749, RFC 7636, RFC 9207).

Owns what a relying party says and believes: discovery, keys, the authorization
request, the callback, the token request, the ID Token, UserInfo and logout.
Bytes, keys and `now` come in; values and `OidcError` go out. No I/O, no clock,
no random: states, nonces, verifiers and ids are arguments, requests are values
that others send. What must happen only once (states, codes, logout tokens) is
for the caller to remember.

In reading order: errors, fixes, parties, urls, exchange, discovery, keys,
authorization, callback, token_request, signature (is it the provider's word?),
claims (is it meant for us, now?), id_token, userinfo, logout.
"""
