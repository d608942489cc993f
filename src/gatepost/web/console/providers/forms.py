"""Settings as forms and back: what an administrator types becomes options, checked by tenancy."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from gatepost.oidc.parties import ALGORITHMS_ALLOWED
from gatepost.tenancy.refusals import SettingInvalid
from gatepost.tenancy.sso_options import AttributeNames, MfaRule, OidcOptions, SamlOptions
from gatepost.web.pages.reception import Form

_ONE_MINUTE_S = 60
_SECONDS_MAX = 10 * 365 * 86_400
_DIGITS_MAX = 9
_ALGORITHM = "algorithm_"
ALGORITHMS = tuple(sorted(ALGORITHMS_ALLOWED))

Values = dict[str, Any]


def lines(text: str) -> list[str]:
    """Read one value a line."""
    return list(dict.fromkeys(one.strip() for one in text.splitlines() if one.strip()))


def words(text: str) -> list[str]:
    """Read values with blanks, commas or line ends between them."""
    return list(dict.fromkeys(one for one in re.split(r"[\s,;]+", text) if one))


def saml_options(form: Form) -> Values:
    """Read our options towards a SAML identity provider."""
    return {
        "sign_requests": "sign_requests" in form,
        "request_binding": form.get("request_binding", "redirect"),
        "name_id_format": _text(form, "name_id_format"),
        "force_authn": "force_authn" in form,
        "authn_contexts": lines(form.get("authn_contexts", "")),
        "idp_initiated": "idp_initiated" in form,
        "subject_attribute": _text(form, "subject_attribute"),
        "allow_unsigned_cbc": "allow_unsigned_cbc" in form,
    }


def saml_form(options: SamlOptions) -> Form:
    """Write them into the form."""
    return {
        **_checked(options, "sign_requests", "force_authn", "idp_initiated", "allow_unsigned_cbc"),
        "request_binding": options.request_binding,
        "name_id_format": options.name_id_format or "",
        "authn_contexts": "\n".join(options.authn_contexts),
        "subject_attribute": options.subject_attribute or "",
    }


def oidc_options(form: Form) -> Values:
    """Read our options towards an OpenID provider; the client secret is apart.

    Raises:
        SettingInvalid: a number is none, or nothing would be believed.
    """
    algorithms = [one for one in ALGORITHMS if f"{_ALGORITHM}{one}" in form]
    if not algorithms:
        why = "choose at least one, or nobody could sign in"
        raise SettingInvalid(setting="algorithms", value="", why=why)
    client_id = form.get("client_id", "").strip()
    if not client_id:
        why = "enter the client ID that the provider gave you"
        raise SettingInvalid(setting="client_id", value="", why=why)
    return {
        "client_id": client_id,
        "auth_method": form.get("auth_method", "client_secret_basic"),
        "algorithms": algorithms,
        "scopes": words(form.get("scopes", "")),
        "acr_values": words(form.get("acr_values", "")),
        "max_age_s": _number(form, "max_age_s", 0),
        "allow_missing_logout_typ": "allow_missing_logout_typ" in form,
    }


def oidc_form(options: OidcOptions) -> Form:
    """Write them into the form."""
    return {
        **{f"{_ALGORITHM}{one}": "yes" for one in options.algorithms},
        **_checked(options, "allow_missing_logout_typ"),
        "client_id": options.client_id,
        "auth_method": options.auth_method,
        "scopes": " ".join(options.scopes),
        "acr_values": " ".join(options.acr_values),
        "max_age_s": "" if options.max_age_s is None else str(options.max_age_s),
    }


OPTIONS: dict[str, Callable[[Form], Values]] = {"saml": saml_options, "oidc": oidc_options}


def attribute_names(form: Form) -> Values:
    """Read under which names the provider sends what."""
    return {name: lines(form.get(name, "")) for name in AttributeNames.__struct_fields__}


def attributes_form(names: AttributeNames) -> Form:
    """Write them into the form."""
    return {name: "\n".join(value) for name, value in msgspec.structs.asdict(names).items()}


def mfa_rule(form: Form, protocol: str) -> Values:
    """Read the rule on evidence of MFA; what the protocol does not have is left out (R33).

    Raises:
        SettingInvalid: the age is no number of minutes.
    """
    minutes = _number(form, "max_age_minutes", 1)
    rule: Values = {} if minutes is None else {"max_age_s": minutes * _ONE_MINUTE_S}
    if protocol == "saml":
        return rule | {
            "authn_contexts": lines(form.get("authn_contexts", "")),
            "attribute": _text(form, "attribute"),
            "attribute_values": lines(form.get("attribute_values", "")),
        }
    return rule | {
        "acr": words(form.get("acr", "")),
        "amr": words(form.get("amr", "")),
        "amr_two_classes": "amr_two_classes" in form,
    }


def mfa_form(rule: MfaRule) -> Form:
    """Write it into the form."""
    return {
        **_checked(rule, "amr_two_classes"),
        "authn_contexts": "\n".join(rule.authn_contexts),
        "attribute": rule.attribute or "",
        "attribute_values": "\n".join(rule.attribute_values),
        "acr": "\n".join(rule.acr),
        "amr": " ".join(rule.amr),
        "max_age_minutes": str(rule.max_age_s // _ONE_MINUTE_S),
    }


def _checked(settings: msgspec.Struct, *names: str) -> Form:
    return {name: "yes" for name in names if getattr(settings, name)}


def _text(form: Form, name: str) -> str | None:
    return form.get(name, "").strip() or None


def _number(form: Form, name: str, least: int) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    is_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX
    if not is_number or not least <= int(text) <= _SECONDS_MAX:
        raise SettingInvalid(setting=name, value=text[:20], why=f"a whole number from {least} up")
    return int(text)
