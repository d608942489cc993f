"""Where a client secret comes from: a file, the environment, or a prompt; never an argument."""

import os
import sys
from typing import Any, TextIO

import click
import msgspec

from gatepost.cli.desk import Desk, usage
from gatepost.cli.main import Frame
from gatepost.tenancy.sso_options import OidcOptions

SECRET_ENVIRONMENT = "OIDC_CLIENT_SECRET"  # noqa: S105 - a variable's name


def has_secret(provider: str) -> Any:  # noqa: ANN401 - work for a desk
    """Ask whether the provider needs no secret any more: it has one, or its method takes none."""

    async def work(desk: Desk) -> bool:
        half = await desk.house.single_sign_on.find(await desk.provider(provider))
        if half is None or half.protocol != "oidc":
            return False
        method = msgspec.convert(half.options, OidcOptions).auth_method
        return half.client_secret is not None or method in {"none", "private_key_jwt"}

    return work


def given_secret(file: TextIO | None) -> str | None:
    """Give the secret of the file or of the environment, if there is one."""
    if file:
        return file.read().strip()
    return os.environ.get(SECRET_ENVIRONMENT)


def replaced_secret(frame: Frame, value: str) -> str:
    """Read a secret that takes the place of another; an empty one takes it away.

    Raises:
        CommandFailed: it stands on the command line, or nobody can be asked.
    """
    if value == "":
        return ""
    if value != "-":
        raise usage(
            "A secret on the command line is seen by everybody on this machine.",
            "Write - for VALUE, and give the secret on standard input.",
        )
    return sys.stdin.read().strip() if not sys.stdin.isatty() else asked_secret(frame)


def asked_secret(frame: Frame) -> str:
    """Ask for the secret without showing it.

    Raises:
        CommandFailed: nobody can be asked.
    """
    if not frame.output.has_input or not sys.stdin.isatty():
        raise usage(
            "The client secret is missing, and nobody can be asked here.",
            f"Give --client-secret-file FILE or {SECRET_ENVIRONMENT}, or an --auth-method that "
            "needs none.",
        )
    secret: str = click.prompt("Client secret", hide_input=True, err=True)
    return secret.strip()
