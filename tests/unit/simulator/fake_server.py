"""A SCIM server of a hundred lines, so that the simulator is tested without ours."""

import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qs

import httpx2


class FakeServer:
    """Keeps users and groups in memory; remembers every request as it came."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, dict[str, Any]]] = {"Users": {}, "Groups": {}}
        self.requests: list[httpx2.Request] = []
        self.before: Callable[[httpx2.Request], httpx2.Response | None] = lambda _request: None
        self._numbers = count(1)

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url="http://gatepost.test/scim/v2/acme",
            transport=httpx2.MockTransport(self.answer),
        )

    def sent(self) -> list[str]:
        return [f"{request.method} {_path(request)}" for request in self.requests]

    def bodies(self, method: str) -> list[Any]:
        return [json.loads(r.content) for r in self.requests if r.method == method]

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        early = self.before(request)
        if early is not None:
            return early
        path = _path(request).partition("?")[0]
        _, kind, *ids = path.split("/")
        return self._one(request, kind, ids[0]) if ids else self._all(request, kind)

    def _all(self, request: httpx2.Request, kind: str) -> httpx2.Response:
        resources = self.resources[kind]
        if request.method == "GET":
            found = [r for r in resources.values() if _matches(request, r)]
            return httpx2.Response(200, json={"totalResults": len(found), "Resources": found})
        body = json.loads(request.content)
        key = "userName" if kind == "Users" else "displayName"
        if any(r[key] == body[key] for r in resources.values()):
            return refusal(409, f"{body[key]} is taken")
        body["id"] = f"{kind[0]}{next(self._numbers)}"
        resources[body["id"]] = body
        return httpx2.Response(201, json=body)

    def _one(self, request: httpx2.Request, kind: str, id_: str) -> httpx2.Response:
        resource = self.resources[kind].get(id_)
        if resource is None:
            return refusal(404, f"there is no {id_}")
        if request.method == "DELETE":
            del self.resources[kind][id_]
            return httpx2.Response(204)
        if request.method == "PUT":
            self.resources[kind][id_] = json.loads(request.content) | {"id": id_}
        return httpx2.Response(200, json=self.resources[kind][id_])


def refusal(status: int, detail: str, **headers: str) -> httpx2.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json={"status": str(status), "detail": detail}, headers=names)


def _path(request: httpx2.Request) -> str:
    return request.url.raw_path.decode().removeprefix("/scim/v2/acme")


def _matches(request: httpx2.Request, resource: dict[str, Any]) -> bool:
    (text,) = parse_qs(request.url.query.decode()).get("filter", [""])
    found = re.fullmatch(r'(\w+) eq "(.*)"', text)
    return not found or resource.get(found[1]) == found[2]
