"""References between the operations of a bulk request (RFC 7644 §3.7.1, §3.7.2)."""

import heapq
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from gatepost.scim import urns
from gatepost.scim.bulk.message import BulkOperation
from gatepost.scim.errors import Conflict
from gatepost.scim.resource.values import cut

PREFIX: Final = "bulkId:"
_QUOTED = re.compile(r'"bulkId:([^"\\]+)"')


def plan_order(operations: Sequence[BulkOperation]) -> list[int]:
    """Give the order to run the operations in, as places in the sequence.

    Each comes after the POSTs it refers to, and after those before it on the
    same resource; otherwise the order is the client's. Operations in a circle,
    and what refers to them, come last in the client's order: run `split_cycles`
    first and there are none.
    """
    needs = _needs(operations)
    waiting = {place: set(found) for place, found in enumerate(needs)}
    _keep_turns(operations, waiting)
    followers: dict[int, list[int]] = {}
    for place, found in waiting.items():
        for one in found:
            followers.setdefault(one, []).append(place)
    ready = [place for place, found in waiting.items() if not found]
    order: list[int] = []
    while ready:
        place = heapq.heappop(ready)
        order.append(place)
        for follower in followers.get(place, ()):
            waiting[follower].discard(place)
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    return order + sorted(waiting.keys() - set(order))


def _keep_turns(operations: Sequence[BulkOperation], waiting: dict[int, set[int]]) -> None:
    last: dict[tuple[str, str], int] = {}
    for place, one in enumerate(operations):
        if one.resource_id is None:
            continue
        resource = (one.path_type.lower(), one.resource_id)
        if resource in last:
            waiting[place].add(last[resource])
        last[resource] = place


def _needs(operations: Sequence[BulkOperation]) -> list[set[int]]:
    """Give for each operation the places of the POSTs it refers to."""
    posts = {
        one.bulk_id: place
        for place, one in enumerate(operations)
        if one.method == "POST" and one.bulk_id is not None
    }
    return [{posts[name] for name in _references(one) if name in posts} for one in operations]


def _references(operation: BulkOperation) -> Iterator[str]:
    """Give the bulkIds an operation refers to."""
    if operation.resource_id is not None and operation.resource_id.startswith(PREFIX):
        yield operation.resource_id[len(PREFIX) :]
    yield from _references_in(operation.data)


def _references_in(value: object) -> Iterator[str]:
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            stack.extend(one.values())
        elif isinstance(one, list):
            stack.extend(one)
        elif isinstance(one, str):
            if one.startswith(PREFIX):
                yield one[len(PREFIX) :]
            yield from _QUOTED.findall(one)


def split_cycles(operations: Sequence[BulkOperation]) -> tuple[BulkOperation, ...]:
    """Give the operations without circular references (RFC 7644 §3.7.1).

    A POST in a circle is created without the attributes that refer to the
    others of it; a PATCH at the end adds them.
    """
    needs = _needs(operations)
    circle = _in_circles(needs)
    result: list[BulkOperation] = []
    completions: list[BulkOperation] = []
    for place, one in enumerate(operations):
        names = {operations[other].bulk_id or "" for other in needs[place] & circle}
        if place not in circle:
            result.append(one)
            continue
        kept, cut_out = _split_data(one.data or {}, names)
        result.append(msgspec.structs.replace(one, data=kept))
        completions.append(_completion(one, cut_out))
    return (*result, *completions)


def _in_circles(needs: list[set[int]]) -> set[int]:
    """Give the places that stand in a circle, or on the way from one to another."""
    needed_by: list[set[int]] = [set() for _ in needs]
    for place, found in enumerate(needs):
        for one in found:
            needed_by[one].add(place)
    upstream = _outside(needs, needed_by)
    downstream = _outside(needed_by, needs)
    return set(range(len(needs))) - upstream - downstream


def _outside(needs: list[set[int]], needed_by: list[set[int]]) -> set[int]:
    """Give the places that need nothing, and then those that need only such; each edge once."""
    open_needs = [len(found) for found in needs]
    ready = [place for place, count in enumerate(open_needs) if not count]
    outside: set[int] = set()
    while ready:
        place = ready.pop()
        outside.add(place)
        for follower in needed_by[place]:
            open_needs[follower] -= 1
            if not open_needs[follower]:
                ready.append(follower)
    return outside


def _split_data(data: dict[str, Any], names: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part the attributes that refer to one of these bulkIds; keys of the second are paths."""
    kept: dict[str, Any] = {}
    cut_out: dict[str, Any] = {}
    for key, value in data.items():
        if not names.intersection(_references_in(value)):
            kept[key] = value
        elif isinstance(value, dict) and key.lower().startswith("urn:"):
            inner, outer = _split_data(value, names)
            kept[key] = inner
            cut_out.update({f"{key}:{name}": one for name, one in outer.items()})
        else:
            cut_out[key] = value
    return kept, cut_out


def _completion(operation: BulkOperation, attributes: dict[str, Any]) -> BulkOperation:
    changes = [{"op": "add", "path": path, "value": value} for path, value in attributes.items()]
    return BulkOperation(
        index=operation.index,
        method="PATCH",
        path_type=operation.path_type,
        resource_id=f"{PREFIX}{operation.bulk_id}",
        data={"schemas": [urns.PATCH_OP], "Operations": changes},
        is_completion=True,
    )


def substitute(value: Any, ids: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Give the JSON value with each `bulkId:x` replaced by the id in `ids`.

    Replaced are strings that are nothing else, and quoted ones inside the
    filter of a PATCH path.

    Raises:
        Conflict: nothing was created under that bulkId (RFC 7644 §3.7.1).
    """
    if isinstance(value, dict):
        return {key: substitute(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [substitute(one, ids) for one in value]
    if not isinstance(value, str) or PREFIX not in value:
        return value
    if value.startswith(PREFIX):
        return _resolved(value[len(PREFIX) :], ids)
    return _QUOTED.sub(lambda found: f'"{_resolved(found[1], ids)}"', value)


def _resolved(name: str, ids: dict[str, str]) -> str:
    if name not in ids:
        raise Conflict(
            f"`{PREFIX}{cut(name)}` stands for nothing: no POST of this request with that bulkId "
            "has created a resource. See the results of the operations before."
        )
    return ids[name]
