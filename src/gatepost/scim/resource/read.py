"""Reading the body of a POST or PUT into a document (RFC 7644 §3.3, §3.5.1)."""

from typing import Any

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidSyntax, InvalidValue
from gatepost.scim.filter.parse import read_attribute_path
from gatepost.scim.filter.tree import AttributePath
from gatepost.scim.path import Resolved, resolve
from gatepost.scim.resource.canonical import canonical, check_required
from gatepost.scim.resource.members import is_membership, read_member_ids
from gatepost.scim.resource.values import (
    UNASSIGNED,
    cut,
    drop_unknown,
    is_empty,
    read_complex,
    read_text,
    read_value,
    shown,
    wrong_type,
)
from gatepost.scim.schema.attribute import Attribute, Mutability
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import COMMON

COMMON_ATTRIBUTES = {one.name.lower(): one for one in COMMON}

# What `ResourceSchema.ignored` has in lower case, as PRODUCT.md R14 spells it.
_SPELLINGS = {"phonenumbers": "phoneNumbers"}


def read(body: object, schema: ResourceSchema, dialect: Dialect) -> dict[str, Any]:
    """Give the canonical document that a body describes.

    Read-only attributes are left out ("SHALL be ignored", RFC 7644 §3.3); the
    members of a group come as a list of `{"value": id}`.

    Raises:
        InvalidSyntax: the body is no object, or names an attribute twice.
        InvalidValue: a value is not of its type, or a required one is missing.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax(f"The body must be a {schema.name} as a JSON object: {shown(body)}.")
    reader = _Reader(schema, dialect)
    reader.take_all(body)
    reader.check_schemas()
    document = canonical(reader.document, schema)
    check_required(document, schema)
    return document


def ignored_attribute(path: AttributePath, schema: ResourceSchema) -> str | None:
    """Find the attribute we accept and never apply that a path names (PRODUCT.md R14, R16)."""
    text, core = str(path).lower(), schema.core.id.lower()
    if text.startswith((f"{core}:", f"{core}.")):
        text = text[len(core) + 1 :]
    name = text.partition(".")[0]
    return _SPELLINGS.get(name, name) if name in schema.ignored else None


def check_alias(urn: str, schema: ResourceSchema, dialect: Dialect) -> None:
    """Note that a client misspells the enterprise extension (P4).

    Aliases of our own extension are configuration, not a deviation (PRODUCT.md R10).
    """
    folded = urn.lower()
    if schema.aliases.get(folded) == urns.ENTERPRISE_USER != urn:
        refusal = InvalidValue(f"`{cut(urn)}` is not a schema: write `{urns.ENTERPRISE_USER}`.")
        dialect.tolerate("P4", f"`{cut(urn)}`", refusal)


class _Reader:
    """One body being read, with the values found so far."""

    def __init__(self, schema: ResourceSchema, dialect: Dialect) -> None:
        self.document: dict[str, Any] = {}
        self._schema = schema
        self._dialect = dialect
        self._seen: set[tuple[str | None, str, str | None]] = set()
        self._schemas: object = None

    def take_all(self, body: dict[str, Any]) -> None:
        for key, value in body.items():
            self._take(key, value)

    def _take(self, key: str, value: object) -> None:
        folded = key.lower()
        attribute = self._schema.core_attributes.get(folded)
        if attribute is not None:
            self._set(attribute, value)
        elif folded in COMMON_ATTRIBUTES:
            self._take_common(COMMON_ATTRIBUTES[folded], value)
        elif folded in self._schema.urns:
            self._take_schema(key, value)
        else:
            self._take_path(key, value)

    def _take_common(self, attribute: Attribute, value: object) -> None:
        if attribute.name == "schemas":
            self._schemas = value
        else:
            self._set(attribute, value)

    def _take_schema(self, urn: str, value: object) -> None:
        """Take the object under the URN of an extension, or of the core."""
        name = self._schema.urns[urn.lower()]
        check_alias(urn, self._schema, self._dialect)
        if isinstance(value, list) and len(value) == 1:
            self._dialect.tolerate(
                "P7", f"`{name}` in a list", wrong_type(value, name, "an object")
            )
            value = value[0]
        if is_empty(value):
            return
        if not isinstance(value, dict):
            raise wrong_type(value, name, "an object with the attributes of the schema")
        if name == self._schema.core.id:
            refusal = InvalidSyntax(f"Attributes of `{name}` stand in the resource itself.")
            self._dialect.tolerate("M2", f"`{name}` as an object", refusal)
            self.take_all(value)
            return
        for key, item in value.items():
            attribute = self._schema.extension_attribute(name, key)
            if attribute is not None:
                self._set(attribute, item, urn=name)
            else:
                self._take_path(f"{name}:{key}", item)

    def _take_path(self, key: str, value: object) -> None:
        """Take a name with a URN or a dot in it (WIRE.md M2); all else is unknown (P9)."""
        path = read_attribute_path(key)
        if path is None:
            drop_unknown(key, self._dialect)
            return
        ignored = ignored_attribute(path, self._schema)
        if ignored is not None:
            self._dialect.ignore(ignored)
            return
        found = resolve(path, self._schema)
        if not isinstance(found, Resolved) or self._is_loose(path, found):
            drop_unknown(key, self._dialect)
        elif found.sub is None:
            self._set(found.attribute, value, urn=found.urn)
        elif found.attribute.multi_valued:
            drop_unknown(key, self._dialect)
        else:
            refusal = InvalidSyntax(f"`{key}` is no name of an attribute: nest it in an object.")
            self._dialect.tolerate("M2", f"`{cut(key)}` as a name", refusal)
            self._set_sub(found, found.sub, value)

    def _is_loose(self, path: AttributePath, found: Resolved) -> bool:
        """Tell whether a name without a URN was found only by guessing.

        What PATCH may guess (M5), a body may not (P9): it describes the whole.
        """
        return path.urn is None and (
            found.urn is not None or found.attribute.name.lower() != path.name.lower()
        )

    def _set(self, attribute: Attribute, value: object, *, urn: str | None = None) -> None:
        if attribute.mutability is Mutability.READ_ONLY:
            return
        self._see(urn, attribute.name)
        if is_membership(attribute, self._schema):
            ids = read_member_ids(value, self._dialect)
            self.document[attribute.name] = [{"value": one} for one in ids]
            return
        read = read_value(value, attribute, self._dialect)
        if read is UNASSIGNED:
            return
        container = self._container(urn)
        if attribute.is_complex and not attribute.multi_valued:
            container.setdefault(attribute.name, {}).update(read)
        else:
            container[attribute.name] = read

    def _set_sub(self, found: Resolved, sub: Attribute, value: object) -> None:
        self._see(found.urn, found.attribute.name, sub.name)
        read = read_complex({sub.name: value}, found.attribute, self._dialect, found.attribute.name)
        kept = {name: one for name, one in read.items() if one is not UNASSIGNED}
        if kept:
            self._container(found.urn).setdefault(found.attribute.name, {}).update(kept)

    def _container(self, urn: str | None) -> dict[str, Any]:
        return self.document if urn is None else self.document.setdefault(urn, {})

    def _see(self, urn: str | None, name: str, sub: str | None = None) -> None:
        """Refuse a name that was there already in another spelling (P14)."""
        target = (urn, name, sub)
        if target in self._seen:
            raise InvalidSyntax(f"`{name}` is given twice, in two spellings: send one of them.")
        self._seen.add(target)

    def check_schemas(self) -> None:
        """Look at `schemas`, which decides nothing: the endpoint and the names do (P3, P4)."""
        sent = [self._schemas] if isinstance(self._schemas, str) else self._schemas
        if is_empty(self._schemas):
            refusal = InvalidSyntax(f"`schemas` is missing: it must have `{self._schema.core.id}`.")
            self._dialect.tolerate("P3", "`schemas` is missing", refusal)
            return
        if not isinstance(sent, list):
            raise wrong_type(sent, "schemas", "a list of schema URNs")
        for urn in sent:
            self._check_schema(read_text(urn, "schemas"))

    def _check_schema(self, urn: str) -> None:
        if urn.lower() in self._schema.urns:
            check_alias(urn, self._schema, self._dialect)
            return
        refusal = InvalidValue(
            f"`schemas` has `{cut(urn)}`, which is no schema of a {self._schema.name} here: "
            "take it out, or declare the extension schema."
        )
        self._dialect.tolerate("P4", f"`{cut(urn)}`", refusal)
