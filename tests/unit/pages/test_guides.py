"""The guides' sources are sound: known words only, checked of late, the same in the docs."""

import re
from datetime import UTC, date, datetime

import pytest

from gatepost.lifecycle.explain_words import fix_of
from gatepost.lifecycle.observed import OBSERVATIONS
from gatepost.scim.urns import GATEPOST_USER
from gatepost.web.console.guides import document, source
from gatepost.web.console.guides.live import clock
from gatepost.web.console.guides.rendering import FIELD, PLACEHOLDER, Surroundings, parts_of
from gatepost.web.console.guides.source import BY_HAND, Guide, GuideInvalid, guides, read
from gatepost.web.console.guides.values import LABELS, LINKS, PAGES, TOKEN
from gatepost.web.console.providers.facts import VENDORS
from tests.house.files import ROOT, SOURCE

MONTHS_MAX = 9
_RELEASED = re.compile(r"^## \[?\d[^ ]* ?[-(] ?(\d{4}-\d\d-\d\d)", re.MULTILINE)
_CODE = re.compile(r"`((?:[a-z]+\.)[a-z_]+)`")
_ANY_BRACES = re.compile(r"\{\{.*?\}\}")

FRONT = """---
title: Acme: sign in by SAML
vendor: okta
protocol: saml
verified: 2026-11
needs: An account.
sources:
- https://acme.example/a
---
"""

everywhere = pytest.mark.parametrize("guide", guides().values(), ids=lambda one: one.id)


def text_of(guide: Guide) -> str:
    return (SOURCE / "web/console/guides/texts" / f"{guide.id}.md").read_text()


def test_the_guides_that_are_promised_are_there() -> None:
    vendors = ("entra", "okta", "onelogin", "jumpcloud", "ping", "generic")
    promised = {f"{one}-{what}" for one in vendors for what in ("scim", "saml", "oidc")}
    assert guides().keys() == promised | {"google-saml", "google-oidc"}


@everywhere
def test_its_name_says_for_whom_it_is(guide: Guide) -> None:
    assert guide.id == f"{guide.vendor}-{guide.protocol}"
    assert guide.vendor in VENDORS
    assert guide.sources
    assert all(one.startswith("https://") for one in guide.sources)


@everywhere
def test_every_placeholder_is_known(guide: Guide) -> None:
    used = set(_ANY_BRACES.findall(text_of(guide)))
    assert {one for one in used if not PLACEHOLDER.fullmatch(one)} == set()
    assert {one[3:-3] for one in used} - LABELS.keys() - {TOKEN} == set()


@everywhere
def test_every_seen_is_an_observation(guide: Guide) -> None:
    used = {name for one in guide.steps for name in one.seen}
    assert used - OBSERVATIONS.keys() - {BY_HAND} == set()


@everywhere
def test_every_step_says_what_is_seen_of_it(guide: Guide) -> None:
    tables = {"What each button sends", "Common mistakes"}
    assert {one.title for one in guide.sections if not one.is_step} <= tables
    assert "\nseen:" not in "".join(one.text for one in guide.sections)
    anchors = [one.anchor for one in guide.sections]
    assert len(set(anchors)) == len(anchors)


@everywhere
def test_every_link_leads_into_the_console_or_to_https(guide: Guide) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", text_of(guide)):
        name = link.removeprefix("console://")
        assert name in LINKS or name in PAGES or link.startswith("https://"), link


@everywhere
def test_every_reason_it_names_is_a_reason(guide: Guide) -> None:
    """A code of the tables has words of its own in `gatepost explain --code`."""
    mistakes = [one.text for one in guide.sections if one.title == "Common mistakes"]
    codes = {code for text in mistakes for code in _CODE.findall(text)}
    assert codes
    assert {code for code in codes if not fix_of(code)} == set()


