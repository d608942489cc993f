"""A provider's rate limit: a bucket that refills steadily (WIRE.md R6)."""

import math

from gatepost.scim.errors import TooManyRequests

_BURST_S = 2.0


class Buckets:
    """One bucket a provider, in this process; each worker process has its own."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, provider_id: str, rate: int, now_s: float) -> None:
        """Take one request out of the provider's bucket; `rate` 0 is no limit.

        Raises:
            TooManyRequests: it is empty; `Retry-After` says when it is not.
        """
        if rate <= 0:
            return
        size = rate * _BURST_S
        level, since = self._buckets.get(provider_id, (size, now_s))
        level = min(size, level + (now_s - since) * rate)
        if level < 1:
            self._buckets[provider_id] = (level, now_s)
            wait_s = max(1, math.ceil((1 - level) / rate))
            raise TooManyRequests(
                f"More than {rate} requests a second. Try again in {wait_s} s.",
                headers={"Retry-After": str(wait_s)},
            )
        self._buckets[provider_id] = (level - 1, now_s)
