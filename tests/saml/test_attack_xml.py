"""XML that is made to be read otherwise, or to cost more than it may."""

import base64

from gatepost.saml.errors import (
    IdAttribute,
    Misshapen,
    NotBase64,
    TooComplex,
    TooLarge,
    UnexpectedMessage,
    XmlEncoding,
    XmlForbidden,
    XmlMalformed,
)
from tests.saml.attack import Attack, attacks, check
from tests.saml.maker import NAMESPACES, SUBJECT, make, wrap

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION_LAUGHS = f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>'
NAME = f">{SUBJECT}</saml:NameID>"


def document() -> str:
    return make().xml.decode()


def before(prologue: str) -> bytes:
    return wrap(prologue + document())


def encoded(declared: str, codec: str) -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return wrap((declaration + document()).encode(codec))


def in_name(text: str) -> bytes:
    """Break what the NameID says; the signature is not reached."""
    return make().text((NAME, f">{text}</saml:NameID>"))


def body(inside: str) -> bytes:
    return wrap(f"<samlp:Response {NAMESPACES}>{inside}</samlp:Response>")


def attributes(count: int) -> str:
    return " ".join(f'a{number}=""' for number in range(count))


def declarations(count: int, prefix: str = "a") -> str:
    return " ".join(f'xmlns:{prefix}{number}="urn:{number}"' for number in range(count))


def forbidden(name: str, construct: str, message: bytes) -> Attack:
    return Attack(name, lambda: message, XmlForbidden, {"construct": construct})


def complex_(name: str, limit: str, message: bytes) -> Attack:
    return Attack(name, lambda: message, TooComplex, {"limit": limit})


DTD = "a document type declaration"
FILE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
REMOTE = '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">'
PARAMETER = '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd"> %p;]>'


INCLUSION = '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'


@attacks(
    forbidden("a DTD", DTD, before("<!DOCTYPE r>")),
    forbidden("an external DTD", DTD, before(REMOTE)),
    forbidden("an external entity", DTD, before(FILE)),
    forbidden("a parameter entity", DTD, before(PARAMETER)),
    forbidden("an internal entity", DTD, before('<!DOCTYPE r [<!ENTITY a "b">]>')),
    forbidden("a billion laughs", DTD, before(BILLION_LAUGHS)),
    forbidden("a DTD behind a declaration", DTD, before('<?xml version="1.0"?><!DOCTYPE r>')),
    forbidden("a default attribute", DTD, before('<!DOCTYPE r [<!ATTLIST r ID CDATA "x">]>')),
    forbidden("an entity declaration alone", "an entity declaration", before("<!ENTITY a 'b'>")),
    forbidden("a notation", "a declaration", before("<!NOTATION a SYSTEM 'b'>")),
    forbidden("a comment before the root", "a comment", before("<!-- -->")),
    forbidden("a comment in the NameID", "a comment", in_name("admin@example.com<!---->.evil")),
    forbidden("CDATA in the NameID", "a CDATA section", in_name("<![CDATA[admin]]>")),
    forbidden("an instruction in the NameID", "a processing instruction", in_name("a<?x y?>b")),
    forbidden(
        "a stylesheet", "a processing instruction", before('<?xml-stylesheet href="http://x/"?>')
    ),
    forbidden("XML 1.1", "a processing instruction", before('<?xml version="1.1"?>')),
    forbidden(
        "a declaration in the middle", "a processing instruction", in_name('<?xml version="1.0"?>')
    ),
    Attack("an unknown entity", lambda: in_name("&admin;"), XmlMalformed),
    Attack("a NUL by reference", lambda: in_name("admin&#0;"), XmlMalformed),
    Attack("an unclosed element", lambda: wrap(document()[:-5]), XmlMalformed),
    Attack("two roots", lambda: wrap(document() * 2), XmlMalformed),
    Attack("something behind the root", lambda: wrap(document() + "x"), XmlMalformed),
    Attack("nothing", lambda: b"", XmlMalformed),
    Attack("an unbound prefix", lambda: in_name("<x:y/>"), XmlMalformed),
    Attack("a doubled attribute", lambda: body('<saml:Issuer x="1" x="2"/>'), XmlMalformed),
    Attack("plain text", lambda: wrap("hello"), XmlMalformed),
    Attack(
        "a web page",
        lambda: wrap("<html xmlns='http://www.w3.org/1999/xhtml'/>"),
        UnexpectedMessage,
    ),
    Attack(
        "an inclusion",
        lambda: make().text(
            (
                "</samlp:Response>",
                f"{INCLUSION}</samlp:Response>",
            )
        ),
        Misshapen,
        {"element": "{http://www.w3.org/2001/XInclude}include"},
    ),
)
def test_xml_that_may_be_read_in_two_ways_is_refused(attack: Attack) -> None:
    check(attack)


