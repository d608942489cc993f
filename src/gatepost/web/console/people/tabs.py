"""The tabs about a person: Timeline, Profile, Access, Sessions, Raw. Why has a file of its own."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gatepost.base.clock import as_rfc3339
from gatepost.lifecycle.listing import MANUAL, MAPPING, Portrait
from gatepost.lifecycle.provenance import fields_of
from gatepost.login.factors.enrolment import NAMES
from gatepost.scim.resource.version import etag
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import UserRow
from gatepost.web.console.people.page import Seen, UserPage

_PAGE = 30
_LOG_MAX = 300
_GROUPS_MAX = 200


class TimelineTab(UserPage):
    """Everything that happened to the person, newest first."""

    tab, template = "/timeline", "user_timeline.html"

    async def more(self, seen: Seen) -> Mapping[str, Any]:
        """Give a page of moments."""
        before = seen.request.query_params.get("before")
        try:
            moments, older = await self._rooms.timeline.page(
                seen.user, seen.providers, before_id=before, limit=_PAGE
            )
        except ScanTooLong:
            return {"moments": [], "older": None, "is_first": before is None, "too_long": True}
        return {
            "moments": moments,
            "older": older,
            "is_first": before is None,
            "too_long": False,
        }


class ProfileTab(UserPage):
    """Each field with where it comes from, since when, and who may change it."""

    tab, template = "/profile", "user_profile.html"

    async def more(self, seen: Seen) -> Mapping[str, Any]:
        """Give the fields."""
        user = seen.user
        log = await self._rooms.activity.about(user.tenant_id, user.user_id, _LOG_MAX)
        return {"fields": fields_of(seen.portrait, log)}


class AccessTab(UserPage):
    """Roles with the cause of each, what hangs on which group, and organizations."""

    tab, template = "/access", "user_access.html"

    async def more(self, seen: Seen) -> Mapping[str, Any]:
        """Give roles and groups."""
        portrait = seen.portrait
        grants = await self._rooms.listing.grants(seen.user)
        return {
            "roles": [
                {
                    "role": one,
                    "grant": grants.get(one.role_id) if one.cause == MANUAL else None,
                    "is_mapped": one.cause == MAPPING,
                }
                for one in portrait.roles
            ],
            "groups": [
                {
                    "id": group_id,
                    "name": name,
                    "gives": [one.name for one in portrait.roles if one.group_id == group_id],
                    "loses": lost_without(portrait, group_id),
                }
                for group_id, name in portrait.groups[:_GROUPS_MAX]
            ],
            "more_groups": max(0, len(portrait.groups) - _GROUPS_MAX),
        }


class SessionsTab(UserPage):
    """How the person signs in, and where they are signed in."""

    tab, template = "/sessions", "user_sessions.html"

    async def more(self, seen: Seen) -> Mapping[str, Any]:
        """Give ways and sessions."""
        return {
            "way": _way(seen.portrait),
            "own_session": seen.staff.signed.session.session_id,
            "kinds": NAMES,
            "providers": seen.names,
        }


class RawTab(UserPage):
    """The SCIM resource as it is stored."""

    tab, template = "/raw", "user_raw.html"

    async def more(self, seen: Seen) -> Mapping[str, Any]:
        """Give the document; phone numbers and secrets are no part of it (R14, R16)."""
        user, manager = seen.user, seen.portrait.manager
        document = msgspec.json.decode(user.doc)
        public_url = self._access.reception.public_url
        return {
            "document": msgspec.json.format(msgspec.json.encode(document), indent=2).decode(),
            "etag": etag(user.version),
            "meta": _meta(user),
            "location": f"{public_url}/scim/v2/{manager.slug}/Users/{user.user_id}"
            if manager and user.deleted_at is None
            else None,
        }


def lost_without(portrait: Portrait, group_id: str) -> list[str]:
    """Name the roles that the person has through that group and in no other way."""
    through = {one.role_id: one.name for one in portrait.roles if one.group_id == group_id}
    kept = {one.role_id for one in portrait.roles if one.group_id != group_id}
    return [name for role_id, name in through.items() if role_id not in kept]


def _meta(user: UserRow) -> dict[str, str]:
    return {
        "resourceType": "User",
        "created": as_rfc3339(user.created_at),
        "lastModified": as_rfc3339(user.modified_at),
        "version": etag(user.version),
    }


def _way(portrait: Portrait) -> str:
    user, manager = portrait.user, portrait.manager
    if user.status != "active" or user.deleted_at:
        return "Not at all: the account is inactive"
    if user.auth_type == "sso":
        return f"Through {manager.name}" if manager else "Through an identity provider"
    kept = " (keeps its own sign-in always)" if user.administrator or user.break_glass else ""
    return f"With a password and a second factor here{kept}"
