"""Signing in: who somebody is, by what proof, and for how long.

Owns the flow (one dispatcher: steps never call one another, each returns to `flow`, which
reads the stored attempt and names the next), the match of a provider's word to an account
(R30), the rule on evidence of MFA (R33), sessions, second factors, step-up (R34), links.
Decisions are pure and walk the corridor of `lifecycle`, like every write.

Doors (`web.sso`, `web.account`) bring requests and get outcomes or `Refusal`s. What SAML and
OpenID Connect say is read in `saml` and `oidc`; this room knows only an `Identity`.

In reading order:

- what a sign-in is: refusals, attempts, steps, flow, visit, completion, sessions;
- native: a password here, links, and who decides which way in;
- provider: there and back through an identity provider;
- factors: the second factor, in a sign-in and in a step-up; proofs: what each proof is worth,
  and how often it may fail;
- account: what people change of how they prove themselves;
- upkeep: what goes on by itself. `equipment` and `rooms` put all of it together, once.
"""
