"""What each code of an `OidcError` means and what to do about it (R37)."""

FIXES: dict[str, str] = {
    "oidc.failed": "The identity provider's answer was not believed. Read the detail.",
    "oidc.issuer_invalid": (
        "The issuer in the settings is no issuer. Copy it from the identity provider: an https "
        "URL, without the part that begins with /.well-known."
    ),
    "oidc.issuer_template": (
        "The issuer stands for every tenant of the identity provider. Enter the issuer of your "
        "own tenant, with its id in it."
    ),
    "oidc.discovery": (
        "The provider's configuration document is not usable. Open its address in a browser and "
        "compare."
    ),
    "oidc.discovery_issuer": (
        "The provider names another issuer than the settings. Enter it exactly as the provider "
        "writes it, with or without the slash at its end."
    ),
    "oidc.endpoint": (
        "The provider publishes an endpoint that is no https URL. Its operator has to set its "
        "public address."
    ),
    "oidc.code_flow": (
        "The provider does not offer the authorization code flow with PKCE. Switch it on there."
    ),
    "oidc.keys": (
        "The provider's key document is not usable. Open its jwks_uri in a browser and compare."
    ),
    "oidc.keys_private": (
        "The provider publishes a private key. Tell its operator at once; nobody can sign in "
        "until it is replaced."
    ),
    "oidc.keys_unusable": (
        "The provider publishes no key that is fit to verify signatures: RSA of 2048 bits or "
        "more, EC, or Ed25519."
    ),
    "oidc.callback": "The provider's redirect was not readable. Start the sign-in again.",
    "oidc.parameter_repeated": (
        "The provider's redirect was altered on its way. Start the sign-in again."
    ),
    "oidc.state_missing": (
        "The redirect belongs to no sign-in that was started here. Start at the application's "
        "sign-in page."
    ),
    "oidc.state": "The redirect belongs to another sign-in. Start again in one window.",
    "oidc.callback_issuer_missing": (
        "The provider promises to name itself in the redirect and did not. Refresh its "
        "configuration; if that does not help, ask its operator."
    ),
    "oidc.callback_issuer": (
        "The redirect came from another identity provider than was asked. Start again; when it "
        "repeats, someone may be mixing up providers."
    ),
    "oidc.provider_refused": (
        "The identity provider refused the sign-in. Its own log says more; is the person assigned"
        " to the application there?"
    ),
    "oidc.code": (
        "The provider's redirect carries no code. Is the application registered there for the "
        "code flow?"
    ),
    "oidc.algorithm_forbidden": (
        "The settings allow a signature algorithm that is not safe. Allow RS256, PS256, ES256 or "
        "EdDSA."
    ),
    "oidc.client_secret": (
        "No client secret is set. Make one at the identity provider and enter it."
    ),
    "oidc.client_key": (
        "The key that authenticates us to the provider is missing or unfit: RSA of 2048 bits or "
        "more, or EC P-256."
    ),
    "oidc.token_refused": "The provider did not give out tokens. Its own log says why.",
    "oidc.token_response": (
        "The provider's token endpoint did not answer as it must. Does a proxy stand in between?"
    ),
    "oidc.id_token_missing": (
        "The provider gave no ID Token. Allow the scope openid for the application there."
    ),
    "oidc.userinfo_unsupported": (
        "The provider has no UserInfo endpoint. Let it put the claims into the ID Token."
    ),
    "oidc.userinfo_refused": "The provider did not give the user's claims. Its own log says why.",
    "oidc.userinfo": (
        "The provider's UserInfo answer is not usable. Switch signed or encrypted UserInfo "
        "answers off there."
    ),
    "oidc.userinfo_subject": (
        "The provider answered about another person than signed in. Its operator has to explain "
        "that."
    ),
    "oidc.token": "The provider's token is not readable.",
    "oidc.token_type": "The provider sent a token of another kind than was due.",
    "oidc.algorithm": (
        "The token is signed by an algorithm that the settings do not allow. Choose an allowed "
        "one at the provider, or allow it if it is safe."
    ),
    "oidc.critical": (
        "The token uses an extension that is not understood. Switch it off at the provider."
    ),
    "oidc.claim_missing": (
        "The provider's token lacks a claim that it must have; the detail names it."
    ),
    "oidc.claim": "A claim of the provider's token has the wrong type; the detail names it.",
    "oidc.subject": (
        "The provider's token names nobody. Choose a non-empty, stable attribute for the subject "
        "there."
    ),
    "oidc.issuer": (
        "The token comes from another issuer than the settings name. Compare the issuer with the "
        "provider's, letter by letter."
    ),
    "oidc.audience": (
        "The token was made for another application. Compare the client id with the provider's."
    ),
    "oidc.audience_unknown": (
        "The token is meant for other applications too. Let the provider issue tokens for this "
        "application alone."
    ),
    "oidc.authorized_party": (
        "The token was issued to another application. Compare the client id with the provider's."
    ),
    "oidc.expired": (
        "The token had expired. Compare the clocks of both servers; else start the sign-in again."
    ),
    "oidc.not_yet_valid": "The token is not valid yet. Compare the clocks of both servers.",
    "oidc.from_future": "The token was issued in the future. Compare the clocks of both servers.",
    "oidc.nonce_missing": (
        "The token does not say which sign-in it answers. The provider has to return the nonce."
    ),
    "oidc.nonce": (
        "The token belongs to another sign-in. Start again; when it repeats, someone may be "
        "replaying tokens."
    ),
    "oidc.at_hash": "The access token was exchanged on its way. Start the sign-in again.",
    "oidc.c_hash": "The code was exchanged on its way. Start the sign-in again.",
    "oidc.auth_time_missing": (
        "The provider does not say when the person signed in. Let it send auth_time, or ask for "
        "no freshness."
    ),
    "oidc.auth_time": "The sign-in at the provider was too long ago. Sign in there again.",
    "oidc.auth_time_future": "The provider's clock runs ahead. Compare the clocks of both servers.",
    "oidc.acr_missing": (
        "The provider does not say how the person signed in. Let it send acr, or demand no level."
    ),
    "oidc.acr": (
        "The person signed in by weaker means than are demanded. Compare the demanded acr values "
        "with the provider's policy."
    ),
    "oidc.logout_unsupported": (
        "The provider offers no logout. People stay signed in there until they sign out themselves."
    ),
    "oidc.logout_event": (
        "The provider's logout token does not say that it is one. Its operator has to look at its"
        " version."
    ),
    "oidc.logout_nonce": (
        "An ID Token was sent in the place of a logout token. Nobody was signed out."
    ),
    "oidc.logout_nobody": "The provider's logout token does not say who was signed out.",
    "oidc.logout_stale": "The logout token came too late. Compare the clocks of both servers.",
    "oidc.client_refused": (
        "The provider does not accept our client id and secret. Has the secret expired? Enter a "
        "new one, and check the authentication method."
    ),
    "oidc.code_refused": (
        "The code was used already, is too old, or the redirect URI differs. Start the sign-in "
        "again."
    ),
    "oidc.token_length": (
        "The provider's token is too long. Send fewer groups in it, or only those assigned to the"
        " application."
    ),
    "oidc.token_encrypted": (
        "The provider encrypts its tokens. Switch that off for the application there."
    ),
    "oidc.unknown_key": (
        "The token is signed by a key that the provider does not publish. If it has just changed "
        "its keys, try again in a minute."
    ),
    "oidc.signature": (
        "The token's signature is not the provider's: it was altered or forged, or the keys "
        "changed. Try again in a minute."
    ),
}
