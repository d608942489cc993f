"""What an attribute is: its characteristics (RFC 7643 §2.2, §7)."""

from enum import StrEnum

import msgspec


class Type(StrEnum):
    """Data types (RFC 7643 §2.3)."""

    STRING = "string"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE_TIME = "dateTime"
    BINARY = "binary"
    REFERENCE = "reference"
    COMPLEX = "complex"


class Mutability(StrEnum):
    """When a value may be written (RFC 7643 §7)."""

    READ_ONLY = "readOnly"
    READ_WRITE = "readWrite"
    IMMUTABLE = "immutable"
    WRITE_ONLY = "writeOnly"


class Returned(StrEnum):
    """When a value is given out (RFC 7643 §7)."""

    ALWAYS = "always"
    NEVER = "never"
    DEFAULT = "default"
    REQUEST = "request"


class Uniqueness(StrEnum):
    """Within what a value is unique (RFC 7643 §7)."""

    NONE = "none"
    SERVER = "server"
    GLOBAL = "global"


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute or sub-attribute with its characteristics (RFC 7643 §7)."""

    name: str
    type: Type = Type.STRING
    multi_valued: bool = False
    description: str = ""
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = Mutability.READ_WRITE
    returned: Returned = Returned.DEFAULT
    uniqueness: Uniqueness = Uniqueness.NONE
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple["Attribute", ...] = ()

    @property
    def is_complex(self) -> bool:
        """Tell whether the attribute has sub-attributes."""
        return self.type is Type.COMPLEX

    def sub(self, name: str) -> "Attribute | None":
        """Find a sub-attribute by its name in any case."""
        folded = name.lower()
        return next((one for one in self.sub_attributes if one.name.lower() == folded), None)


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """A named set of attributes (RFC 7643 §7)."""

    id: str
    name: str
    description: str = ""
    attributes: tuple[Attribute, ...] = ()
