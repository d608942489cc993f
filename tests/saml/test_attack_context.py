"""Signed Responses that are not for us, not from them, not now, or do not say enough.

All are signed as the identity provider would, so that nothing but the check itself refuses them.
"""

from typing import Any

from msgspec.structs import replace

from gatepost.saml.errors import (
    Audience,
    AuthnContext,
    AuthnStatement,
    AuthnTooOld,
    Condition,
    Destination,
    Expired,
    IdAttribute,
    InResponseTo,
    Instant,
    Issuer,
    Misshapen,
    NotYetValid,
    Recipient,
    SamlError,
    SessionExpired,
    Stale,
    Status,
    SubjectConfirmation,
    Unsolicited,
    Version,
)
from gatepost.saml.parties import ServiceProvider
from tests.saml.attack import Attack, attacks, check
from tests.saml.maker import (
    ACS,
    IDP,
    REQUEST_ID,
    SP,
    SUCCESS,
    Parts,
    at,
    identity_provider,
    make,
    wrap,
)

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
OTHER = "https://other.example/"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


def told(
    name: str,
    refusal: type[SamlError],
    facts: dict[str, str] | None = None,
    *,
    signs: str = "both",
    given: dict[str, Any] | None = None,
    **parts: Any,
) -> Attack:
    return Attack(name, lambda: make(signs, **parts).message, refusal, facts or {}, given or {})


def issuer(name: str, inside: str, side: str = "assertion", **facts: str) -> Attack:
    part = {f"{side}_issuer_xml": inside}
    return told(f"{side}: {name}", Issuer, facts, **part)


def audience(name: str, inside: str, **facts: str) -> Attack:
    return told(name, Audience, {"expected": SP} | facts, audience_xml=inside)


def restriction(*entity_ids: str) -> str:
    listed = "".join(f"<saml:Audience>{one}</saml:Audience>" for one in entity_ids)
    return f"<saml:AudienceRestriction>{listed}</saml:AudienceRestriction>"


def status(name: str, inside: str, refusal: type[SamlError] = Status) -> Attack:
    return told(name, refusal, status_xml=f"<samlp:Status>{inside}</samlp:Status>")


def code(value: str, inside: str = "") -> str:
    return f'<samlp:StatusCode Value="{value}">{inside}</samlp:StatusCode>'


def failed() -> bytes:
    """An answer without an assertion, as it comes when nobody signed in."""
    message = "<samlp:StatusMessage>User is not assigned</samlp:StatusMessage>"
    inside = code(f"{STATUS}Responder", code(f"{STATUS}AuthnFailed"))
    parts = Parts(status_xml=f"<samlp:Status>{inside}{message}</samlp:Status>")
    return wrap(parts.response(assertion=""))


FROM_AND_FOR = (
    issuer("missing", ""),
    issuer("empty", "<saml:Issuer/>", received=""),
    issuer("another", f"<saml:Issuer>{OTHER}</saml:Issuer>", expected=IDP, received=OTHER),
    issuer("a prefix", f"<saml:Issuer>{IDP[:-1]}</saml:Issuer>"),
    issuer("longer", f"<saml:Issuer>{IDP}/</saml:Issuer>"),
    issuer("in capitals", f"<saml:Issuer>{IDP.upper()}</saml:Issuer>"),
    issuer("with a blank", f"<saml:Issuer>{IDP} </saml:Issuer>"),
    issuer("of another format", f'<saml:Issuer Format="urn:x">{IDP}</saml:Issuer>'),
    issuer("with an element", f"<saml:Issuer>{IDP}<saml:x/></saml:Issuer>"),
    issuer("another", f"<saml:Issuer>{OTHER}</saml:Issuer>", "response", received=OTHER),
    told(
        "an unsigned Response from another issuer",
        Issuer,
        signs="assertion",
        response_issuer_xml=f"<saml:Issuer>{OTHER}</saml:Issuer>",
    ),
    told("no Destination", Destination, {"expected": ACS}, destination=None),
    told("an empty Destination", Destination, destination=""),
    told("another Destination", Destination, {"received": OTHER}, destination=OTHER),
    told("a prefix of the Destination", Destination, destination=ACS[:-3]),
    told("a longer Destination", Destination, destination=f"{ACS}/x"),
    told("a Destination with a query", Destination, destination=f"{ACS}?x=1"),
    told("an unsigned Destination", Destination, signs="assertion", destination=OTHER),
    told(
        "another tenant's Destination",
        Destination,
        destination="https://gatepost.example/saml/p2/acs",
    ),
    told(
        "another tenant's address",
        Destination,
        given={
            "service_provider": ServiceProvider(
                entity_id="https://gatepost.example/saml/p2/metadata",
                acs_url="https://gatepost.example/saml/p2/acs",
            )
        },
    ),
    told("no Recipient", Recipient, {"expected": ACS}, recipient=None),
    told("another Recipient", Recipient, {"received": OTHER}, recipient=OTHER),
    told("a prefix of the Recipient", Recipient, recipient=ACS[:-1]),
    told("a longer Recipient", Recipient, recipient=f"{ACS}?x"),
    audience("no restriction", ""),
    audience("an empty restriction", "<saml:AudienceRestriction/>"),
    audience("another audience", restriction(OTHER), received=OTHER),
    audience("a prefix of the audience", restriction(SP[:-1])),
    audience("a longer audience", restriction(f"{SP}/")),
    audience("one restriction of two", restriction(SP) + restriction(OTHER)),
    audience("the other restriction of two", restriction(OTHER) + restriction(SP)),
    audience(
        "an element in the audience",
        f"<saml:AudienceRestriction><saml:Audience>{SP}<saml:x/></saml:Audience>"
        "</saml:AudienceRestriction>",
    ),
    told("Version 1.1", Version, {"received": "1.1"}, assertion_version="1.1"),
    told("no Version", Version, assertion_version=None),
    told("a Response of Version 1.1", Version, {"received": "1.1"}, response_version="1.1"),
    told("a Response of Version 2.1", Version, response_version="2.1"),
    told("a Response without Version", Version, response_version=None),
    told("a Response without ID", IdAttribute, signs="assertion", response_id=None),
)

