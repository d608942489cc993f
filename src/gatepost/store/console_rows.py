"""Rows of what the console keeps and shows, as values (see `store.rows`)."""

from datetime import datetime
from typing import Any

import msgspec


class TallyRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many requests of a provider came out so, within one hour.

    `provider_id` is the nil UUID where none is known. `door`: scim or sso; `outcome`:
    changed, unchanged, warned, refused (4xx), failed (5xx). `hour_at`: the hour's begin.
    """

    tenant_id: int
    hour_at: datetime
    provider_id: str
    door: str
    outcome: str
    number: int


class SavedViewRow(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of a list that somebody of the staff keeps; `query` is the URL's query."""

    tenant_id: int
    view_id: str
    user_id: str
    page: str
    name: str
    query: str
    created_at: datetime


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """Long work that somebody began and watches.

    `state`: running, done, failed, stopped. `done` of `total` steps (0: not known yet);
    `facts`: what it is about and what came of it. `beat_at`: when it last moved; work
    whose process died stops moving.
    """

    tenant_id: int
    job_id: str
    kind: str
    state: str
    done: int = 0
    total: int = 0
    facts: dict[str, Any] = {}
    created_by: str
    created_at: datetime
    beat_at: datetime
    finished_at: datetime | None = None


class UploadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits for a second step, sealed."""

    tenant_id: int
    upload_id: str
    sealed: bytes
    created_by: str
    created_at: datetime
    expires_at: datetime
