"""What the gate lets through: honest messages are large, declare much and are wrapped."""

from datetime import datetime, timedelta, timezone

import pytest
from lxml import etree

from gatepost.saml import xml
from gatepost.saml.errors import Instant, XmlForbidden
from gatepost.saml.response import read
from gatepost.saml.times import later, read_instant, write_instant
from tests.saml.keys import NOW, pair
from tests.saml.maker import SUBJECT, Maker, Parts, expected, identity_provider, make, wrap

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def groups(count: int) -> str:
    """Write a user's groups as Okta and Shibboleth do: with two declarations at each value."""
    value = f'<saml:AttributeValue {XS} {XSI} xsi:type="xs:string">'
    values = "".join(f"{value}group {number}</saml:AttributeValue>" for number in range(count))
    attribute = f'<saml:Attribute Name="groups">{values}</saml:Attribute>'
    return f"<saml:AttributeStatement>{attribute}</saml:AttributeStatement>"


@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
def test_a_user_of_many_groups_can_sign_in(signs: str) -> None:
    maker = Maker(parts=Parts(attributes_xml=groups(900)), signs=signs, how={"prefixes": "xs"})
    assertion = read(maker.make().message, expected())
    assert assertion.attributes["groups"][899] == "group 899"


@pytest.mark.parametrize(
    "prologue",
    [
        "",
        "\ufeff",
        " \r\n\t",
        '<?xml version="1.0"?>',
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>",
        '\ufeff<?xml version="1.0" encoding="Utf-8" standalone="no"?>\r\n',
    ],
)
def test_a_declaration_of_utf_8_may_stand_before(prologue: str) -> None:
    message = wrap(prologue + make().xml.decode())
    assert read(message, expected()).name_id == SUBJECT


def test_base64_may_come_in_lines() -> None:
    message = make().message
    lines = b"\r\n".join(message[at : at + 76] for at in range(0, len(message), 76))
    assert read(b" " + lines + b"\n", expected()).name_id == SUBJECT


def test_text_beyond_ascii_is_read_as_it_was_signed() -> None:
    name = "zoë.\N{GRINNING FACE}.李@example.com"
    attributes = (
        '<saml:AttributeStatement><saml:Attribute Name="näme"><saml:AttributeValue>'
        "&lt;a&amp;b&gt;&#13;\n\tc</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
    )
    made = make("both", name_id_xml=f"<saml:NameID>{name}</saml:NameID>", attributes_xml=attributes)
    assertion = read(made.message, expected())
    assert assertion.name_id == name
    assert assertion.attributes == {"näme": ("<a&b>\r\n\tc",)}


def test_attributes_are_collected_by_name() -> None:
    inside = (
        '<saml:AttributeStatement><saml:Attribute Name="a"><saml:AttributeValue>1'
        '</saml:AttributeValue></saml:Attribute><saml:Attribute Name="none"/>'
        f'<saml:Attribute Name="empty"><saml:AttributeValue/><saml:AttributeValue {XSI} '
        'xsi:nil="true"/></saml:Attribute></saml:AttributeStatement>'
        '<saml:AttributeStatement><saml:Attribute Name="a" FriendlyName="b"><saml:AttributeValue>2'
        "</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
    )
    assertion = read(make(attributes_xml=inside).message, expected())
    assert assertion.attributes == {"a": ("1", "2"), "none": (), "empty": ("",)}


def test_a_targeted_id_is_read_from_the_name_id_in_it() -> None:
    """EduPersonTargetedID, as Shibboleth sends it, is an element where others have text."""
    inside = (
        '<saml:AttributeStatement><saml:Attribute Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.10">'
        '<saml:AttributeValue>\n <saml:NameID NameQualifier="x">opaque</saml:NameID>\n'
        "</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
    )
    assertion = read(make(attributes_xml=inside).message, expected())
    assert list(assertion.attributes.values()) == [("opaque",)]


def test_what_may_be_left_out_is_not_missed() -> None:
    made = make(
        destination=None,
        response_issuer_xml="",
        session_end=None,
        session_index=None,
        not_before=None,
        not_on_or_after=None,
        attributes_xml="",
        context_xml="<saml:AuthnContext><saml:AuthnContextDeclRef>urn:x"
        "</saml:AuthnContextDeclRef></saml:AuthnContext>",
    )
    assertion = read(made.message, expected())
    assert assertion.session_not_on_or_after is None
    assert assertion.session_index is None
    assert assertion.authn_context is None
    assert assertion.attributes == {}
    assert assertion.not_on_or_after == NOW + timedelta(seconds=300 + 120)


