"""Fills a server over its own API and loads it; the same for every server."""

import http.client
from collections.abc import Callable
from typing import Any

import msgspec

from bench import server
from bench.load.plan import Plan
from bench.peers.catalogue import Endpoint
from bench.results import Fact, Measured, Run
from bench.server import Served

_CONNECTIONS = 16
_SPARE = 40
_MEMBERS_MAX = 1_000
_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_JSON = "application/scim+json"
_TIMEOUT_S = 120


class Drive:
    """Measures one server after the other with the same scenarios."""

    def __init__(self, run: Run, seconds: float, say: Callable[[str], None]) -> None:
        self._run = run
        self._seconds = seconds
        self._say = say

    def measure(self, name: str, started: tuple[Served, Endpoint], users: int, number: int) -> None:
        """Create that many people, then load; the server was just started and is empty."""
        served, self._endpoint = started
        self._name, self._users, self._number = name, users, number
        self._fact("start to ready s", served.ready_s)
        self._fact("memory empty MiB", served.rss_mib)
        most = {"operations_max": users, "seconds": 600.0, "warmup_s": 0.0}
        self._load("create", "create", {"first": 1}, **most)
        ids = self._ids(users)
        if len(ids) <= _SPARE:
            self._say(f"{name} has {len(ids)} of {users} people: nothing further is measured")
            return
        self._fact("memory filled MiB", served.rss_mib)
        numbers = list(range(1, users + 1))
        self._load("get", "get", {"ids": ids})
        self._load("userName eq", "user_name_eq", {"numbers": numbers})
        self._load("emails.value eq", "email_eq", {"numbers": numbers})
        self._load("list 100", "page", {"queries": ["count=100"]})
        self._load("patch active", "patch_active", {"ids": ids})
        members = ids[:-_SPARE][:_MEMBERS_MAX]
        group_id = self._group(members)
        adds = {"group_id": group_id, "ids": ids[-_SPARE:]}
        self._load(
            f"member add, group of {len(members):,}",
            "member_add",
            adds,
            connections=1,
            seconds=60,
            warmup_s=0,
        )

    def _load(self, operation: str, scenario: str, parameters: dict[str, Any], **how: Any) -> None:  # noqa: ANN401
        known = {"connections": _CONNECTIONS, "seconds": self._seconds}
        plan = Plan(
            host="127.0.0.1",
            port=self._endpoint.port,
            base_path=self._endpoint.base_path,
            headers=self._headers(),
            scenario=scenario,
            parameters=parameters,
            **(known | how),
        )
        result = server.load(plan)
        self._say(
            f"{self._name}, {self._users:,} users: {operation}: {result.per_s:,.0f} /s,"
            f" p50 {result.p50_ms:.2f} ms"
            + (f", WRONG {result.wrong} {result.example[:120]}" if result.wrong else "")
        )
        self._run.measured.append(
            Measured(
                subject=self._name,
                database="own",
                users=self._users,
                operation=operation,
                connections=plan.connections,
                round=self._number,
                result=result,
            )
        )

    def _fact(self, name: str, value: float) -> None:
        self._run.facts.append(
            Fact(subject=self._name, database="own", users=self._users, name=name, value=value)
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._endpoint.token}"}

    def _ids(self, users: int) -> list[str]:
        """Read the ids of everybody, page by page."""
        found: list[str] = []
        while len(found) < users:
            listed = self._ask("GET", f"/Users?count=100&startIndex={len(found) + 1}")
            page = [one["id"] for one in listed.get("Resources", [])]
            if not page:
                break
            found += page
        return found

    def _group(self, ids: list[str]) -> str:
        members = [{"value": one} for one in ids]
        body = {"schemas": [_GROUP], "displayName": f"Bench {self._number}", "members": members}
        return str(self._ask("POST", "/Groups", body)["id"])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - JSON
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._endpoint.port, timeout=_TIMEOUT_S
        )
        sent = msgspec.json.encode(body) if body is not None else None
        headers = {**self._headers(), "Content-Type": _JSON} if sent else self._headers()
        connection.request(method, self._endpoint.base_path + path, sent, headers)
        answer = connection.getresponse().read()
        connection.close()
        return msgspec.json.decode(answer)
