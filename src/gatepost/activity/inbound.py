"""One inbound request while it is worked on, and the record it leaves (R37)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from gatepost.activity import reasons
from gatepost.base.refusal import Refusal
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.store.changes import Insert
from gatepost.store.rows import RequestRow
from gatepost.store.tables import REQUESTS

_MICROSECOND = timedelta(microseconds=1)


class Inbound:
    """What is known of a request so far; the doors fill it, the corridor commits it.

    `status_ok` is the status if all goes well, `said_of` the door's status and body for a
    refusal: the record joins the plan before the answer is written. `door` is what the
    request is counted as, `scim` or `sso`; None for what is not counted. `latest` is the
    record as it was made last: a plan that broke makes it anew.
    """

    def __init__(  # noqa: PLR0913 - a record has these parts
        self,
        *,
        request_id: str,
        at: datetime,
        method: str,
        path: str,
        now: Callable[[], datetime],
        said_of: Callable[[Refusal], tuple[int, bytes]],
        body: bytes | None = None,
        door: str | None = None,
    ) -> None:
        self.request_id = request_id
        self.at = at
        self.method = method
        self.path = path
        self.body = body
        self.tenant_id = 0
        self.provider_id: str | None = None
        self.token_id: str | None = None
        self.subject_kind: str | None = None
        self.subject_id: str | None = None
        self.subject_key: str | None = None
        self.status_ok = 200
        self.steps: list[dict[str, Any]] = []
        self.is_recorded = False
        self.door = door
        self.latest: RequestRow | None = None
        self.dialect: Dialect | None = None
        self._now = now
        self._said_of = said_of

    def step(self, kind: str, result: str = "ok", **facts: Any) -> None:  # noqa: ANN401
        """Add a step: authenticate, parse, dialect, match, map, validate, apply, roles, effects."""
        self.steps.append({"kind": kind, "result": result, **facts})

    def accepted(self, reason: str, steps: list[dict[str, Any]]) -> Insert:
        """Make the record of a request that is done, to join its plan."""
        return self.record(self.status_ok, reason, steps)

    def refused(self, refusal: Refusal, steps: list[dict[str, Any]]) -> Insert:
        """Make the record of a request that a rule refused; its facts go into the last step."""
        code = str(refusal.facts.get("reason") or refusal.code)
        refused = {"kind": "validate", "result": "refused", "code": code, **_plain(refusal.facts)}
        status, answer = self._said_of(refusal)
        return self.record(status, code, [*steps, refused], answer)

    def failed(self, status: int, scim_type: str | None, answer: bytes | None) -> Insert:
        """Make the record of a request that the protocol refused."""
        return self.record(status, reasons.of_error(status, scim_type), [], answer)

    def record(
        self,
        status: int,
        reason: str,
        steps: list[dict[str, Any]],
        answer: bytes | None = None,
    ) -> Insert:
        """Make the record's row from all that is known."""
        row = self.latest = RequestRow(
            tenant_id=self.tenant_id,
            request_id=self.request_id,
            at=self.at,
            provider_id=self.provider_id,
            token_id=self.token_id,
            method=self.method,
            path=_storable(self.path),
            status=status,
            duration_us=(self._now() - self.at) // _MICROSECOND,
            reason=reason,
            subject_kind=self.subject_kind,
            subject_id=self.subject_id,
            subject_key=self.subject_key and _storable(self.subject_key),
            steps=[*self.steps, *self._dialect_step(), *steps],
            body=self.body,
            answer=answer,
        )
        return Insert(REQUESTS, row)

    def _dialect_step(self) -> list[dict[str, Any]]:
        if self.dialect is None or not self.dialect.deviations:
            return []
        rules = sorted({one.rule for one in self.dialect.deviations})
        # Tolerated as a matter of course, unless somebody wanted to hear of it (R39).
        result = "warning" if self.dialect.mode is Mode.REPORT else "ok"
        return [{"kind": "dialect", "result": result, "rules": rules}]


def _storable(text: str) -> str:
    """Show the NUL that a client sent: no database keeps one, and one record must not stop all."""
    return text.replace("\x00", "�")


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value)[:200] for key, value in facts.items() if key != "reason"}
