"""Findings on the machine and on the settings: directories, disk, backups, addresses."""

import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from gatepost.base.settings import Settings
from gatepost.tenancy.doctor.finding import BAD, OK, WARNING, Finding

BACKED_UP_AT = "backed-up-at"
"""The file in the data directory that says when a backup was made last."""
_DISK_WARNING, _DISK_BAD = 2 * 1024**3, 256 * 1024**2
_BACKUP_OLD = timedelta(days=7)
_OTHERS = 0o077


def python() -> Finding:
    """Tell on what it runs."""
    return Finding("python", OK, f"{platform.python_version()} on {sys.platform}.")


def data_dir(folder: Path) -> Iterator[Finding]:
    """Tell whether the data directory is there, private, and has room."""
    if not folder.is_dir():
        fix = "gatepost serve makes it, or name another with --data-dir."
        yield Finding("data_dir", WARNING, f"{folder} is not there yet.", fix)
        return
    mode = folder.stat().st_mode & 0o777
    if mode & _OTHERS:
        says = f"{folder} has the mode {mode:03o}: other users of this machine can look into it."
        yield Finding("data_dir", WARNING, says, f"chmod 700 {folder}")
    else:
        yield Finding("data_dir", OK, f"{folder} is private (mode {mode:03o}).")
    free = shutil.disk_usage(folder).free
    gigabytes = f"{free / 1024**3:.1f} GB free."
    level = BAD if free < _DISK_BAD else WARNING if free < _DISK_WARNING else OK
    fix = "" if level == OK else "Make room: a full disk stops every write."
    yield Finding("disk", level, gigabytes, fix)


def backup(folder: Path, now: datetime) -> Iterator[Finding]:
    """Tell how old the newest backup is, as far as one was made with the data directory given."""
    if not folder.is_dir():
        return
    made = _backed_up_at(folder)
    if made is None:
        says = "No backup made by gatepost is known here. Does something else make them?"
        yield Finding("backup", OK, says, "gatepost backup create FILE")
        return
    days = (now - made) // timedelta(days=1)
    says = f"The newest known backup is of {made:%Y-%m-%d %H:%M} UTC ({days} days old)."
    if now - made > _BACKUP_OLD:
        yield Finding("backup", WARNING, says, "gatepost backup create FILE")
    else:
        yield Finding("backup", OK, says)


def public_url(settings: Settings) -> Iterator[Finding]:
    """Tell whether identity providers can use our address."""
    url = settings.public_url
    if url.startswith("https://"):
        yield Finding("public_url", OK, url)
        return
    fix = "Put a TLS proxy in front and set GATEPOST_PUBLIC_URL=https://…"
    level = BAD if settings.listens_beyond_loopback and not settings.insecure_http else WARNING
    says = f"{url} is not https: identity providers refuse it, and tokens would travel in clear."
    yield Finding("public_url", level, says, fix)


def unsafe(settings: Settings) -> Iterator[Finding]:
    """Name the settings that open more than a server in use should."""
    if settings.insecure_http:
        yield Finding(
            "insecure_http", WARNING, "Tokens may travel in clear.", "Switch insecure_http off."
        )
    if settings.metrics_enabled and not settings.metrics_token and settings.trusted_proxies:
        says = "Metrics are served without a token to whoever the proxy says is local."
        yield Finding("metrics", WARNING, says, "Set GATEPOST_METRICS_TOKEN.")
    if "0.0.0.0/0" in settings.trusted_proxies or "::/0" in settings.trusted_proxies:
        says = "Every address is a trusted proxy: anybody may say who they are."
        yield Finding("trusted_proxies", BAD, says, "Name the proxy's own network.")
    if settings.outbound_http:
        says = "Metadata and tokens are fetched over plain http too: that is for trying things out."
        yield Finding("outbound_http", WARNING, says, "Switch outbound_http off.")


def _backed_up_at(folder: Path) -> datetime | None:
    try:
        return datetime.fromisoformat((folder / BACKED_UP_AT).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
