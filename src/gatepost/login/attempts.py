"""A sign-in under way: a row that a browser's secret finds, and what is awaited next."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from gatepost.base.clock import Clock
from gatepost.base.ids import Ids
from gatepost.base.secrets import Secrets, digest
from gatepost.login.refusals import AttemptGone, StageMismatch
from gatepost.store import logins
from gatepost.store.changes import Change, Delete, DeleteAll, Insert, Update
from gatepost.store.database import Database
from gatepost.store.login_rows import AttemptRow
from gatepost.store.tables import ATTEMPTS, key_of

LIFETIME = timedelta(minutes=10)
"""How long each step may take: a request to a provider is answered within it or not at all."""

TRIES_MAX = 5
"""Wrong second factors in one attempt; then it begins anew, with the password."""


class Stage(StrEnum):
    """What a sign-in awaits."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    PROVIDER = "provider"
    FACTOR = "factor"
    ENROLMENT = "enrolment"
    CONFIRMATION = "confirmation"
    READY = "ready"
    TESTED = "tested"
    SIGNED_OUT = "signed_out"


class Purpose(StrEnum):
    """Why somebody signs in."""

    SIGN_IN = "sign_in"
    TEST = "test"
    SIGN_OUT = "sign_out"


class Begun(msgspec.Struct, frozen=True):
    """An attempt and the secret that its browser keeps."""

    row: AttemptRow
    secret: str


class Attempts:
    """Makes and finds attempts."""

    def __init__(self, database: Database, clock: Clock, ids: Ids, secrets: Secrets) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._secrets = secrets

    def begin(self, tenant_id: int, stage: Stage, **columns: Any) -> Begun:  # noqa: ANN401
        """Make an attempt; the caller's plan inserts it."""
        secret, at = self._secrets.new_link_secret(), self._clock.now()
        columns.setdefault("purpose", Purpose.SIGN_IN)
        row = AttemptRow(
            tenant_id=tenant_id,
            attempt_id=self._ids.new(),
            digest=digest(secret),
            stage=stage,
            created_at=at,
            expires_at=at + LIFETIME,
            **columns,
        )
        return Begun(row, secret)

    def new_secret(self) -> str:
        """Give a new secret for an attempt: nobody knows it who knew the one before."""
        return self._secrets.new_link_secret()

    async def find(self, secret: str | None, *stages: Stage) -> AttemptRow:
        """Find the browser's attempt, at one of these stages.

        Raises:
            AttemptGone: there is none, or it took too long.
            StageMismatch: it is at another stage.
        """
        found = await logins.find_attempt(self._database, digest(secret)) if secret else None
        if found is None or found.expires_at <= self._clock.now():
            raise AttemptGone
        if stages and found.stage not in stages:
            raise StageMismatch(stage=found.stage)
        return found

    async def again(self, attempt: AttemptRow) -> AttemptRow:
        """Read an attempt anew, to decide on it as it is now.

        Raises:
            AttemptGone: it has ended meanwhile, or moved on in another request.
        """
        found = await logins.get_attempt(self._database, attempt.tenant_id, attempt.attempt_id)
        if found is None or found.digest != attempt.digest or found.stage != attempt.stage:
            raise AttemptGone
        return found


def insert(begun: Begun) -> Insert:
    """Give the change that keeps a new attempt."""
    return Insert(ATTEMPTS, begun.row)


def advance(
    attempt: AttemptRow,
    stage: Stage,
    at: datetime,
    *,
    secret: str,
    **columns: Any,  # noqa: ANN401 - of the row
) -> Change:
    """Give the change that moves an attempt on, under a new secret.

    The old secret is worth nothing after a proof: who planted it in a browser gets nowhere.
    """
    values = {"stage": stage, "digest": digest(secret), "expires_at": at + LIFETIME, **columns}
    return Update(ATTEMPTS, key_of(ATTEMPTS, attempt), values, {"digest": attempt.digest})


def with_facts(attempt: AttemptRow, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give the attempt's facts with these."""
    return {**attempt.facts, **facts}


def finish(attempt: AttemptRow) -> Change:
    """Give the change that ends an attempt; only one of two that race does."""
    return Delete(ATTEMPTS, key_of(ATTEMPTS, attempt))


def ended_attempts(found: list[AttemptRow], *, but: AttemptRow) -> list[Change]:
    """Give the changes that end these sign-ins, but for that one."""
    return [
        DeleteAll(ATTEMPTS, {"tenant_id": one.tenant_id, "attempt_id": one.attempt_id})
        for one in found
        if one.attempt_id != but.attempt_id
    ]


def count_try(attempt: AttemptRow) -> Change:
    """Give the change that counts a wrong proof; the attempt ends with the last one."""
    tries = int(attempt.facts.get("tries", 0)) + 1
    if tries >= TRIES_MAX:
        return finish(attempt)
    facts = with_facts(attempt, tries=tries)
    expect = {"facts": attempt.facts, "digest": attempt.digest}
    return Update(ATTEMPTS, key_of(ATTEMPTS, attempt), {"facts": facts}, expect)
