"""From whom, for whom and until when an assertion counts (saml-core §2.5)."""

from datetime import datetime

from gatepost.saml.errors import Audience, Condition, Issuer
from gatepost.saml.names import ENTITY_FORMAT, Element, children, local_name, saml
from gatepost.saml.shape import plain_text
from gatepost.saml.times import Window, read_instant

_KNOWN = frozenset({saml("AudienceRestriction"), saml("OneTimeUse"), saml("ProxyRestriction")})


def check_issuer(element: Element, entity_id: str) -> None:
    """Refuse any issuer but the identity provider (saml-profiles §4.1.4.2).

    Raises:
        Issuer: it is missing, stands twice, is of another format, or another's.
    """
    found = children(element, saml("Issuer"))
    received = plain_text(found[0]) if len(found) == 1 else None
    is_entity = len(found) == 1 and found[0].get("Format", ENTITY_FORMAT) == ENTITY_FORMAT
    if received != entity_id or not is_entity:
        raise Issuer(
            f"The {local_name(element)} must be issued by {entity_id}.",
            expected=entity_id,
            received=received,
        )


def read_conditions(assertion: Element, entity_id: str, window: Window) -> datetime | None:
    """Check all conditions; gives the instant from which they no longer hold.

    Raises:
        Condition: there is not exactly one Conditions, or it holds one we do
            not know: "the assertion's validity cannot be determined" (saml-core §2.5.1.1).
        NotYetValid, Expired, Instant: as their names say.
        Audience: we are not in every AudienceRestriction, or there is none.
    """
    found = children(assertion, saml("Conditions"))
    if len(found) != 1:
        raise Condition(
            "The assertion must have exactly one Conditions.",
            expected="1",
            received=str(len(found)),
        )
    conditions = found[0]
    end = _read_times(conditions, window)
    for one in conditions:
        if one.tag not in _KNOWN:
            raise Condition(
                f"The assertion has a condition that is not known: {local_name(one)}.",
                received=str(one.tag),
            )
    _check_audience(conditions, entity_id)
    return end


def _read_times(conditions: Element, window: Window) -> datetime | None:
    start, end = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    if start is not None:
        where = "NotBefore of the Conditions"
        window.check_not_before(read_instant(start, where), where)
    if end is None:
        return None
    where = "NotOnOrAfter of the Conditions"
    moment = read_instant(end, where)
    window.check_not_on_or_after(moment, where)
    return moment


def _check_audience(conditions: Element, entity_id: str) -> None:
    """Require us in every restriction: they are a conjunction (saml-core §2.5.1.4)."""
    restrictions = [
        [plain_text(audience) for audience in children(restriction, saml("Audience"))]
        for restriction in children(conditions, saml("AudienceRestriction"))
    ]
    if not restrictions or any(entity_id not in audiences for audiences in restrictions):
        received = " ".join(one or "" for audiences in restrictions for one in audiences)
        raise Audience(
            f"The assertion must be for the audience {entity_id}.",
            expected=entity_id,
            received=received or None,
        )
