"""Signing in through an identity provider, by SAML or OpenID Connect.

Owns the way there and back, who the person is that comes back (R30), what the provider's word
is worth as evidence of MFA (R33), signing out at either side, and testing the connection.

In reading order: `identity` (what a provider says, whichever protocol), `subject` and `candidates`
(whose account it is), `evidence`; `halves` (rows as parties of a protocol), `sso` (the face),
`sso_start` (there), `saml_return`, `oidc_return`, `answers`, `refresh`, `refusing` and `sso_return`
(back); `logout`, `testing`, `publishing`.
"""
