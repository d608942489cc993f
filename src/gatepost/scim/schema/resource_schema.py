"""A resource type with everything needed to look its attributes up (RFC 7643 §6)."""

from functools import cached_property

from gatepost.scim.schema.attribute import Attribute, Schema


class ResourceSchema:
    """A core schema with its extensions; every look-up is by any case.

    `extensions` are the extension schemas in order. `aliases` maps other URNs
    (lower-cased) to the URN of an extension: what arrives under an alias is
    read as the extension (PRODUCT.md R10). `ignored` are core attribute names
    that are accepted and dropped without being a deviation (R14, R16).
    """

    def __init__(  # noqa: PLR0913 - a value of seven parts, built once per tenant
        self,
        *,
        name: str,
        endpoint: str,
        description: str,
        core: Schema,
        extensions: tuple[Schema, ...] = (),
        aliases: dict[str, str] | None = None,
        ignored: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.endpoint = endpoint
        self.description = description
        self.core = core
        self.extensions = extensions
        self.aliases = {alias.lower(): urn for alias, urn in (aliases or {}).items()}
        self.ignored = frozenset(name.lower() for name in ignored)

    @cached_property
    def core_attributes(self) -> dict[str, Attribute]:
        """Core attributes by lower-cased name."""
        return {one.name.lower(): one for one in self.core.attributes}

    @cached_property
    def extension_attributes(self) -> dict[str, dict[str, Attribute]]:
        """Extension attributes by URN (schema spelling), then by lower-cased name."""
        return {
            schema.id: {one.name.lower(): one for one in schema.attributes}
            for schema in self.extensions
        }

    @cached_property
    def urns(self) -> dict[str, str]:
        """Every URN that names a part of this resource, lower-cased → schema spelling."""
        known = {schema.id.lower(): schema.id for schema in self.extensions}
        known[self.core.id.lower()] = self.core.id
        return {**known, **self.aliases}

    def extension(self, urn: str) -> str | None:
        """Find the extension a URN names, by any case and by alias; not the core."""
        found = self.urns.get(urn.lower())
        return found if found in self.extension_attributes else None

    def core_attribute(self, name: str) -> Attribute | None:
        """Find a core attribute by its name in any case."""
        return self.core_attributes.get(name.lower())

    def extension_attribute(self, urn: str, name: str) -> Attribute | None:
        """Find an attribute of the extension with that URN (schema spelling)."""
        return self.extension_attributes.get(urn, {}).get(name.lower())

    def only_extension_with(self, name: str) -> str | None:
        """Find the one extension that has an attribute of that name (WIRE.md M5).

        Gives nothing when none has, or when several have.
        """
        folded = name.lower()
        having = [urn for urn, ones in self.extension_attributes.items() if folded in ones]
        return having[0] if len(having) == 1 else None