def test_one_bearer_confirmation_that_holds_is_enough() -> None:
    other = Parts(recipient="https://other.example/").confirmation()
    voucher = Parts().confirmation().replace("cm:bearer", "cm:sender-vouches")
    confirmations = voucher + other + Parts().confirmation()
    assert read(make(confirmation_xml=confirmations).message, expected()).name_id == SUBJECT


def test_conditions_that_restrict_others_are_let_through() -> None:
    more = "<saml:OneTimeUse/><saml:ProxyRestriction Count='0'/>"
    audiences = "".join(Parts().audience_xml for _ in range(2))
    assert read(make(audience_xml=audiences + more).message, expected()).name_id == SUBJECT


def test_qualifiers_of_the_name_are_kept() -> None:
    sp = expected().service_provider.entity_id
    name = f'<saml:NameID NameQualifier="n" SPNameQualifier="{sp}">a</saml:NameID>'
    assertion = read(make(name_id_xml=name).message, expected())
    assert (assertion.name_qualifier, assertion.sp_name_qualifier) == ("n", sp)
    assert assertion.name_id_format is None


def test_the_same_message_reads_the_same_twice_replay_is_the_callers() -> None:
    message = make().message
    once, again = read(message, expected()), read(message, expected())
    assert once == again
    assert once.not_on_or_after > NOW + timedelta(seconds=300)


def test_a_fresh_sign_in_is_accepted_where_one_was_asked_for() -> None:
    assert read(make().message, expected(authn_max_age_s=10.0)).name_id == SUBJECT


def test_the_last_instants_there_are_do_not_overflow() -> None:
    end = "9999-12-31T23:59:59.9999999Z"
    made = make(confirmed_until=end, not_on_or_after=end, session_end=end)
    assert read(made.message, expected()).not_on_or_after.year == 9999


def test_a_certificate_that_cannot_sign_does_not_disturb_one_that_can() -> None:
    provider = identity_provider(pair("idp", "ed25519"), pair("idp"))
    assert read(make().message, expected(identity_provider=provider)).name_id == SUBJECT


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-06-01T12:00:00Z", NOW),
        ("2025-06-01T12:00:00", NOW),
        ("2025-06-01T14:30:00+02:30", NOW),
        ("2025-06-01T12:00:00.5Z", NOW + timedelta(milliseconds=500)),
        ("2025-06-01T12:00:00.1234567Z", NOW + timedelta(microseconds=123456)),
    ],
)
def test_an_instant_is_read_in_its_variants(text: str, moment: datetime) -> None:
    assert read_instant(text, "X") == moment


@pytest.mark.parametrize(
    "text", [None, "", "2025-06-01 12:00:00Z", "2025-06-01T24:00:00Z", "2025-06-01T12:00:60Z"]
)
def test_other_texts_are_no_instant(text: str | None) -> None:
    with pytest.raises(Instant):
        read_instant(text, "X")


def test_an_instant_is_written_in_utc_to_the_millisecond() -> None:
    east = timezone(timedelta(hours=2))
    moment = datetime(2025, 6, 1, 14, 0, 0, 123999, tzinfo=east)
    assert write_instant(moment) == "2025-06-01T12:00:00.123Z"


def test_later_stops_at_the_end_of_time() -> None:
    last = read_instant("9999-12-31T23:59:59Z", "X")
    assert later(last, 60.0) > last


@pytest.mark.parametrize("node", [etree.Comment("x"), etree.PI("x"), etree.Entity("x")])
def test_nodes_that_bytes_should_have_betrayed_are_looked_for_again(node: etree._Element) -> None:
    root = etree.Element("{urn:x}a")
    root.append(node)
    with pytest.raises(XmlForbidden):
        xml._check_tree(root, xml.MESSAGE)


def test_a_fragment_stands_in_the_namespaces_around_it() -> None:
    found = xml.parse(b"<a><q:b/></a>", context={None: "urn:x?a=1&b='2'", "q": "urn:q"})
    assert [found.tag, found[0].tag] == ["{urn:x?a=1&b='2'}a", "{urn:q}b"]
