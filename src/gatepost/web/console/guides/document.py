"""A guide as a page of the documentation: the same source, with the values of an example."""

import re
from datetime import UTC, datetime
from functools import partial

from gatepost.lifecycle.observed import OBSERVATIONS
from gatepost.store.rows import ProviderRow
from gatepost.web.console.guides.rendering import FIELD, PLACEHOLDER
from gatepost.web.console.guides.source import BY_HAND, PROTOCOLS, Guide, Section
from gatepost.web.console.guides.values import NAME, TOKEN, values_of

_URL = "https://gatepost.example.com"
_NO_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_EXAMPLE = ProviderRow(
    tenant_id=1,
    provider_id="",
    slug="acme",
    name="Acme",
    created_at=_NO_TIME,
    modified_at=_NO_TIME,
)
_VALUES = values_of(_EXAMPLE, _URL)
_CONSOLE_LINK = re.compile(r"\[([^\]]+)\]\(console://[a-z]+\)")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_FIELD_LINE = re.compile(FIELD.pattern, re.MULTILINE)


def page_of(guide: Guide) -> str:
    """Write the guide for the documentation."""
    sources = "\n".join(f"- <{one}>" for one in guide.sources)
    return f"""# {guide.title}

> **Not tried on a live tenant.** Checked against public documentation in {guide.month}. Labels
> change: where one differs, go by what the field is for. In the console
> (`/console/providers/acme/guides/{guide.id}`) the same guide has your own values to copy, and its
> steps turn green from what arrives.

What you need: {guide.needs}

The values below are those of an identity provider `acme` at `{_URL}`.

{_text(guide.intro)}

{_steps(guide)}

## Sources

{sources}
"""


def index_of(guides: dict[str, Guide], products: dict[str, str]) -> str:
    """Write the page that lists the guides, by product."""
    by_product: dict[str, dict[str, Guide]] = {}
    for one in guides.values():
        by_product.setdefault(one.vendor, {})[one.protocol] = one
    rows = "\n".join(
        f"| {products[vendor]} | " + " | ".join(_cell(own, one) for one in PROTOCOLS) + " |"
        for vendor, own in sorted(by_product.items(), key=lambda pair: products[pair[0]])
    )
    return f"""# Set-up guides

One for each product and protocol, from the same sources as the guides in the console: there they
have your provider's own values with copy buttons, and each step turns green from what arrives.

| product | users and groups (SCIM) | sign-in (SAML) | sign-in (OpenID Connect) |
|---|---|---|---|
{rows}

What each product sends, and what Gatepost does about it, is on [the page of each
client](../protocol/clients/index.md). Nothing was tried on a live tenant of a vendor: each guide
names its sources and the month in which it was checked.
"""


def _cell(own: dict[str, Guide], protocol: str) -> str:
    found = own.get(protocol)
    return f"[guide]({found.id}.md)" if found else "not possible"


def _steps(guide: Guide) -> str:
    found, number = [], 0
    for one in guide.sections:
        number += one.is_step
        found.append(_section(one, number))
    return "\n\n".join(found)


def _section(section: Section, number: int) -> str:
    title = f"{number}. {section.title}" if section.is_step else section.title
    return f"## {title}\n\n{_text(section.text)}{_seen(section)}"


def _seen(section: Section) -> str:
    known = [OBSERVATIONS[one] for one in section.seen if one != BY_HAND]
    return f"\n\n*Seen in the console when {' and '.join(known)}.*" if known else ""


def _text(text: str) -> str:
    """Give a text with the example's values, and links into the console as plain words."""
    text = _FIELD_LINE.sub(_field, text)
    text = _CONSOLE_LINK.sub(r"\1", text)
    parts = _CODE.split(text)
    return "".join(
        PLACEHOLDER.sub(partial(_value, place % 2 == 1), one) for place, one in enumerate(parts)
    )


def _field(found: re.Match[str]) -> str:
    label, name = found.groups()
    value = "the token, shown once when it is made" if name == TOKEN else f"`{_VALUES[name]}`"
    return f"**{label}**: {value}"


def _value(is_code: bool, found: re.Match[str]) -> str:  # noqa: FBT001 - where the match stands
    value = _VALUES[found.group(1)]
    return value if is_code or found.group(1) == NAME else f"`{value}`"
