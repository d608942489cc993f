"""What this room refuses. Facts are for the record; a door shows one of a few safe sentences.

```
Refusal
├── SubjectUnknown, SubjectAmbiguous, SubjectMismatch,      R30, R31: whom a provider sends back
│   AccountInactive,
│   AccountNotTheProviders, AccountProtected
├── SsoSwitchedOff, ProviderRefused, MessageReplayed        the provider's answer
├── AttemptGone, StageMismatch, BrowserMismatch             the sign-in under way
├── ProofWrong, Throttled, PasswordUnacceptable             native sign-in
├── SessionGone, StepUpRequired, NotAllowed                 what a session may do
└── LinkUnusable, FactorNotFound, LastFactor, PhoneUnacceptable, MessagesOff, PasskeysOff
```
"""

from gatepost.base.refusal import Refusal


class SubjectUnknown(Refusal):
    """No account is meant by what the provider sent (R30). Facts: sent."""

    code = "sso.not_provisioned"


class SubjectAmbiguous(Refusal):
    """Several accounts have the address that the provider sent (R30). Facts: email."""

    code = "sso.ambiguous"


class SubjectMismatch(Refusal):
    """The provider sent the account's person under another lasting name before (R30).

    Facts: user_name. An administrator who knows that it is the same person clears the link.
    """

    code = "sso.other_subject"


class AccountInactive(Refusal):
    """The account is inactive (R31). Facts: user_name, user_id."""

    code = "sso.user_inactive"


class AccountNotTheProviders(Refusal):
    """The account is another provider's, or not in this one's domains (R30). Facts: user_name."""

    code = "sso.foreign_account"


class AccountProtected(Refusal):
    """A break-glass account signs in natively only. Facts: user_name."""

    code = "sso.protected_account"


class SsoSwitchedOff(Refusal):
    """The provider's SSO half is off, or of another protocol than the URL. Facts: provider."""

    code = "sso.switched_off"


class ProviderRefused(Refusal):
    """What came back from the provider is not acceptable. Facts: reason, why, expected, received.

    `reason` is the protocol's own code, such as `saml.audience`.
    """

    code = "sso.refused"


class MessageReplayed(Refusal):
    """The assertion, code or logout token was used before. Facts: id."""

    code = "sso.replayed"


class AttemptGone(Refusal):
    """There is no such sign-in under way: it took too long, or is finished."""

    code = "login.attempt_gone"


class StageMismatch(Refusal):
    """The sign-in is at another step than this request. Facts: stage."""

    code = "login.stage"


class BrowserMismatch(Refusal):
    """The answer came to another browser than the one that began (login CSRF)."""

    code = "login.other_browser"


class ProofWrong(Refusal):
    """The password, code or passkey is wrong; which, is not said. Facts: proof."""

    code = "login.proof_wrong"


class Throttled(Refusal):
    """Too many failures of late; wait. Facts: wait_s."""

    code = "login.throttled"


class PasswordUnacceptable(Refusal):
    """A new password is too short, common or breached. Facts: why (a sentence)."""

    code = "login.password_unacceptable"


class SessionGone(Refusal):
    """Nobody is signed in: the session has ended."""

    code = "login.session_gone"


class StepUpRequired(Refusal):
    """The action asks for MFA anew (R34)."""

    code = "login.step_up_required"


class NotAllowed(Refusal):
    """The signed-in person has too small a role. Facts: needs."""

    code = "login.not_allowed"


class LinkUnusable(Refusal):
    """The invitation or reset link is unknown, used or too old."""

    code = "login.link_unusable"


class FactorNotFound(Refusal):
    """The person has no such factor. Facts: id."""

    code = "login.no_factor"


class LastFactor(Refusal):
    """The last second factor stays until there is another (R33)."""

    code = "login.last_factor"


class PhoneUnacceptable(Refusal):
    """The phone number is none, or texts are not sent to it. Facts: why (a sentence)."""

    code = "login.phone_unacceptable"


class MessagesOff(Refusal):
    """No sender for that channel is configured. Facts: channel."""

    code = "login.messages_off"


class NativeSignInOff(Refusal):
    """The account signs in through its provider and has no password here. Facts: user_name."""

    code = "login.not_native"


class PasskeysOff(Refusal):
    """Passkeys need a public URL with a host name. Facts: none."""

    code = "login.passkeys_off"


class FactorTaken(Refusal):
    """The passkey is enrolled already."""

    code = "login.factor_taken"
