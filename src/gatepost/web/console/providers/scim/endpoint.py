"""Under which names each vendor asks for base URL and token, as data.

The names are the vendors' own English. Sources are those of docs/protocol/clients, where
each vendor has a page with what else is known of it.
"""

from collections.abc import Mapping

import msgspec


class Fields(msgspec.Struct, frozen=True):
    """Where a vendor asks for the endpoint, and what it calls its two halves."""

    where: str
    url: str
    token: str
    then: str
    """What one does there next, so that a first request comes."""
    source: str
    note: str = ""


FIELDS: Mapping[str, Fields] = {
    "entra": Fields(
        "Enterprise applications > your application > Provisioning > Automatic",
        "Tenant URL",
        "Secret Token",
        "Press Test Connection there, save, assign users and groups, then Start provisioning.",
        "MicrosoftDocs/entra-docs, app-provisioning pages",
    ),
    "okta": Fields(
        "your application > Provisioning > Integration",
        "Base URL",
        "API Token",
        "Press Test API Credentials there; then switch on what is sent, under To App.",
        "okta/okta-developer-docs, SCIM reference and test suites",
        "Some applications call them SCIM connector base URL and Authorization. The unique "
        "identifier field for users is userName. The host must not hold an underscore.",
    ),
    "onelogin": Fields(
        "your application > Configuration",
        "SCIM Base URL",
        "SCIM Bearer Token",
        "Enable it under Provisioning.",
        "wire logs in public issues, the vendor's knowledge base",
    ),
    "jumpcloud": Fields(
        "SSO Applications > your application > Identity Management",
        "Base URL",
        "Token Key",
        "Press Test Connection there: it creates a real user and a group, and removes both.",
        "traffic in public issues, set-up guides of third parties",
    ),
    "google": Fields(
        "Apps > Web and mobile apps > your application > Autoprovisioning",
        "Endpoint URL",
        "Access token",
        "Switch autoprovisioning on. A run takes up to a day.",
        "set-up guides of third parties",
    ),
    "ping": Fields(
        "Integrations > Provisioning > New Connection > Identity Store > SCIM Outbound",
        "SCIM BASE URL",
        "OAuth 2 Bearer Token",
        "Add a rule with the population to provision.",
        "documentation of PingOne and PingFederate",
    ),
    "rippling": Fields(
        "the custom SCIM application",
        "SCIM Base URL",
        "Bearer token",
        "It tests with our configuration document.",
        "set-up guides of third parties",
    ),
    "cyberark": Fields(
        "Apps & Widgets > Web Apps > Custom > SCIM (Generic) > Provisioning",
        "SCIM Service URL",
        "Bearer Token",
        "Press Verify there, then map roles.",
        "documentation of CyberArk Identity",
    ),
    "sailpoint": Fields(
        "Connections > Sources > SCIM 2.0",
        "Base URL",
        "API Token",
        "Press Test Connection there, then aggregate accounts.",
        "documentation of the SCIM 2.0 connector",
        "The authentication type is API Token.",
    ),
    "authentik": Fields(
        "Applications > Providers > Create > SCIM Provider",
        "URL",
        "Token",
        "Add it to an application as backchannel provider.",
        "goauthentik/authentik",
    ),
    "keycloak": Fields(
        "User federation > Add SCIM provider, with the extension installed",
        "SCIM 2.0 endpoint",
        "Bearer token",
        "Save it and synchronise.",
        "mitodl/keycloak-scim, Captain-P-Goldfish/SCIM-SDK",
    ),
    "wso2": Fields(
        "Connections > New > SCIM 2.0 outbound provisioning",
        "SCIM 2.0 base URL",
        "Bearer token",
        "Enable the connection for outbound provisioning.",
        "wso2/product-is, documentation",
        "User endpoint and group endpoint are the base URL with /Users and /Groups behind it.",
    ),
}
_ANY = Fields(
    "the form of its SCIM connection",
    "SCIM base URL",
    "SCIM token",
    "Run its connection test, or wait for its first cycle.",
    "RFC 7644",
    "The token goes as 'Authorization: Bearer' and the token.",
)


def fields_of(vendor: str) -> Fields:
    """Give the names that the vendor has for the values; ours where it is not known."""
    return FIELDS.get(vendor, _ANY)