ANSWERS = (
    told("no InResponseTo", InResponseTo, {"expected": REQUEST_ID}, in_response_to=None),
    told("an empty InResponseTo", InResponseTo, in_response_to=""),
    told("another InResponseTo", InResponseTo, {"received": "_r2"}, in_response_to="_r2"),
    told("no InResponseTo inside", InResponseTo, confirmation_in_response_to=None),
    told("another InResponseTo inside", InResponseTo, confirmation_in_response_to="_r2"),
    told(
        "an InResponseTo only outside, unsigned",
        InResponseTo,
        signs="assertion",
        confirmation_in_response_to="_r2",
    ),
    told("no request pending", InResponseTo, {"received": REQUEST_ID}, given={"request_id": None}),
    told(
        "no request pending, where unsolicited ones may come",
        InResponseTo,
        given={"request_id": None, "allow_unsolicited": True},
    ),
    told(
        "an answer inside only",
        InResponseTo,
        given={"request_id": None, "allow_unsolicited": True},
        in_response_to=None,
    ),
    told(
        "an unsolicited one while one is pending",
        InResponseTo,
        given={"allow_unsolicited": True},
        in_response_to=None,
        confirmation_in_response_to=None,
    ),
    told(
        "an unsolicited one",
        Unsolicited,
        given={"request_id": None},
        in_response_to=None,
        confirmation_in_response_to=None,
    ),
    status("a failure", code(f"{STATUS}Responder")),
    status("a failure with a second code", code(f"{STATUS}Requester", code(f"{STATUS}X"))),
    status("a success that has failed", code(SUCCESS, code(f"{STATUS}AuthnFailed"))),
    status("a success within a failure", code(f"{STATUS}Responder", code(SUCCESS))),
    status("an empty code", code("")),
    status("an endless code", code("x" * 100_000)),
    status("many codes", code("a", code("b", code("c")))),
    status("success in capitals", code(SUCCESS.upper())),
    status("no code", "", Misshapen),
    status("two codes", code(SUCCESS) + code(SUCCESS), Misshapen),
    status("success and failure", code(SUCCESS) + code(f"{STATUS}Responder"), Misshapen),
    told("no status", Misshapen, {"element": "Status"}, status_xml=""),
    told(
        "two statuses",
        Misshapen,
        {"element": "Status", "received": "2"},
        status_xml=Parts().status_xml * 2,
    ),
    Attack(
        "a failure without an assertion",
        failed,
        Status,
        {
            "message": "User is not assigned",
            "received": f"{STATUS}Responder {STATUS}AuthnFailed",
        },
    ),
)

