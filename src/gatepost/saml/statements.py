"""What an assertion states: how and when the user signed in, and attributes (saml-core §2.7)."""

from datetime import datetime

import msgspec

from gatepost.saml.errors import (
    Attribute,
    AuthnContext,
    AuthnStatement,
    AuthnTooOld,
    SessionExpired,
)
from gatepost.saml.names import Element, children, saml
from gatepost.saml.shape import plain_text
from gatepost.saml.times import Window, later, read_instant, write_instant

_CONTEXTS = tuple(
    saml(name) for name in ("AuthnContextClassRef", "AuthnContextDeclRef", "AuthnContextDecl")
)
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class SignIn(msgspec.Struct, frozen=True):
    """One AuthnStatement; `context` is its AuthnContextClassRef."""

    at: datetime
    context: str | None
    session_index: str | None
    session_end: datetime | None


def read_sign_in(assertion: Element, window: Window, age_s_max: float | None) -> SignIn:
    """Read the one AuthnStatement.

    Raises:
        AuthnStatement: there is not exactly one.
        AuthnContext: it does not say how the user signed in.
        SessionExpired: the session it speaks of has ended.
        AuthnTooOld: the user signed in longer ago than was asked for.
        NotYetValid, Instant: as their names say.
    """
    found = children(assertion, saml("AuthnStatement"))
    if len(found) != 1:
        raise AuthnStatement(
            "The assertion must say once how the user signed in (AuthnStatement).",
            expected="1",
            received=str(len(found)),
        )
    statement = found[0]
    at = read_instant(statement.get("AuthnInstant"), "AuthnInstant")
    window.check_not_before(at, "AuthnInstant")
    if age_s_max is not None and later(at, age_s_max + window.skew_s) < window.now:
        raise AuthnTooOld(
            "The user signed in at the identity provider too long ago; sign in there again.",
            expected=f"at most {age_s_max:g} seconds ago",
            received=write_instant(at),
        )
    end = _session_end(statement, window)
    return SignIn(at, _context(statement), statement.get("SessionIndex"), end)


def read_attributes(assertion: Element) -> dict[str, tuple[str, ...]]:
    """Collect the attributes by Name; two of one Name become one.

    Raises:
        Attribute: one has no Name, is encrypted, or has a value that is not plain text.
    """
    collected: dict[str, tuple[str, ...]] = {}
    for statement in children(assertion, saml("AttributeStatement")):
        for attribute in statement:
            name = attribute.get("Name")
            if attribute.tag != saml("Attribute") or not name:
                raise Attribute("Each attribute must have a Name and must not be encrypted.")
            collected[name] = collected.get(name, ()) + _values(attribute, name)
    return collected


def _session_end(statement: Element, window: Window) -> datetime | None:
    text = statement.get("SessionNotOnOrAfter")
    if text is None:
        return None
    end = read_instant(text, "SessionNotOnOrAfter")
    window.check_not_on_or_after(end, "SessionNotOnOrAfter", SessionExpired)
    return end


def _context(statement: Element) -> str | None:
    found = children(statement, saml("AuthnContext"))
    parts = [child for one in found for child in one if child.tag in _CONTEXTS]
    classes = [plain_text(part) for part in parts if part.tag == _CONTEXTS[0]]
    is_said = len(found) == 1 and parts and len(classes) <= 1
    if not is_said or any(not (one or "").strip() for one in classes):
        raise AuthnContext("The AuthnStatement must say how the user signed in (AuthnContext).")
    return (classes[0] or "").strip() if classes else None


def _values(attribute: Element, name: str) -> tuple[str, ...]:
    values = []
    for element in children(attribute, saml("AttributeValue")):
        if element.get(_NIL) in ("true", "1"):
            continue
        text = _value(element)
        if text is None:
            raise Attribute(f"The attribute {name} has a value that is not plain text.", name=name)
        values.append(text)
    return tuple(values)


def _value(element: Element) -> str | None:
    """Give the text; eduPersonTargetedID alone has it in a NameID, with nothing around."""
    if len(element) != 1 or element[0].tag != saml("NameID"):
        return plain_text(element)
    is_alone = not (element.text or "").strip() and not (element[0].tail or "").strip()
    return plain_text(element[0]) if is_alone else None
