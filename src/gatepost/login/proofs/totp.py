"""Codes of an authenticator app (RFC 6238): SHA-1, 6 digits, 30 seconds, as every app reads.

The secret is the caller's to seal; the last accepted step is the caller's to store in
the same transaction, which is what makes a code good once (RFC 6238 §5.2).
"""

import base64
import hmac
from datetime import datetime
from io import BytesIO
from typing import Final

import pyotp
import segno

SECRET_BYTES: Final = 20
"""As long as the output of HMAC-SHA-1 (RFC 4226 §4, R6)."""

_STEP_S: Final = 30
_DIGITS: Final = 6
_WINDOW: Final = 1
_QUIET_ZONE: Final = 4  # modules, ISO/IEC 18004 §9.1
_TITLE: Final = "QR code for an authenticator app"


def new_secret(random: bytes) -> str:
    """Write 20 random bytes in base 32, as apps take it by hand.

    Raises:
        ValueError: there are more or fewer.
    """
    if len(random) != SECRET_BYTES:
        raise ValueError(f"a secret is made of {SECRET_BYTES} random bytes, not {len(random)}")
    return base64.b32encode(random).decode()


def uri(secret: str, *, account: str, issuer: str) -> str:
    """Give the `otpauth:` URI that enrols the secret in an app."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def qr_svg(uri: str, *, title: str = _TITLE) -> str:
    """Draw the URI as an `<svg class="qr">` to stand in a page or a `data:` URI.

    Black on a white ground of its own with the quiet zone, because a scanner needs
    both in dark mode too; without a size, which is the page's affair; without style
    or script, which a content security policy forbids.
    """
    out = BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out,
        kind="svg",
        border=_QUIET_ZONE,
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        title=title,
        svgclass="qr",
        lineclass=None,
        nl=False,
    )
    return out.getvalue().decode().replace("<svg ", '<svg role="img" ', 1)


def accepted_step(secret: str, code: str, *, at: datetime, last_step: int) -> int | None:
    """Give the time step whose code this is, if it is later than the last accepted one.

    One step early or late is accepted, for clocks that differ (RFC 6238 §5.2).
    Spaces in the code do not matter.
    """
    digits = "".join(code.split())
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    app = pyotp.TOTP(secret)
    now = int(at.timestamp()) // _STEP_S
    found = None
    # All are compared, and the latest match counts: were two steps to share a code by
    # chance, it must not be good a second time.
    for step in range(now - _WINDOW, now + _WINDOW + 1):
        if hmac.compare_digest(app.generate_otp(step), digits) and step > last_step:
            found = step
    return found