@attacks(
    Attack("UTF-16", lambda: encoded("UTF-16", "utf-16"), XmlEncoding),
    Attack("UTF-16 without a mark", lambda: encoded("", "utf-16-le"), XmlEncoding),
    Attack("UTF-16 the other way", lambda: encoded("UTF-16BE", "utf-16-be"), XmlEncoding),
    Attack("UTF-32", lambda: encoded("", "utf-32"), XmlEncoding),
    Attack("UTF-7", lambda: encoded("UTF-7", "ascii"), XmlEncoding, {"received": "UTF-7"}),
    Attack(
        "UTF-7 that hides a DTD",
        lambda: wrap('<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE r+AD4-'),
        XmlEncoding,
    ),
    Attack("Latin 1", lambda: encoded("ISO-8859-1", "latin-1"), XmlEncoding),
    Attack("EBCDIC", lambda: encoded("IBM037", "cp037"), XmlEncoding),
    Attack(
        "EBCDIC by name", lambda: encoded("IBM037", "ascii"), XmlEncoding, {"received": "IBM037"}
    ),
    Attack("bytes that are no UTF-8", lambda: wrap(b"<a>\xff</a>"), XmlEncoding),
    Attack("a surrogate", lambda: wrap(b"<a>\xed\xa0\x80</a>"), XmlEncoding),
    Attack("an overlong <", lambda: wrap(b"<a>\xc0\xbc</a>"), XmlEncoding),
    Attack("a NUL", lambda: wrap(b"<a>\0</a>"), XmlEncoding),
)
def test_any_encoding_but_utf_8_is_refused(attack: Attack) -> None:
    check(attack)


@attacks(
    complex_("depth", "depth", body("<saml:x>" * 100 + "</saml:x>" * 100)),
    Attack("depth beyond the parser's", lambda: body("<a>" * 3_900), XmlMalformed),
    complex_("elements", "elements", body("<a/>" * 8_001)),
    complex_("attributes", "attributes", body(f"<saml:x {attributes(65)}/>")),
    complex_(
        "very many attributes",
        "attributes",
        body(f"<saml:x {attributes(20_000)}/>"),
    ),
    complex_(
        "namespaces in scope",
        "namespaces",
        body(f"<saml:x {declarations(100)}/>"),
    ),
    complex_(
        "namespaces in scope of one another",
        "namespaces",
        body(
            "".join(f"<saml:x {declarations(3, f'p{number}_')}>" for number in range(40))
            + "</saml:x>" * 40
        ),
    ),
    complex_(
        "declarations",
        "declarations",
        body("".join(f'<saml:x xmlns:a="urn:{n}"/>' for n in range(2_001))),
    ),
    Attack("a long message", lambda: body("x" * 256 * 1024), TooLarge),
    Attack(
        "a very long message", lambda: b"A" * 3_000_000, TooLarge, {"received": "3000000 bytes"}
    ),
    Attack("a long attribute", lambda: body(f'<a b="{"x" * 300_000}"/>'), TooLarge),
    Attack(
        "a long ID",
        lambda: body(f'<saml:Assertion ID="{"x" * 200_000}"/>'),
        IdAttribute,
    ),
    Attack(
        "very many IDs",
        lambda: body("".join(f'<saml:a ID="_{n}"/>' for n in range(7_000)) + "<saml:a ID='_1'/>"),
        IdAttribute,
        {"received": "_1"},
    ),
)
def test_a_message_that_costs_more_than_it_may_is_refused(attack: Attack) -> None:
    check(attack)


@attacks(
    Attack("no base64", lambda: b"<samlp:Response/>", NotBase64),
    Attack("a blank inside", lambda: make().message[:40] + b" " + make().message[40:], NotBase64),
    Attack("its end missing", lambda: make().message.rstrip(b"=")[:-1][:401], NotBase64),
    Attack(
        "the alphabet for addresses",
        lambda: base64.urlsafe_b64encode(b"\xff\xfe\xfd" * 9),
        NotBase64,
    ),
    Attack("something behind the padding", lambda: b"PGE+PC9hPg==PGE+", NotBase64),
    Attack("letters beyond ASCII", "ÄÖÜ".encode, NotBase64),
    Attack("escapes left in", lambda: make().message.replace(b"=", b"%3D") + b"%3D", NotBase64),
)
def test_a_form_value_that_is_no_base64_is_refused(attack: Attack) -> None:
    check(attack)