def test_every_scim_guide_ends_with_its_two_tables() -> None:
    for one in guides().values():
        titles = [section.title for section in one.sections]
        if one.protocol == "scim":
            assert titles[-2:] == ["What each button sends", "Common mistakes"], one.id


def test_every_scim_guide_says_what_phone_numbers_and_our_attributes_are() -> None:
    """R14, R8, R9."""
    for one in guides().values():
        if one.protocol == "scim":
            text = document.page_of(one)
            for word in ("phoneNumbers", "userType", "organizationId", "userName", "active"):
                assert word in text, (one.id, word)


def test_google_is_said_plainly_not_to_provision_a_custom_app() -> None:
    """R26."""
    for name in ("google-saml", "google-oidc"):
        text = text_of(guides()[name])
        assert "Google does not provision here" in text
        assert "Groups cannot be mapped to roles" in text
        assert "Nobody is deactivated here when they leave" in text


@everywhere
def test_it_was_checked_within_nine_months_of_the_release(guide: Guide) -> None:
    """Held against the last release, or before the first one against the newest guide.

    The calendar alone fails nothing: what was released stays as it was.
    """
    assert months_between(guide.verified, released()) <= MONTHS_MAX


def test_months_are_counted_over_years() -> None:
    assert months_between(date(2026, 11, 1), date(2027, 8, 30)) == 9
    assert months_between(date(2026, 11, 1), date(2027, 9, 1)) == 10


def released() -> date:
    """Give the day of the last release in the changelog."""
    found = _RELEASED.search((ROOT / "CHANGELOG.md").read_text())
    if found:
        return date.fromisoformat(found.group(1))
    return max(one.verified for one in guides().values())


def months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def test_a_source_is_read_into_its_steps() -> None:
    guide = read(
        "x", FRONT + "Hello.\n\n## Do it\nseen: scim_on, token\n\nA text.\n\n## Mind\n\nB."
    )
    assert (guide.intro, guide.verified, guide.month) == (
        "Hello.",
        date(2026, 11, 1),
        "November 2026",
    )
    first, second = guide.sections
    assert (first.title, first.anchor, first.seen) == ("Do it", "do-it", ("scim_on", "token"))
    assert (first.text, second.text) == ("A text.", "B.")
    assert guide.steps == [first]
    assert guide.what == "Sign in by SAML"


@pytest.mark.parametrize(
    "broken",
    ["# no front matter", FRONT.replace("vendor: okta\n", ""), FRONT.replace("2026-11", "soon")],
)
def test_a_source_that_is_no_guide_is_refused(broken: str) -> None:
    with pytest.raises(GuideInvalid):
        read("x", broken)


VALUES = {name: f"<{name}>" for name in LABELS}
AROUND = Surroundings(VALUES, "/p")


def test_a_label_with_one_value_is_a_field_and_all_else_is_text() -> None:
    text = (
        "Before {{ scim.base_url }}.\n\nTenant URL: {{ scim.base_url }}\n\nSecret: {{ scim.token }}"
    )
    parts = parts_of(text, AROUND, "Do it")
    assert [(one.kind, one.label, one.value) for one in parts] == [
        ("text", "", ""),
        ("field", "Tenant URL", "<scim.base_url>"),
        ("token", "Secret", ""),
    ]
    assert "<code>&lt;scim.base_url&gt;</code>" in parts[0].html


def test_values_are_escaped_wherever_they_stand() -> None:
    hostile = '"><script>x</script>`*[a](javascript:x)*'
    values = {**VALUES, "provider.name": hostile, "scim.base_url": hostile}
    text = (
        "In {{ provider.name }}, `{{ provider.name }}`, [{{ provider.name }}](console://saml)\n\n"
        "| a {{ provider.name }} | b |\n|---|---|\n| {{ scim.base_url }} | c |\n\n"
        "```json\n{{ provider.name }}\n```\n\n- {{ provider.name }}\n"
    )
    (part,) = parts_of(text, Surroundings(values, "/p"), hostile)
    assert "<script" not in part.html
    assert "javascript:x)" in part.html
    assert 'href="javascript' not in part.html
    assert part.html.count("&lt;script&gt;") >= 7


