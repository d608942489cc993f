"""What a filled directory is loaded with, operation by operation."""

from collections.abc import Iterator
from typing import Any

import msgspec

from bench.directory import SPARE, Directory
from bench.load.plan import Plan

DEEP = 0.9
"""How far into the list of all users the deep pages are."""
_LARGE_GROUP = 100_000
_GROUP_GETS = 300


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured; `only`: parts of operations' names, all where empty."""

    seconds: float
    rounds: int
    connections: int
    few_connections: int
    group_sizes: tuple[int, ...]
    only: tuple[str, ...] = ()

    def wants(self, operation: str) -> bool:
        """Tell whether the operation is to be measured."""
        return not self.only or any(one in operation for one in self.only)


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as the table names it, and how it is done.

    `goes_on`: the next load of it begins with the request after its last.
    """

    operation: str
    scenario: str
    connections: int
    parameters: dict[str, Any] = {}
    operations_max: int | None = None
    goes_on: bool = True

    def plan(self, directory: Directory, port: int, first: int, seconds: float) -> Plan:
        """Make the plan of the load against a server that serves the directory."""
        return Plan(
            host="127.0.0.1",
            port=port,
            base_path=directory.base_path,
            headers={"Authorization": f"Bearer {directory.token}"},
            scenario=self.scenario,
            parameters={**self.parameters, "first": first},
            connections=self.connections,
            seconds=seconds,
            operations_max=self.operations_max,
        )


def loads(directory: Directory, options: Options) -> Iterator[Load]:
    """Give all loads of one round, the ones that read before those that write."""
    sample = directory.sample()
    many, few = options.connections, options.few_connections
    ids = {"ids": [one for _, one in sample]}
    numbers = {"numbers": [number for number, _ in sample]}
    yield Load(operation="get", scenario="get", connections=many, parameters=ids)
    yield Load(
        operation="userName eq", scenario="user_name_eq", connections=many, parameters=numbers
    )
    yield Load(
        operation="emails.value eq", scenario="email_eq", connections=many, parameters=numbers
    )
    for name, queries in _pages(directory):
        yield Load(
            operation=name, scenario="page", connections=many, parameters={"queries": queries}
        )
    yield from _group_loads(directory)
    yield Load(operation="patch active", scenario="patch_active", connections=many, parameters=ids)
    yield Load(operation="patch title", scenario="patch_title", connections=many, parameters=ids)
    yield Load(operation="create", scenario="create", connections=many)
    yield Load(operation="create", scenario="create", connections=few)


def _pages(directory: Directory) -> Iterator[tuple[str, list[str]]]:
    start = int(directory.users * DEEP)
    yield "list 100, first page", ["count=100"]
    deep = [f"count=100&cursor={one}" for one in directory.cursors(DEEP)]
    yield "list 100, by cursor at 90 %", deep
    yield "list 100, by index at 90 %", [f"count=100&startIndex={start}"]


def _group_loads(directory: Directory) -> Iterator[Load]:
    """One connection each: here the time of a single request is what counts."""
    for size, group_id in directory.groups.items():
        group = {"group_id": group_id}
        members = {**group, "ids": directory.spare_ids}
        for verb in ("add", "remove"):
            yield Load(
                operation=f"member {verb}, group of {size:,}",
                scenario=f"member_{verb}",
                connections=1,
                parameters=members,
                operations_max=SPARE,
                goes_on=False,
            )
        yield Load(
            operation=f"get group of {size:,} without members",
            scenario="group",
            connections=1,
            parameters={**group, "query": "?excludedAttributes=members"},
            operations_max=_GROUP_GETS,
        )


def large_group(directory: Directory) -> Load | None:
    """Give the load that reads the largest group with its members, if there is a large one."""
    size, group_id = max(directory.groups.items(), default=(0, ""))
    if size < _LARGE_GROUP:
        return None
    return Load(
        operation=f"get group of {size:,} with members",
        scenario="group",
        connections=2,
        parameters={"group_id": group_id},
        operations_max=4,
    )