TIMES = (
    told("an end that has passed", Expired, confirmed_until=at(-61)),
    told("an end just now, with the clocks", Expired, confirmed_until=at(-60)),
    told("conditions that have ended", Expired, not_on_or_after=at(-60)),
    told("conditions to come", NotYetValid, not_before=at(61)),
    told("conditions to come next year", NotYetValid, not_before="2026-06-01T12:00:00Z"),
    told("a Response issued long ago", Stale, response_issued=at(-661)),
    told("an assertion issued long ago", Stale, assertion_issued=at(-661)),
    told("a Response from the future", NotYetValid, response_issued=at(61)),
    told("an assertion from the future", NotYetValid, assertion_issued=at(61)),
    told("a sign-in in the future", NotYetValid, authn_instant=at(61)),
    told("a session that has ended", SessionExpired, session_end=at(-60)),
    told(
        "a sign-in too long ago", AuthnTooOld, given={"authn_max_age_s": 0.0}, authn_instant=at(-61)
    ),
    told("no instant of issue", Instant, assertion_issued=None),
    told("no instant of the Response", Instant, response_issued=None),
    told("a day", Instant, {"received": "2025-06-01"}, assertion_issued="2025-06-01"),
    told("a month too many", Instant, assertion_issued="2025-13-01T12:00:00Z"),
    told("a year before all", Instant, assertion_issued="0001-01-01T00:00:00+14:00"),
    told("a year of five digits", Instant, not_on_or_after="12025-06-01T12:00:00Z"),
    told("a time with letters", Instant, not_before="now"),
    told("an empty time", Instant, not_on_or_after=""),
    told("Arabic digits", Instant, not_before="٢٠٢٥-06-01T12:00:00Z"),
    told("no AuthnInstant", Instant, authn_instant=None),
    told("a session until letters", Instant, session_end="never"),
)

SAID = (
    told("no confirmation", SubjectConfirmation, confirmation_xml=""),
    told(
        "a confirmation of another method",
        SubjectConfirmation,
        confirmation_xml=Parts().confirmation().replace("cm:bearer", "cm:sender-vouches"),
    ),
    told(
        "a holder of a key",
        SubjectConfirmation,
        confirmation_xml=Parts().confirmation().replace("cm:bearer", "cm:holder-of-key"),
    ),
    told("a confirmation with NotBefore", SubjectConfirmation, confirmed_from=at(-60)),
    told("a confirmation without end", SubjectConfirmation, confirmed_until=None),
    told("a confirmation that ends some time", SubjectConfirmation, confirmed_until="soon"),
    told(
        "a confirmation without data",
        Misshapen,
        {"element": "SubjectConfirmationData"},
        confirmation_xml=f'<saml:SubjectConfirmation Method="{BEARER}"/>',
    ),
    told("no Conditions", Condition, {"received": "0"}, conditions_xml=""),
    told("two Conditions", Condition, {"received": "2"}, conditions_xml=Parts().conditions() * 2),
    told(
        "an unknown condition",
        Condition,
        {"received": "{urn:x}Condition"},
        audience_xml=restriction(SP) + '<x:Condition xmlns:x="urn:x"/>',
    ),
    told(
        "an abstract condition",
        Condition,
        audience_xml=restriction(SP) + "<saml:Condition/>",
    ),
    told("no AuthnStatement", AuthnStatement, {"received": "0"}, authn_xml=""),
    told("two AuthnStatements", AuthnStatement, {"received": "2"}, authn_xml=Parts().authn() * 2),
    told("no AuthnContext", AuthnContext, context_xml=""),
    told("an empty AuthnContext", AuthnContext, context_xml="<saml:AuthnContext/>"),
    told(
        "two AuthnContexts",
        AuthnContext,
        context_xml=Parts().context_xml * 2,
    ),
    told(
        "a blank class",
        AuthnContext,
        context_xml="<saml:AuthnContext><saml:AuthnContextClassRef> </saml:AuthnContextClassRef>"
        "</saml:AuthnContext>",
    ),
    told(
        "an element in the class",
        AuthnContext,
        context_xml="<saml:AuthnContext><saml:AuthnContextClassRef>a<saml:x/>"
        "</saml:AuthnContextClassRef></saml:AuthnContext>",
    ),
    told(
        "two classes",
        AuthnContext,
        context_xml="<saml:AuthnContext>"
        + "<saml:AuthnContextClassRef>a</saml:AuthnContextClassRef>" * 2
        + "</saml:AuthnContext>",
    ),
    told(
        "only authorities",
        AuthnContext,
        context_xml="<saml:AuthnContext><saml:AuthenticatingAuthority>a"
        "</saml:AuthenticatingAuthority></saml:AuthnContext>",
    ),
)


@attacks(*FROM_AND_FOR)
def test_a_response_is_from_one_identity_provider_and_for_us(attack: Attack) -> None:
    check(attack)


@attacks(*ANSWERS)
def test_a_response_answers_the_pending_request_with_success(attack: Attack) -> None:
    check(attack)


@attacks(*TIMES)
def test_a_response_is_for_now(attack: Attack) -> None:
    check(attack)


@attacks(*SAID)
def test_an_assertion_says_what_a_sign_in_needs(attack: Attack) -> None:
    check(attack)


def test_another_identity_providers_response_is_refused_at_this_ones_address() -> None:
    """The issuer counts even where both share a key, as tenants of one vendor may."""
    provider = replace(identity_provider(), entity_id=OTHER)
    check(
        Attack(
            "a shared key",
            lambda: make("both").message,
            Issuer,
            {"expected": OTHER, "received": IDP},
            {"identity_provider": provider},
        )
    )
