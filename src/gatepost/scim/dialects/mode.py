"""How a provider's requests are taken: tolerantly, with a count, or to the letter."""

from enum import StrEnum

import msgspec

from gatepost.scim.errors import ScimError


class Mode(StrEnum):
    """The three modes of an identity provider (PRODUCT.md R39)."""

    TOLERANT = "tolerant"
    REPORT = "report"
    STRICT = "strict"


class Deviation(msgspec.Struct, frozen=True):
    """One tolerated deviation: the rule's number and what was seen, without personal data."""

    rule: str
    example: str


class Dialect:
    """What one request is read with; collects what was tolerated and what was ignored.

    One is made for each request, passed to everything that reads a part of it,
    and asked at the end.
    """

    def __init__(self, mode: Mode = Mode.TOLERANT) -> None:
        self.mode = mode
        self.deviations: list[Deviation] = []
        self.ignored: list[str] = []

    @property
    def is_strict(self) -> bool:
        """Tell whether deviations are refused."""
        return self.mode is Mode.STRICT

    def tolerate(self, rule: str, example: str, refusal: ScimError) -> None:
        """Let a deviation pass, or raise the refusal in strict mode.

        `rule` is a key of `dialects.rules.RULES`; `example` names attributes and
        shapes, never values that identify a person.
        """
        if self.is_strict:
            raise refusal
        self.deviations.append(Deviation(rule, example))

    def ignore(self, attribute: str) -> None:
        """Note an attribute that is accepted and never applied (PRODUCT.md R14, R16)."""
        if attribute not in self.ignored:
            self.ignored.append(attribute)
