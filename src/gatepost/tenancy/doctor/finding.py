"""A finding: what was looked at, and how it is."""

import msgspec

OK, WARNING, BAD = "ok", "warning", "bad"


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, how it is, and what to do about it."""

    check: str
    level: str
    says: str
    fix: str = ""
