"""What pages show of proofs: the same in a sign-in, a step-up and an account."""

import base64
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from gatepost.base.refusal import Refusal
from gatepost.login.factors.enrolment import NAMES, Begun, masked
from gatepost.login.factors.second_factor import METHODS
from gatepost.login.proofs.totp import qr_svg
from gatepost.login.refusals import ProofWrong
from gatepost.store.login_rows import FactorRow
from gatepost.web.pages.refusals import words_of

WRONG: Final = "That was not right, or is no longer good. Try again."
LABELS: Final = {**NAMES, "recovery": "Recovery code"}


def said(refusal: Refusal) -> tuple[str, int]:
    """Give the sentence beside the field, and the page's status."""
    words = words_of(refusal)
    return (WRONG if isinstance(refusal, ProofWrong) else words.sentence), words.status


def kinds_of(factors: Sequence[FactorRow], recovery_codes_left: int) -> list[str]:
    """List what a person can prove, the factor used last first, recovery codes last."""
    kinds = list(dict.fromkeys(one.kind for one in factors if one.kind in METHODS))
    return [*kinds, "recovery"] if recovery_codes_left else kinds


def shown(begun: Begun) -> dict[str, Any]:
    """Give what the page of a begun enrolment shows."""
    qr = None
    if begun.uri:
        drawn = base64.b64encode(qr_svg(begun.uri).encode()).decode()
        qr = f"data:image/svg+xml;base64,{drawn}"
    return {
        "secret": begun.secret,
        "qr": qr,
        "options": as_json(begun.options) if begun.options else None,
        "phone": masked(begun.phone),
    }


def as_json(value: dict[str, Any]) -> str:
    """Write what a script reads from an attribute."""
    return msgspec.json.encode(value).decode()