def test_html_of_a_source_is_text() -> None:
    (part,) = parts_of("a <b>b</b> <img src=x>", AROUND, "x")
    assert "<b>" not in part.html
    assert "<img" not in part.html


def test_tables_can_be_scrolled_and_name_their_columns() -> None:
    (part,) = parts_of("| a | b |\n|---|---|\n| c | d |", AROUND, 'Map "it"')
    assert 'role="region" aria-label="Table: Map &#34;it&#34;" tabindex="0"' in part.html
    assert '<th scope="col">a</th>' in part.html
    assert "style=" not in part.html


def test_links_lead_into_this_providers_pages() -> None:
    (part,) = parts_of(
        "[a](console://saml) [b](console://mapping) [c](https://x.example)", AROUND, "x"
    )
    assert 'href="/p/saml"' in part.html
    assert 'href="/console/mapping?provider=p"' in part.html
    assert '<a href="https://x.example" rel="noreferrer">' in part.html
    with pytest.raises(KeyError):
        parts_of("[a](console://nowhere)", AROUND, "x")


def test_a_link_that_would_turn_the_reader_away_is_only_named() -> None:
    around = Surroundings(VALUES, "/p", shut={"mfa"})
    (part,) = parts_of(
        "[rule](console://mfa), [SAML](console://saml), [b](https://mfa)", around, "x"
    )
    assert part.html.startswith("<p>rule, <a")
    assert part.html.count("<a ") == part.html.count("</a>") == 2


def test_a_reason_that_was_seen_says_so_and_no_other() -> None:
    text = (
        "| reason | b |\n|---|---|\n| `auth.missing` | c |\n| `route.none`, `parse.invalid` | d |"
    )
    (part,) = parts_of(text, Surroundings(VALUES, "/p", {"route.none"}), "x")
    assert "<code>route.none</code> <strong>seen here</strong>, " in part.html
    assert part.html.count("seen here") == 1


def test_drawing_leaves_the_parsed_source_as_it_was() -> None:
    text = "Is {{ provider.name }} and [a](console://saml)"
    first = parts_of(text, Surroundings({**VALUES, "provider.name": "One"}, "/1"), "x")
    second = parts_of(text, Surroundings({**VALUES, "provider.name": "Two"}, "/2"), "x")
    assert "One" in first[0].html
    assert "One" not in second[0].html
    assert "/2/saml" in second[0].html


@everywhere
def test_the_page_of_the_docs_has_every_value_and_no_placeholder(guide: Guide) -> None:
    page = document.page_of(guide)
    assert "{{" not in page
    assert "](console://" not in page
    assert "\nseen:" not in page
    fields = [name for _, name in re.findall(FIELD.pattern, text_of(guide), re.MULTILINE)]
    assert len(fields) <= page.count("`https://gatepost.example.com/") + page.count(
        "the token, shown once"
    ) + page.count(f"`{GATEPOST_USER}")


def test_a_provider_without_guides_of_its_own_gets_those_for_any_product() -> None:
    assert {one.id for one in source.of_vendor("okta")} == {"okta-scim", "okta-saml", "okta-oidc"}
    generic = {"generic-scim", "generic-saml", "generic-oidc"}
    for vendor in ("generic", "generic-no-groups", "rippling", "keycloak"):
        assert {one.id for one in source.of_vendor(vendor)} == generic


def test_a_time_of_today_is_said_as_on_a_clock() -> None:
    now = datetime(2026, 11, 26, 12, 0, 5, tzinfo=UTC)
    assert clock(now, now) == "12:00:05 UTC"
    assert (
        clock(datetime(2026, 11, 25, 23, 59, 1, tzinfo=UTC), now)
        == "25 November 2026, 23:59:01 UTC"
    )
