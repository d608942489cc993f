"""Counts and times of requests, for Prometheus; no user and no tenant in a label."""

from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter(
    "gatepost_scim_requests_total", "SCIM requests answered", ["method", "resource", "status"]
)
SECONDS = Histogram(
    "gatepost_scim_request_seconds",
    "Time from the first byte of a SCIM request to its answer",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

_RESOURCES = {"users", "groups", "bulk", "schemas", "resourcetypes", "serviceproviderconfig"}


def observe(method: str, path: str, status: int, seconds: float) -> None:
    """Count one SCIM request."""
    parts = path.split("/", 5)
    resource = parts[4].split("?")[0].lower() if len(parts) > 4 else ""  # noqa: PLR2004 - /scim/v2/x/Users
    shown = resource if resource in _RESOURCES else "other"
    _counter(method, shown, status).inc()
    SECONDS.observe(seconds)


@cache
def _counter(method: str, resource: str, status: int) -> Counter:
    """Give the counter of these labels, which are few: looking it up costs more than counting."""
    return REQUESTS.labels(method, resource, str(status))


def exposition(multiprocess_dir: str | None) -> bytes:
    """Write all metrics in Prometheus' text format, of every worker process."""
    if multiprocess_dir is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=multiprocess_dir)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
