"""Signing in: who somebody is, by what proof, and for how long.

Owns the flow (one dispatcher: steps never call one another, each returns to `flow`, which
reads the stored attempt and names the next), the match of a provider's word to an account
(R30), the rule on evidence of MFA (R33), sessions, second factors, step-up (R34), links.
Decisions are pure and walk the corridor of `lifecycle`, like every write.

Doors (`web.sso`, `web.account`) bring requests and get outcomes or `Refusal`s. What SAML and
OpenID Connect say is read in `saml` and `oidc`; this room knows only an `Identity`.

In reading order:

- what is decided: refusals, identity, subject, evidence, routing, native_access, attempts;
- the flow: steps, flow, visit, native, second_factor, challenges, completion, sessions;
- through a provider: halves, sso, sso_start, sso_return with saml_return, oidc_return and
  answers, candidates, refusing, logout, testing, publishing;
- what people keep: links, new_password, enrolment, account, step_up, known_browser, notices;
- proofs, a package: passwords, codes, passkeys, and how often each may fail (throttling counts);
- upkeep: upkeep, refresh, resealing. `equipment` and `rooms` put all of it together, once.
"""
