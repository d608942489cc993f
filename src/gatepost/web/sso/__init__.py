"""The door for signing in: pages from the address to the session, and what providers call.

| route | what |
|---|---|
| `/sign-in…` | address, password, second factor, enrolment: one attempt in one browser |
| `/forgot`, `/links/{secret}` | a new password, or an invitation; GET shows, POST redeems |
| `/saml/{slug}/…` | metadata, login, acs, slo of one identity provider |
| `/oidc/{slug}/…` | login, callback, backchannel-logout, jwks of one OpenID provider |

Everything is decided in `login`; here requests become calls and outcomes become pages. The
provider is chosen by the URL, never by what a message says. Pages work without JavaScript,
but for passkeys.

In reading order: attempt_cookie, sign_in, factors, links, saml, oidc, routes.
"""
