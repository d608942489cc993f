"""Whom an assertion is about must be one text that every reader reads alike.

All are signed as the identity provider would. Comments and CDATA do not come that far
(test_attack_xml).
"""

from gatepost.saml.errors import Attribute, Misshapen, NameId
from tests.saml.attack import Attack, attacks, check
from tests.saml.maker import PERSISTENT, SP, SUBJECT, make


def named(name: str, inside: str) -> Attack:
    return Attack(name, lambda: make(name_id_xml=inside).message, NameId)


def name_id(text: str) -> str:
    return f'<saml:NameID Format="{PERSISTENT}">{text}</saml:NameID>'


def stated(name: str, inside: str) -> Attack:
    statement = f"<saml:AttributeStatement>{inside}</saml:AttributeStatement>"
    return Attack(name, lambda: make(attributes_xml=statement).message, Attribute)


def valued(name: str, inside: str) -> Attack:
    return stated(
        name,
        f'<saml:Attribute Name="mail"><saml:AttributeValue>{inside}</saml:AttributeValue>'
        "</saml:Attribute>",
    )


@attacks(
    named("none", ""),
    named("two", name_id("a") + name_id("b")),
    named("an empty one", name_id("")),
    named("a blank one", name_id("  \n ")),
    named("an endless one", name_id("a" * 1025)),
    named("an element in it", name_id(f"{SUBJECT}<saml:x/>.evil")),
    named("an element around it", name_id(f"<saml:x>{SUBJECT}</saml:x>")),
    named("a line break", name_id(f"{SUBJECT}\nBcc: x")),
    named("a line break by reference", name_id(f"{SUBJECT}&#10;")),
    named("a carriage return", name_id(f"{SUBJECT}&#13;")),
    named("a tab", name_id(f"a\t{SUBJECT}")),
    named("a delete", name_id(f"{SUBJECT}\x7f")),
    named("a control of C1", name_id(f"{SUBJECT}\x85")),
    named("a BaseID", "<saml:BaseID/>"),
    named("an EncryptedID", "<saml:EncryptedID/>"),
    named("an EncryptedID beside", name_id(SUBJECT) + "<saml:EncryptedID/>"),
    named("a NameID of another namespace", f'<x:NameID xmlns:x="urn:x">{SUBJECT}</x:NameID>'),
    named(
        "another service provider's",
        f'<saml:NameID SPNameQualifier="https://other.example/">{SUBJECT}</saml:NameID>',
    ),
    named("an empty qualifier", f'<saml:NameID SPNameQualifier="">{SUBJECT}</saml:NameID>'),
    named(
        "ours in capitals",
        f'<saml:NameID SPNameQualifier="{SP.upper()}">{SUBJECT}</saml:NameID>',
    ),
    Attack(
        "no Subject",
        lambda: make(name_id_xml="</saml:Subject><saml:Subject>").message,
        Misshapen,
        {"element": "Subject", "received": "2"},
    ),
)
def test_a_subject_that_can_be_read_in_two_ways_is_refused(attack: Attack) -> None:
    check(attack)


@attacks(
    valued("an element in it", "alice<saml:x/>@example.com"),
    valued("an element around it", "<saml:x>alice</saml:x>"),
    valued("text before a NameID", "x<saml:NameID>alice</saml:NameID>"),
    valued("text behind a NameID", "<saml:NameID>alice</saml:NameID>x"),
    valued("two NameIDs", "<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>"),
    valued("an element in a NameID", "<saml:NameID>a<saml:x/></saml:NameID>"),
    stated("no Name", "<saml:Attribute/>"),
    stated("an empty Name", '<saml:Attribute Name=""/>'),
    stated("encryption", "<saml:EncryptedAttribute/>"),
    stated("another namespace", '<x:Attribute xmlns:x="urn:x" Name="mail"/>'),
)
def test_an_attribute_that_can_be_read_in_two_ways_is_refused(attack: Attack) -> None:
    check(attack)
