"""What the page of an entry shows, made from its rows. Pure."""

import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from gatepost.lifecycle.entry_words import why_of
from gatepost.scim.dialects.rules import RULES
from gatepost.store.rows import ActivityRow, RequestRow

_SCIM = "/scim/v2/"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_TEXT_MAX = 2_000

STEP_WORDS: Mapping[str, str] = {
    "receive": "Receive the request",
    "authenticate": "Find out who sends it",
    "rate": "Check how often",
    "parse": "Read the body",
    "dialect": "Make the client's habits regular",
    "match": "Find the account or group",
    "scope": "Check the scope",
    "guard": "Check what is protected",
    "map": "Map the attributes",
    "validate": "Check the rules",
    "apply": "Apply the change",
    "roles": "Work out the roles",
    "effects": "End what has to end",
    "emit": "Tell others",
}
_RESULTS: Mapping[str, tuple[str, str]] = {
    "ok": ("Done", "ok"),
    "warning": ("Warning", "skip"),
    "skipped": ("Skipped", "plain"),
    "refused": ("Refused", "fail"),
    "failed": ("Failed", "fail"),
}
_TITLES = {rule.number: rule.title for rule in RULES.values()}


class Step(msgspec.Struct, frozen=True):
    """One step: its name, how it went, what the code means, and its facts."""

    name: str
    said: str
    badge: str
    why: str | None
    code: str | None
    facts: list[tuple[str, str]]


class Change(msgspec.Struct, frozen=True):
    """One attribute before and after."""

    path: str
    before: str | None
    after: str | None


class Body(msgspec.Struct, frozen=True):
    """A body as it is kept, or why none is."""

    text: str | None
    absent: str | None


def steps_of(record: RequestRow | None) -> list[Step]:
    """Give the steps of a request, in their order."""
    return [_step(one) for one in (record.steps if record else []) if isinstance(one, dict)]


def _step(step: dict[str, Any]) -> Step:
    kind, result = str(step.get("kind", "")), str(step.get("result", ""))
    said, badge = _RESULTS.get(result, (result or "Done", "plain"))
    code = step.get("code")
    rest = {name: one for name, one in step.items() if name not in {"kind", "result", "code"}}
    if isinstance(rules := rest.get("rules"), list):
        rest["rules"] = [f"{one} ({_TITLES[one]})" if one in _TITLES else one for one in rules]
    facts = [(name.replace("_", " "), text_of(one) or "none") for name, one in rest.items()]
    name = STEP_WORDS.get(kind, kind.replace("_", " "))
    why = why_of(str(code)) if code else None
    return Step(name, said, badge, why, str(code) if code else None, facts)


def changes_of(activity: ActivityRow) -> list[Change]:
    """Give the attributes that an activity changed."""
    changes = activity.data.get("changes")
    if not isinstance(changes, dict):
        return []
    return [
        Change(path, text_of(pair[0]), text_of(pair[1]))
        for path, pair in changes.items()
        if isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004 - before and after
    ]


def data_of(activity: ActivityRow) -> list[tuple[str, str]]:
    """Give what else an activity says, such as roles gained and lost."""
    return [
        (name.replace("_", " "), text_of(one) or "none")
        for name, one in activity.data.items()
        if name != "changes"
    ]


def text_of(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Write a value for people: text as it is, lists with commas, anything else as JSON."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        text = ", ".join(str(one) for one in value)
    else:
        text = msgspec.json.encode(value).decode()
    return text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]}…"


def body_of(record: RequestRow) -> Body:
    """Give the body that was sent."""
    if record.body is not None:
        return Body(pretty(record.body), None)
    if record.method not in _WITH_BODY:
        return Body(None, "A request of this kind has no body.")
    return Body(None, f"The body is not kept: {_PURGED}")


def answer_of(record: RequestRow) -> Body:
    """Give the answer, which is kept of refusals."""
    if record.answer is not None:
        return Body(pretty(record.answer), None)
    if record.status < 400:  # noqa: PLR2004 - where HTTP's errors begin
        return Body(None, "Answers are kept of refused requests only; this one was accepted.")
    return Body(None, f"The answer is not kept: {_PURGED}")


_PURGED = "it is older than bodies are kept, was too large, or there was none."


def pretty(content: bytes) -> str:
    """Write JSON over several lines; what is none is given as it is."""
    try:
        return msgspec.json.format(content, indent=2).decode()
    except msgspec.DecodeError:
        return content.decode(errors="replace")


def detail_of(record: RequestRow | None) -> str | None:
    """Give the `detail` that a SCIM client was told, as long as the answer is kept."""
    if record is None or record.answer is None:
        return None
    try:
        answer = msgspec.json.decode(record.answer)
    except msgspec.DecodeError:
        return None
    detail = answer.get("detail") if isinstance(answer, dict) else None
    return str(detail) if detail else None


def curl_of(record: RequestRow, public_url: str) -> str | None:
    """Write the request as a command, without its token; only SCIM's can be sent again so."""
    if not record.path.startswith(_SCIM):
        return None
    path, mark, query = record.path.partition("?")
    parts = [
        f"curl -X {record.method}",
        shlex.quote(public_url.rstrip("/") + quote(path) + mark + query),
        "-H 'Authorization: Bearer TOKEN'",
    ]
    if record.body is not None:
        parts.append("-H 'Content-Type: application/scim+json'")
        parts.append(f"--data {shlex.quote(record.body.decode(errors='replace'))}")
    return " \\\n  ".join(parts)
