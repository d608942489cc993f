"""Send what a SCIM client sends, and compare what comes back (README.md describes a case)."""

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GATEPOST = "urn:ietf:params:scim:schemas:extension:gatepost:2.0:User"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MEDIA_TYPE = "application/scim+json"
_PREFIXES = {"E:": ENTERPRISE, "G:": GATEPOST}
_CORE = {
    "/Users": "urn:ietf:params:scim:schemas:core:2.0:User",
    "/Groups": "urn:ietf:params:scim:schemas:core:2.0:Group",
}

Names = dict[str, str]
Headers = dict[str, str | None]


class Answer(Protocol):
    """What a client gives back; httpx2.Response is one."""

    status_code: int
    content: bytes

    @property
    def headers(self) -> Mapping[str, str]: ...


class WireClient(Protocol):
    """Sends a request to a path below the SCIM base URL, byte for byte, with its credentials.

    A header of None takes away what the client would send by itself.
    """

    def send(
        self, method: str, path: str, *, headers: Headers, content: bytes | None
    ) -> Answer: ...


class Replay:
    """One case's run: the fixtures it made, the names it knows, what was not as expected.

    `tag` makes the names of this run its own. Cases that depend on each other share `names`.
    """

    def __init__(self, client: WireClient, tag: str, names: Names | None = None) -> None:
        self.client = client
        self.names: Names = names if names is not None else {}
        self.names |= {"{tag}": tag, "{enterprise}": ENTERPRISE, "{gatepost}": GATEPOST}
        self.failures: list[str] = []
        self._made: list[str] = []

    def run(self, case: dict[str, Any]) -> list[str]:
        """Make the fixtures, send the requests, clean up; give what was not as expected."""
        try:
            if self._give(case.get("given") or {}):
                self._request(case)
                for later in case.get("then", []):
                    self._request(later)
        finally:
            for path in reversed(self._made):
                self.client.send("DELETE", path, headers={}, content=None)
        return self.failures

    def _give(self, given: dict[str, list[dict[str, Any]]]) -> bool:
        for endpoint, mark in (("/Users", "u"), ("/Groups", "g")):
            for number, resource in enumerate(given.get(endpoint[1:].lower(), []), 1):
                body = {"schemas": [_CORE[endpoint]]} | filled(resource, self.names)
                answer = self._send("POST", endpoint, {}, json.dumps(body).encode())
                document = _document(answer)
                if answer.status_code != 201:
                    self.failures.append(f"fixture: {answer.status_code} {answer.content[:200]!r}")
                    return False
                self.names[f"{{{mark}{number}}}"] = document["id"]
                self._made.append(f"{endpoint}/{document['id']}")
        return True

    def _send(self, method: str, path: str, headers: Headers, content: bytes | None) -> Answer:
        sent: Headers = {"Accept": MEDIA_TYPE}
        if content is not None:
            sent["Content-Type"] = MEDIA_TYPE
        return self.client.send(method, path, headers=sent | headers, content=content)

    def _request(self, step: dict[str, Any]) -> None:
        path = filled(step["path"], self.names)
        for _ in range(step.get("repeat", 1)):
            answer = self._send(
                step["method"], path, _headers(step, self.names), _content(step, self.names)
            )
            document = _document(answer)
            self._check(step, answer, document)
            self._remember(step, path, answer, document)

    def _check(self, step: dict[str, Any], answer: Answer, document: Any) -> None:
        said = f"{step['method']} {step['path']}"
        if answer.status_code not in step["expect"]["status"]:
            self.failures.append(
                f"{said}: status {answer.status_code}, not {step['expect']['status']}: "
                f"{answer.content[:300]!r}"
            )
            return
        self.failures += [f"{said}: {failure}" for failure in form_failures(answer, document)]
        expected = _checks(step)
        self.failures += [f"{said}: {f}" for f in compare(document, expected, self.names)]
        self._check_state(step)

    def _check_state(self, step: dict[str, Any]) -> None:
        state = step["expect"].get("state")
        if state:
            answer = self._send("GET", filled(state["get"], self.names), {}, None)
            if answer.status_code != 200:
                self.failures.append(f"state: GET answers {answer.status_code}")
                return
            wanted = {"equals": state.get("equals", {}), "absent": state.get("absent", [])}
            failures = compare(_document(answer), wanted, self.names)
            self.failures += [f"state: {failure}" for failure in failures]
        if after := step.get("after"):
            answer = self._send("GET", filled(after["get"], self.names), {}, None)
            if answer.status_code not in after["status"]:
                self.failures.append(f"after: GET answers {answer.status_code}")

    def _remember(self, step: dict[str, Any], path: str, answer: Answer, document: Any) -> None:
        capture = step.get("capture") or {}
        if isinstance(capture, str):
            capture = {f"{{{capture}}}": "id"}
        for name, source in capture.items():
            _, header, field = source.partition("header:")
            found = answer.headers.get(field) if header else look(document, source)
            if found is not None:
                self.names[name] = str(found)
        if step["method"] == "POST" and answer.status_code < 300 and "seq" not in step:
            self._made += _created(path, document)


