"""Who can mend what a reason says, and where in their product. Data, and its look-up."""

from collections.abc import Mapping

import msgspec

IT, VENDOR, US, PERSON = "it", "vendor", "us", "person"
WHO: Mapping[str, str] = {
    IT: "The customer's IT administrator, in the identity provider",
    VENDOR: "You, in this console",
    US: "Whoever runs this server",
    PERSON: "The person, by beginning the sign-in again",
}

_BY_CODE: Mapping[str, str] = {
    "auth.basic_off": VENDOR,
    "scim.switched_off": VENDOR,
    "match.adoption_refused": VENDOR,
    "guard.protected_account": VENDOR,
    "map.no_organization": VENDOR,
    "roles.misfit": VENDOR,
    "sso.user_inactive": IT,
    "sso.ambiguous": IT,
    "sso.not_provisioned": IT,
    "sso.refused": IT,
    "login.messages_off": US,
    "login.passkeys_off": US,
    "login.proof_wrong": VENDOR,
    "login.not_allowed": VENDOR,
    "login.link_unusable": VENDOR,
}
_BY_AREA: Mapping[str, str] = {
    "auth": IT, "rate": IT, "parse": IT, "filter": IT, "patch": IT, "validate": IT, "match": IT,
    "cursor": IT, "scope": VENDOR, "scim": VENDOR,
    "route": IT, "version": IT, "map": IT, "roles": VENDOR, "sso": VENDOR,
    "saml": IT, "oidc": IT, "login": PERSON, "fetch": US, "server": US, "guard": VENDOR,
}  # fmt: skip

_TOKEN, _MAPPING, _AGAIN, _SSO = "token", "mapping", "again", "sso"

_PLACES: Mapping[str, Mapping[str, str]] = {
    "entra": {
        _TOKEN: "Enterprise applications > your application > Provisioning > Admin credentials: "
        "enter Tenant URL and Secret token, then Test connection.",
        _MAPPING: "Provisioning > Mappings > Provision Microsoft Entra ID Users: change the "
        "source attribute of the mapping.",
        _AGAIN: "Provisioning > Provision on demand sends one person at once. A job in quarantine "
        "begins again with Restart provisioning.",
        _SSO: "Enterprise applications > your application > Single sign-on.",
    },
    "okta": {
        _TOKEN: "Applications > your application > Provisioning > Integration > Edit: enter the "
        "token, then Test API Credentials.",
        _MAPPING: "Provisioning > To App > Attribute Mappings.",
        _AGAIN: "Dashboard > Tasks lists what failed, with Retry Selected.",
        _SSO: "Applications > your application > Sign On.",
    },
    "onelogin": {
        _TOKEN: "Applications > your application > Configuration: enter the SCIM Bearer Token, "
        "then Enable API Status.",
        _MAPPING: "Applications > your application > Parameters.",
        _AGAIN: "Users > Provisioning lists what failed, with Retry.",
        _SSO: "Applications > your application > SSO.",
    },
    "jumpcloud": {
        _TOKEN: "SSO Applications > your application > Identity Management: enter Token Key, then "
        "Test Connection.",
        _MAPPING: "SSO Applications > your application > Identity Management > attributes.",
        _AGAIN: "Take the person out of the user group that is bound to the application, and put "
        "them in again.",
        _SSO: "SSO Applications > your application > SSO.",
    },
    "google": {
        _TOKEN: "Apps > Web and mobile apps > your application > Autoprovisioning > Edit "
        "authorization.",
        _MAPPING: "Autoprovisioning > Edit attribute mapping.",
        _AGAIN: "The next run sends the person again; it takes up to a day.",
        _SSO: "Apps > Web and mobile apps > your application > Service provider details.",
    },
    "ping": {
        _TOKEN: "Integrations > Provisioning > Connections > your connection > Configuration: "
        "enter the token, then Test Connection.",
        _MAPPING: "Integrations > Provisioning > Rules > your rule > Attribute Mapping.",
        _AGAIN: "Switch the rule off and on: it sends everybody again.",
        _SSO: "Applications > your application > Configuration.",
    },
}
_PLACE_OF: Mapping[str, tuple[str, ...]] = {
    "auth": (_TOKEN,), "scim": (_AGAIN,), "validate": (_MAPPING, _AGAIN), "map": (_MAPPING,),
    "match": (_AGAIN,), "guard": (_AGAIN,), "parse": (_MAPPING,), "patch": (_MAPPING,),
    "saml": (_SSO,), "oidc": (_SSO,),
}  # fmt: skip


class Fix(msgspec.Struct, frozen=True):
    """Who can do something about it, and where in the provider's product."""

    who: str
    places: list[str]


def fix_for(code: str, vendor: str | None) -> Fix | None:
    """Give who can mend it; nobody has to for what went well."""
    area = code.partition(".")[0]
    who = _BY_CODE.get(code) or _BY_AREA.get(area)
    if who is None:
        return None
    known = _PLACES.get(vendor or "", {})
    places = [known[one] for one in _PLACE_OF.get(area, ()) if one in known]
    return Fix(WHO[who], places)
