"""What may be set on the SSO half of an identity provider, as typed values.

`presets` gives the usual values of a vendor; they are offered, never assumed (R33).
"""

from typing import Any, Literal, TypeAlias, TypeVar

import msgspec

from gatepost.tenancy.refusals import SettingInvalid

Settings = TypeVar("Settings", bound=msgspec.Struct)

_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MICROSOFT = "http://schemas.microsoft.com/"
AUTHN_METHODS = f"{_MICROSOFT}claims/authnmethodsreferences"
_EVIDENCE_AGE_S = 8 * 3600


class SamlOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ours towards a SAML identity provider.

    `subject_attribute`: an immutable attribute that names the person instead of the NameID.
    `allow_unsigned_cbc`: take AES-CBC without a signature around it, as AD FS sends it.
    """

    sign_requests: bool = True
    request_binding: Literal["redirect", "post"] = "redirect"
    name_id_format: str | None = None
    force_authn: bool = False
    authn_contexts: tuple[str, ...] = ()
    idp_initiated: bool = False
    subject_attribute: str | None = None
    allow_unsigned_cbc: bool = False


class OidcOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ours towards an OpenID provider; the client secret is kept sealed, apart.

    `assertion_audience`: whom `private_key_jwt` addresses. `audiences_trusted`: who else may
    stand in an ID Token's `aud` beside us.
    """

    client_id: str = ""
    auth_method: Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] = (
        "client_secret_basic"
    )
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    acr_values: tuple[str, ...] = ()
    max_age_s: int | None = None
    assertion_audience: Literal["token_endpoint", "issuer"] = "token_endpoint"
    audiences_trusted: tuple[str, ...] = ()
    allow_missing_logout_typ: bool = False


class AttributeNames(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Under which names a provider sends what; the first that is there counts."""

    user_name: tuple[str, ...] = ()
    external_id: tuple[str, ...] = ()
    email: tuple[str, ...] = (
        f"{_CLAIMS}emailaddress", "email", "mail", "emailAddress",
        "urn:oid:0.9.2342.19200300.100.1.3",
    )  # fmt: skip
    given_name: tuple[str, ...] = (
        f"{_CLAIMS}givenname", "given_name", "firstName", "givenName", "urn:oid:2.5.4.42",
    )  # fmt: skip
    family_name: tuple[str, ...] = (
        f"{_CLAIMS}surname", "family_name", "lastName", "sn", "surname", "urn:oid:2.5.4.4",
    )  # fmt: skip
    display_name: tuple[str, ...] = (
        f"{_MICROSOFT}identity/claims/displayname", "displayName", "name",
        "urn:oid:2.16.840.1.113730.3.1.241",
    )  # fmt: skip
    user_type: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


class MfaRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which signed word of the provider stands for MFA (R33); an empty rule is never satisfied.

    `authn_contexts`: exact AuthnContextClassRefs. `attribute` and `attribute_values`: one of
    the attribute's values. `acr`, `amr`: exact values of the claims; `amr_two_classes`: methods
    of two kinds, such as `pwd` and `otp` (RFC 8176). `max_age_s`: older evidence is none.
    """

    authn_contexts: tuple[str, ...] = ()
    attribute: str | None = None
    attribute_values: tuple[str, ...] = ()
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    amr_two_classes: bool = False
    max_age_s: int = _EVIDENCE_AGE_S

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all would satisfy the rule."""
        return not (
            self.authn_contexts
            or (self.attribute and self.attribute_values)
            or self.acr
            or self.amr
            or self.amr_two_classes
        )


Options: TypeAlias = SamlOptions | OidcOptions
OPTIONS: dict[str, type[SamlOptions] | type[OidcOptions]] = {
    "saml": SamlOptions,
    "oidc": OidcOptions,
}

_REFEDS = "https://refeds.org/profile/mfa"
_SAML_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
_STRONG_CLASSES = (
    _REFEDS,
    f"{_SAML_CLASSES}TimeSyncToken",
    f"{_SAML_CLASSES}MobileTwoFactorContract",
    f"{_SAML_CLASSES}SmartcardPKI",
)

_MFA_PRESETS: dict[tuple[str, str], MfaRule] = {
    ("entra", "saml"): MfaRule(
        attribute=AUTHN_METHODS, attribute_values=(f"{_MICROSOFT}claims/multipleauthn",)
    ),
    ("entra", "oidc"): MfaRule(amr=("mfa",)),
    ("okta", "saml"): MfaRule(
        authn_contexts=_STRONG_CLASSES, attribute="amr", attribute_values=("mfa",)
    ),
    ("okta", "oidc"): MfaRule(amr=("mfa",)),
    ("onelogin", "saml"): MfaRule(authn_contexts=_STRONG_CLASSES),
    ("ping", "saml"): MfaRule(authn_contexts=_STRONG_CLASSES),
    ("ping", "oidc"): MfaRule(amr=("mfa",), amr_two_classes=True),
}
_MFA_USUAL = {
    "saml": MfaRule(authn_contexts=_STRONG_CLASSES),
    "oidc": MfaRule(amr=("mfa",), amr_two_classes=True),
}


def mfa_preset(vendor: str, protocol: str) -> MfaRule:
    """Give the rule that is usual for the vendor, to be offered and looked at (R33)."""
    return _MFA_PRESETS.get((vendor, protocol)) or _MFA_USUAL[protocol]


def read(kind: type[Settings], stored: dict[str, Any]) -> Settings:
    """Give stored settings as their value.

    Raises:
        SettingInvalid: a name is unknown or a value not acceptable.
    """
    try:
        return msgspec.convert(stored, kind)
    except msgspec.ValidationError as error:
        setting = str(error).partition("$.")[2].strip("`") or kind.__name__
        raise SettingInvalid(setting=setting, value="", why=str(error)) from error


def write(settings: msgspec.Struct) -> dict[str, Any]:
    """Give the settings as they are stored and come back: what differs from the defaults."""
    usual = type(settings)()
    return {
        name: msgspec.json.decode(msgspec.json.encode(value))
        for name, value in msgspec.structs.asdict(settings).items()
        if value != getattr(usual, name)
    }
