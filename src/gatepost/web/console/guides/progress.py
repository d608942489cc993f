"""How far a provider has got in a guide. Pure."""

from datetime import datetime
from typing import Literal

import msgspec

from gatepost.lifecycle.observed import Observed, Trace, is_refused
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.provider_settings import NO_GROUPS
from gatepost.web.console.errors import fix_of
from gatepost.web.console.guides.source import BY_HAND, Guide, Section

State = Literal["seen", "failed", "waiting", "todo", "by_hand", "left_out"]

WORDS: dict[State, str] = {
    "seen": "Seen",
    "failed": "Failed",
    "waiting": "Waiting",
    "todo": "To do",
    "by_hand": "Check it yourself",
    "left_out": "Not with this product",
}
ICONS: dict[State, str] = {
    "seen": "circle-check",
    "failed": "circle-x",
    "waiting": "clock",
    "todo": "chevron-right",
    "by_hand": "circle-question-mark",
    "left_out": "x",
}
_SETTLED: frozenset[State] = frozenset({"seen", "by_hand", "left_out"})
_PATH_MAX = 160


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step with its state; `at`: when it was seen, where that is known."""

    number: int
    title: str
    anchor: str
    state: State
    at: datetime | None = None
    refusal: "Request | None" = None

    @property
    def word(self) -> str:
        """The state in a word."""
        return WORDS[self.state]

    @property
    def icon(self) -> str:
        """The icon beside the word."""
        return ICONS[self.state]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the live box shows it; `fix`: what to do about it."""

    said: str
    at: datetime
    status: int
    is_refused: bool
    fix: str | None
    href: str


class Progress(msgspec.Struct, frozen=True):
    """All steps, the newest request of that half of the provider, and why some were refused.

    `seen`: every observation that is there, of a step or not.
    """

    steps: list[Step]
    last: Request | None
    reasons: frozenset[str]
    seen: frozenset[str]

    @property
    def is_done(self) -> bool:
        """Tell whether all that can be seen was seen."""
        return all(one.state in _SETTLED for one in self.steps)

    @property
    def is_begun(self) -> bool:
        """Tell whether anything was seen."""
        return any(one.state == "seen" for one in self.steps)

    @property
    def current(self) -> Step | None:
        """The step that is waited for, if any."""
        open_ones = (one for one in self.steps if one.state in {"waiting", "failed"})
        return next(open_ones, None)


def progress(guide: Guide, observed: Observed, provider: ProviderRow) -> Progress:
    """Put what was observed beside the guide's steps."""
    last = shown(observed, provider)
    steps: list[Step] = []
    is_reached = False
    for number, section in enumerate(guide.steps, 1):
        state = _state(section, observed, provider, is_reached=is_reached)
        is_reached = is_reached or state in {"waiting", "failed"}
        steps.append(_step(number, section, state, observed, provider))
    return Progress(steps, last, observed.reasons, frozenset(observed.seen))


def shown(observed: Observed, provider: ProviderRow) -> Request | None:
    """Give the newest request as it is shown; None before the first."""
    return _request(observed.last, provider) if observed.last else None


def _state(
    section: Section, observed: Observed, provider: ProviderRow, *, is_reached: bool
) -> State:
    if section.seen == ("group",) and provider.vendor in NO_GROUPS:
        return "left_out"
    if section.seen == (BY_HAND,):
        return "by_hand"
    if all(one in observed.seen for one in section.seen):
        return "seen"
    if any(one in observed.failed for one in section.seen):
        return "failed"
    return "todo" if is_reached else "waiting"


def _step(
    number: int, section: Section, state: State, observed: Observed, provider: ProviderRow
) -> Step:
    seen = [observed.seen.get(one) for one in section.seen] if state == "seen" else []
    failed = [observed.failed[one] for one in section.seen if one in observed.failed]
    return Step(
        number=number,
        title=section.title,
        anchor=section.anchor,
        state=state,
        at=max((one for one in seen if one), default=None),
        refusal=_request(failed[-1], provider) if state == "failed" else None,
    )


def _request(one: Trace, provider: ProviderRow) -> Request:
    below = one.path.removeprefix(f"/scim/v2/{provider.slug}")
    path = below if len(below) <= _PATH_MAX else f"{below[:_PATH_MAX]}…"
    return Request(
        said=f"{one.method} {path}",
        at=one.at,
        status=one.status,
        is_refused=is_refused(one),
        fix=fix_of(one.reason) if is_refused(one) else None,
        href=f"/console/activity/{one.request_id}",
    )