def filled(value: Any, names: Names) -> Any:
    """Put names in for their placeholders, in keys and in values."""
    if isinstance(value, str):
        for placeholder, name in names.items():
            value = value.replace(placeholder, name)
        return value
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    if isinstance(value, dict):
        return {filled(key, names): filled(item, names) for key, item in value.items()}
    return value


def look(document: Any, path: str) -> Any:
    """Give what stands at `path`: `a.b`, `a[0]`, `a[type eq "work"].b`, `a[]` ids, `a#` length.

    `E:` and `G:` before a path enter the enterprise and the Gatepost extension.
    """
    if path.endswith("[]"):
        values = look(document, path[:-2]) or []
        return sorted(str(item.get("value")) for item in values if isinstance(item, dict))
    if path.endswith("#"):
        return len(look(document, path[:-1]) or [])
    if path[:2] in _PREFIXES:
        document = _member(document, _PREFIXES[path[:2]])
        path = path[2:]
    for name, selector in re.findall(r"([\w$]+)(?:\[([^\]]*)\])?", path):
        document = _member(document, name)
        if selector:
            document = _selected(document, selector)
    return document


def compare(document: Any, expected: dict[str, Any], names: Names) -> list[str]:
    """Say where the document is not as expected."""
    failures = []
    for path, wanted in expected.get("equals", {}).items():
        found, value = look(document, path), filled(wanted, names)
        if path == "schemas":
            agrees = set(value) <= set(found or [])
        else:
            agrees = found == (sorted(value) if path.endswith("[]") else value)
        if not agrees:
            failures.append(f"{path} is {found!r}, not {value!r}")
    failures += [
        f"{path} is missing" for path in expected.get("present", []) if look(document, path) is None
    ]
    failures += [
        f"{path} is there: {look(document, path)!r}"
        for path in expected.get("absent", [])
        if not is_empty(look(document, path))
    ]
    for path, least in expected.get("min", {}).items():
        if (look(document, path) or 0) < least:
            failures.append(f"{path} is {look(document, path)!r}, less than {least}")
    return failures


def form_failures(answer: Answer, document: Any) -> list[str]:
    """Say where the answer breaks the form that every answer has (RFC 7644 §3.1, §3.12)."""
    if answer.status_code == 204:
        return ["a 204 with a body"] if answer.content else []
    failures = []
    if answer.headers.get("content-type", "").split(";")[0] != MEDIA_TYPE:
        failures.append(f"media type {answer.headers.get('content-type')!r}")
    if not isinstance(document, dict):
        return [*failures, f"no JSON object: {answer.content[:80]!r}"]
    if answer.status_code >= 400:
        if document.get("schemas") != [ERROR]:
            failures.append(f"an error without the Error schema: {document!r}")
        if document.get("status") != str(answer.status_code):
            failures.append(f"an error whose status is {document.get('status')!r}")
        if not document.get("detail"):
            failures.append("an error without detail")
    if answer.status_code == 201 and answer.headers.get("location") != look(
        document, "meta.location"
    ):
        failures.append("201 whose Location is not meta.location")
    return failures


def is_empty(value: Any) -> bool:
    """Tell whether a value is unassigned (RFC 7643 §2.5), all the way down."""
    if isinstance(value, dict):
        return all(is_empty(item) for item in value.values())
    return value in (None, "", [])


def _checks(step: dict[str, Any]) -> dict[str, Any]:
    expect = step["expect"]
    return {
        "equals": expect.get("response") or {},
        "present": step.get("resp_present", []),
        "absent": step.get("resp_absent", []),
        "min": step.get("min") or {},
    }


def _headers(step: dict[str, Any], names: Names) -> Headers:
    headers: Headers = filled(step.get("headers") or {}, names)
    if step.get("replay_auth", True):
        headers.pop("Authorization", None)
    else:
        headers.setdefault("Authorization", None)
    return headers


def _content(step: dict[str, Any], names: Names) -> bytes | None:
    if step.get("raw_body") is not None:
        return str(filled(step["raw_body"], names)).encode()
    if step.get("body") is None:
        return None
    return json.dumps(filled(step["body"], names)).encode()


def _document(answer: Answer) -> Any:
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


def _created(path: str, document: Any) -> list[str]:
    if not isinstance(document, dict):
        return []
    if path.startswith("/Bulk"):
        locations = [done.get("location") or "" for done in document.get("Operations", [])]
        return [re.sub(r"^.*(/(?:Users|Groups)/)", r"\1", found) for found in locations if found]
    endpoint = "/Groups" if path.startswith("/Groups") else "/Users"
    return [f"{endpoint}/{document['id']}"] if "id" in document else []


def _member(document: Any, name: str) -> Any:
    if not isinstance(document, dict):
        return None
    if name in document:
        return document[name]
    return next((value for key, value in document.items() if key.lower() == name.lower()), None)


def _selected(values: Any, selector: str) -> Any:
    if not isinstance(values, list):
        return None
    if selector.isdigit():
        return values[int(selector)] if int(selector) < len(values) else None
    name, _, literal = selector.partition(" eq ")
    wanted = json.loads(literal)
    return next((value for value in values if _member(value, name) == wanted), None)
