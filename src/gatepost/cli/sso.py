"""`gatepost sso`: sign-in through identity providers, by SAML or OpenID Connect (R1, R32-R35)."""

from typing import Any, BinaryIO

import click
import msgspec

from gatepost.cli.desk import TENANT, YES, Desk, at_desk, instant, usage
from gatepost.cli.main import Frame
from gatepost.cli.sso_documents import certificates, key_document, show, shown, state_of
from gatepost.cli.sso_secrets import (
    SECRET_ENVIRONMENT,
    asked_secret,
    given_secret,
    has_secret,
    replaced_secret,
)
from gatepost.cli.sso_settings import changed, whole
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.sso_options import MfaRule, mfa_preset

_LIST = ("provider", "name", "protocol", "state", "tested_at", "sessions", "certificate_days_left")
_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
_TEST_MINUTES = 30
_METADATA_BYTES_MAX = 2 * 1024 * 1024


@click.group()
def sso() -> None:
    """Set up, test and switch sign-in through identity providers."""


@sso.command("list")
@TENANT
@click.pass_obj
def list_sso(frame: Frame, /, tenant: str) -> None:
    """List the identity providers and how far sign-in through each of them is."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        return [await _row(desk, one) for one in await desk.house.providers.all(desk.tenant_id)]

    frame.output.rows(at_desk(frame, tenant, work), _LIST)


@sso.command("show")
@click.argument("provider")
@TENANT
@click.pass_obj
def show_sso(frame: Frame, /, provider: str, tenant: str) -> None:
    """Show what to enter at PROVIDER, what we know of it, certificates, options, MFA rule."""
    _show(frame, tenant, provider)


@sso.command("set-up-saml")
@click.argument("provider")
@click.option("--url", help="Where the provider publishes its metadata; it is read again daily.")
@click.option("--file", type=click.File("rb"), help="A file of metadata; - is standard input.")
@click.option("--entity-id", help="Which party, where the metadata describes several.")
@TENANT
@click.pass_obj
def set_up_saml(
    frame: Frame,
    /,
    provider: str,
    *,
    url: str | None,
    file: BinaryIO | None,
    **rest: Any,  # noqa: ANN401 - click's
) -> None:
    """Take the SAML metadata of PROVIDER, from a URL or a file.

    Then enter what is shown at the provider, `gatepost sso test`, `gatepost sso enable`.
    """
    if (url is None) == (file is None):
        raise usage("Give the metadata by --url URL or by --file FILE, one of them.")
    document = file.read(_METADATA_BYTES_MAX + 1) if file else None

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        await desk.house.single_sign_on.set_up_saml(
            desk.writer, found, metadata=document, url=url, entity_id=rest["entity_id"]
        )
        return await shown(desk, found)

    _set_up(frame, at_desk(frame, rest["tenant"], work))


@sso.command("set-up-oidc")
@click.argument("provider")
@click.option("--issuer", required=True, help="The provider's issuer, an https URL.")
@click.option("--client-id", required=True, help="What the provider calls this application.")
@click.option(
    "--client-secret-file",
    type=click.File(),
    help=f"A file with the client secret; - is standard input.  [else {SECRET_ENVIRONMENT}, "
    "else it is asked for]",
)
@click.option("--auth-method", type=click.Choice(_METHODS), help="How we prove who we are.")
@TENANT
@click.pass_obj
def set_up_oidc(
    frame: Frame,
    /,
    provider: str,
    issuer: str,
    client_id: str,
    tenant: str,
    **rest: Any,  # noqa: ANN401 - click's
) -> None:
    """Take PROVIDER as an OpenID provider by its issuer, and ourselves by its client id.

    Options that were set before stay. A secret that was given before stays if none is given.
    """
    given = given_secret(rest["client_secret_file"])
    is_known = given is not None or at_desk(frame, tenant, has_secret(provider))
    method = rest["auth_method"]
    if not is_known and method not in {"none", "private_key_jwt"}:
        given = asked_secret(frame)

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        known = await desk.house.single_sign_on.find(found)
        options = dict(known.options) if known and known.protocol == "oidc" else {}
        options.pop("client_id", None)
        options |= {"auth_method": method} if method else {}
        await desk.house.single_sign_on.set_up_oidc(
            desk.writer, found, issuer, client_id=client_id, client_secret=given, **options
        )
        return await shown(desk, found)

    _set_up(frame, at_desk(frame, tenant, work))


@sso.command("set")
@click.argument("provider")
@click.argument("key")
@click.argument("value")
@TENANT
@click.pass_obj
def set_setting(frame: Frame, /, provider: str, key: str, value: str, tenant: str) -> None:
    """Set KEY of PROVIDER to VALUE; an empty VALUE is the default again.

    \b
    just_in_time: on creates people whom nobody provisioned
    SAML: sign_requests, request_binding, name_id_format, force_authn, authn_contexts,
      idp_initiated, subject_attribute, allow_unsigned_cbc
    OpenID: auth_method, algorithms, scopes, acr_values, max_age_s and more
    attribute.email, attribute.user_name, …: under which names the provider sends what
    mfa.amr, mfa.acr, mfa.authn_contexts, mfa.attribute, mfa.max_age_s, …: what stands for MFA
    client_secret: VALUE is -, and the secret is read from standard input or asked for
    """  # noqa: D301 - \b is how click keeps lines
    secret = replaced_secret(frame, value) if key.replace("-", "_") == "client_secret" else None

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        half = await desk.house.single_sign_on.get(found)
        new = {"client_secret": secret} if secret is not None else changed(half, key, value)
        await desk.house.single_sign_on.configure(desk.writer, found, **new)
        return await shown(desk, found)

    show(frame.output, at_desk(frame, tenant, work))


@sso.command("mfa-preset")
@click.argument("provider")
@click.option("--apply", "is_applied", is_flag=True, help="Take it in place of the present rule.")
@TENANT
@click.pass_obj
def preset(frame: Frame, /, provider: str, *, is_applied: bool, tenant: str) -> None:
    """Show which signed word of PROVIDER usually stands for MFA; --apply takes it (R33).

    Without a rule everybody is asked for a second factor here.
    """

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        half = await desk.house.single_sign_on.get(found)
        usual = msgspec.to_builtins(mfa_preset(found.vendor, half.protocol))
        if is_applied:
            half = await desk.house.single_sign_on.configure(desk.writer, found, mfa_rule=usual)
        return {
            "provider": found.slug,
            "vendor": found.vendor,
            "protocol": half.protocol,
            "preset": usual,
            "present": whole(MfaRule, half.mfa_rule),
            "is_applied": is_applied,
        }

    frame.output.data(at_desk(frame, tenant, work))


@sso.command("test")
@click.argument("provider")
@TENANT
@click.pass_obj
def test_connection(frame: Frame, /, provider: str, tenant: str) -> None:
    """Make a link to open in a browser: it goes through PROVIDER and shows what came back.

    It works once, for 30 minutes, and signs nobody in.
    """

    async def work(desk: Desk) -> str:
        found = await desk.provider(provider)
        await desk.house.single_sign_on.get(found)
        return await desk.house.login.testing.new_test_link(desk.writer, found)

    link = at_desk(frame, tenant, work)
    frame.output.data({"test_link": link, "minutes": _TEST_MINUTES})


@sso.command()
@click.argument("provider")
@TENANT
@click.pass_obj
def enable(frame: Frame, /, provider: str, tenant: str) -> None:
    """Switch sign-in through PROVIDER on, once it was tested."""
    _show(frame, tenant, provider, on=True)


@sso.command()
@click.argument("provider")
@YES
@TENANT
@click.pass_obj
def disable(frame: Frame, /, provider: str, *, yes: bool, tenant: str) -> None:
    """Switch sign-in through PROVIDER off; whoever came through it is signed out (R4)."""

    async def count(desk: Desk) -> str:
        found = await desk.provider(provider)
        await desk.house.single_sign_on.get(found)
        ends = await desk.house.single_sign_on.signed_in(found)
        what = "One session ends" if ends.sessions == 1 else f"{ends.sessions} sessions end"
        whose = "" if ends.sessions < 2 else f", of {ends.people} people"  # noqa: PLR2004 - several
        return f"{what}{whose}, and nobody can sign in"

    plan = at_desk(frame, tenant, count)
    frame.output.confirm(f"{plan} through {provider}. Switch it off?", yes=yes)
    _show(frame, tenant, provider, on=False)


@sso.command()
@click.argument("provider")
@TENANT
@click.pass_obj
def refresh(frame: Frame, /, provider: str, tenant: str) -> None:
    """Read the metadata or keys of PROVIDER again, now; what cannot be read keeps the old (R35)."""

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        before = await desk.house.single_sign_on.get(found)
        after = await desk.house.single_sign_on.refresh(desk.writer, found)
        return {
            "provider": found.slug,
            "is_changed": before.trust != after.trust,
            "read_at": instant(after.trust_at),
            "certificates": certificates(after, desk.now),
        }

    frame.output.data(at_desk(frame, tenant, work))


@sso.command()
@click.argument("provider")
@TENANT
@click.pass_obj
def metadata(frame: Frame, /, provider: str, tenant: str) -> None:
    """Print our SAML metadata towards PROVIDER; it is there before anything is set up."""

    async def work(desk: Desk) -> bytes:
        found = await desk.provider(provider)
        return await desk.house.login.publishing.metadata(found.slug)

    document = at_desk(frame, tenant, work)
    if frame.output.as_json:
        frame.output.data({"metadata": document.decode()})
    else:
        click.echo(document)


@sso.group()
def key() -> None:
    """Roll our own certificate towards an identity provider over, in two steps."""


@key.command()
@click.argument("provider")
@TENANT
@click.pass_obj
def announce(frame: Frame, /, provider: str, tenant: str) -> None:
    """Publish the next certificate towards PROVIDER; the present one still signs."""

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        made = await desk.house.single_sign_on.announce_key(desk.writer, found)
        document = key_document(made, desk.now)
        return {"provider": found.slug, **document, "certificate": made.certificate}

    frame.output.data(at_desk(frame, tenant, work))
    frame.output.say("Give the provider the new certificate, then `gatepost sso key switch`.")


@key.command()
@click.argument("provider")
@YES
@TENANT
@click.pass_obj
def switch(frame: Frame, /, provider: str, *, yes: bool, tenant: str) -> None:
    """Sign with the certificate that was announced; the one before still decrypts."""
    question = f"A {provider} that does not know the new certificate refuses our requests. Switch?"
    frame.output.confirm(question, yes=yes)

    async def work(desk: Desk) -> list[dict[str, Any]]:
        found = await desk.provider(provider)
        await desk.house.single_sign_on.switch_key(desk.writer, found)
        keys = await desk.house.single_sign_on.keys(found)
        return [key_document(one, desk.now) for one in keys]

    frame.output.data({"provider": provider, "our_certificates": at_desk(frame, tenant, work)})


def _show(frame: Frame, tenant: str, provider: str, *, on: bool | None = None) -> None:
    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        if on is not None:
            await desk.house.single_sign_on.switch(desk.writer, found, on=on)
        return await shown(desk, found)

    show(frame.output, at_desk(frame, tenant, work))


def _set_up(frame: Frame, document: dict[str, Any]) -> None:
    show(frame.output, document)
    if document["state"] == "untested":
        name = document["provider"]
        frame.output.say(f"Enter the above at the provider, then `gatepost sso test {name}`.")


async def _row(desk: Desk, provider: ProviderRow) -> dict[str, Any]:
    half = await desk.house.single_sign_on.find(provider)
    left = [one["days_left"] for one in certificates(half, desk.now)] if half else []
    signed_in = await desk.house.single_sign_on.signed_in(provider)
    return {
        "provider": provider.slug,
        "name": provider.name,
        "protocol": half.protocol if half else None,
        "state": state_of(half),
        "tested_at": instant(half.tested_at) if half else None,
        "sessions": signed_in.sessions,
        "certificate_days_left": max(left) if left else None,
    }
