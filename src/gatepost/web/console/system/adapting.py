"""From a form to a tenant's new settings. Pure; whether they are acceptable the rules say."""

import re
from typing import Any

import msgspec

from gatepost.tenancy.refusals import SettingInvalid
from gatepost.web.pages.reception import Form

Settings = dict[str, Any]
_OWN = "urn:ietf:params:scim:schemas:extension:{}:2.0:User"
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def urn_of(tenant_name: str) -> str:
    """Propose the URN of a tenant's first extension schema."""
    return _OWN.format(_NO_LETTER.sub("-", tenant_name.lower()).strip("-") or "own")


def with_attribute(form: Form, old: Settings) -> Settings:
    """Declare an attribute, in a schema of its own if the URN is new.

    Raises:
        SettingInvalid: a field is empty, or the attribute is there.
    """
    urn, name = _given(form, "urn"), _given(form, "name")
    attribute: dict[str, Any] = {
        "name": name,
        "type": form.get("type", "string"),
        "multiValued": form.get("multi_valued") == "yes",
        "description": form.get("description", "").strip(),
    }
    schemas = [dict(one) for one in old.get("schemas") or []]
    schema = next((one for one in schemas if one["id"].lower() == urn.lower()), None)
    if schema is None:
        schemas.append({"id": urn, "attributes": [attribute]})
    else:
        present = schema["attributes"]
        if any(one["name"].lower() == name.lower() for one in present):
            raise SettingInvalid(setting="name", value=name, why="this attribute is there already")
        schema["attributes"] = [*present, attribute]
    return {**old, "schemas": schemas}


def without_attribute(form: Form, old: Settings) -> Settings:
    """Take an attribute out of its schema, and a schema away that is left with none."""
    urn, name = form.get("urn", ""), form.get("name", "")
    schemas = []
    for one in old.get("schemas") or []:
        kept = [two for two in one["attributes"] if one["id"] != urn or two["name"] != name]
        schemas += [{**one, "attributes": kept}] if kept else []
    return {**old, "schemas": schemas}


def with_alias(form: Form, old: Settings) -> Settings:
    """Let a URN stand for another.

    Raises:
        SettingInvalid: a field is empty, or the URN stands for another already.
    """
    alias, urn = _given(form, "alias"), _given(form, "urn")
    present = dict(old.get("aliases") or {})
    if alias.lower() in {one.lower() for one in present}:
        raise SettingInvalid(setting="alias", value=alias, why="this alias is there already")
    if not alias.lower().startswith("urn:"):
        why = "an alias is a URN, such as urn:example:params:scim:schemas:extension:other:2.0:User"
        raise SettingInvalid(setting="alias", value=alias, why=why)
    return {**old, "aliases": {**present, alias: urn}}


def without_alias(form: Form, old: Settings) -> Settings:
    """Let the URN stand for nothing."""
    gone = form.get("alias", "")
    kept = {alias: urn for alias, urn in (old.get("aliases") or {}).items() if alias != gone}
    return {**old, "aliases": kept}


def by_document(form: Form, _old: Settings) -> Settings:
    """Take the whole from a JSON document.

    Raises:
        SettingInvalid: it is none.
    """
    try:
        read = msgspec.json.decode(form.get("document", ""), type=_Document)
    except msgspec.DecodeError as error:
        why = f"this is no such document: {error}"
        raise SettingInvalid(setting="document", value="", why=why) from error
    return {"schemas": read.schemas, "aliases": read.aliases}


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    schemas: list[dict[str, Any]] = []
    aliases: dict[str, str] = {}


def _given(form: Form, name: str) -> str:
    value = form.get(name, "").strip()
    if not value:
        raise SettingInvalid(setting=name, value="", why="this must not be empty")
    return value
