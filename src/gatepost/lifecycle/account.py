"""What an account's SCIM document says in the columns that rules and look-ups need."""

from typing import Any

from gatepost.scim.fold import fold
from gatepost.scim.urns import GATEPOST_USER
from gatepost.store.rows import UserRow, UserValueRow

Document = dict[str, Any]


def columns(document: Document) -> dict[str, Any]:
    """Give the columns of a user that follow from the document alone."""
    user_name = document.get("userName") or ""
    email = primary_email(document)
    display = document.get("displayName") or (document.get("name") or {}).get("formatted")
    return {
        "user_name": user_name,
        "user_name_folded": fold(user_name),
        "external_id": document.get("externalId"),
        "display_name_folded": fold(display) if display else None,
        "email": email,
        "email_folded": fold(email) if email else None,
    }


def primary_email(document: Document) -> str | None:
    """Give the address of the person: primary, else work, else first, else the userName (R6)."""
    emails = [one for one in document.get("emails") or [] if one.get("value")]
    ranked = sorted(emails, key=_rank)
    if ranked:
        return str(ranked[0]["value"])
    user_name = document.get("userName") or ""
    return user_name if is_address(user_name) else None


def _rank(email: Document) -> int:
    if email.get("primary"):
        return 0
    return 1 if str(email.get("type", "")).lower() == "work" else 2


def is_address(text: str) -> bool:
    """Tell whether the text has the form of an email address: one part, `@`, a domain."""
    local, at, domain = text.rpartition("@")
    return bool(at and local and domain) and not any(blank in text for blank in " \t\r\n<>,;")


def domain_of(address: str) -> str:
    """Give the folded domain of an address, in one form whether it was written in ASCII or not.

    So that nobody gets round who claims a domain by writing `xn--…` (RFC 5890 §2.3.2.5).
    """
    domain = fold(address.rpartition("@")[2]).rstrip(".")
    if domain.isascii() and "xn--" not in domain:
        return domain
    try:
        return fold(domain.encode("idna").decode("idna"))
    except UnicodeError:  # no domain of the DNS in either form: it stands for itself
        return domain


def values(tenant_id: int, user_id: str, document: Document) -> set[UserValueRow]:
    """Give the rows of the index of multi-valued attributes (ARCHITECTURE §4)."""
    return {
        UserValueRow(
            tenant_id=tenant_id,
            attribute="emails",
            value_folded=fold(str(email["value"])),
            user_id=user_id,
            type_folded=fold(str(email.get("type") or "")),
        )
        for email in document.get("emails") or []
        if email.get("value")
    }


def merged(old: Document, new: Document) -> Document:
    """Give the old document with what the new one says; extensions attribute by attribute."""
    both = {**old, **new}
    for key, value in new.items():
        if key.startswith("urn:") and isinstance(old.get(key), dict):
            both[key] = {**old[key], **value}
    return both


def extension(document: Document) -> Document:
    """Give Gatepost's own extension of the document, empty when absent."""
    found = document.get(GATEPOST_USER)
    return found if isinstance(found, dict) else {}


def set_extension(document: Document, name: str, value: Any) -> None:  # noqa: ANN401
    """Put a value into Gatepost's extension; None takes it out, and an empty extension too."""
    extended = {**extension(document), name: value}
    extended = {key: one for key, one in extended.items() if one is not None}
    if extended:
        document[GATEPOST_USER] = extended
    else:
        document.pop(GATEPOST_USER, None)


def addresses(user: UserRow) -> list[str]:
    """Give every address by which the account could be taken for somebody's."""
    found = [user.email] if user.email else []
    if is_address(user.user_name):
        found.append(user.user_name)
    return found
