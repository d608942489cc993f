"""What the load process is told, and what it tells."""

from typing import Any

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One load: which scenario, at which server, from how many connections, how long.

    `operations_max` requests end it earlier. `parameters` are the scenario's own.
    """

    host: str
    port: int
    base_path: str
    headers: dict[str, str]
    scenario: str
    parameters: dict[str, Any] = {}
    connections: int = 64
    seconds: float = 3.0
    warmup_s: float = 0.3
    operations_max: int | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a load; `wrong` counts answers that were not the right ones, by what they were.

    `used` is how many requests the scenario made, warm-up included, so that the next
    load of it can go on where this one ended.
    """

    operations: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    answer_bytes: int
    used: int
    wrong: dict[str, int] = {}
    example: str = ""

    @property
    def per_s(self) -> float:
        """Operations a second."""
        return self.operations / self.seconds if self.seconds else 0.0
