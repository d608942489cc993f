"""`gatepost explain`: why is this person not here, or not as they should be?"""

from typing import Any

import click
import msgspec

from gatepost.cli.desk import TENANT, Desk, at_desk, missing
from gatepost.cli.main import Frame
from gatepost.cli.words import WORDS
from gatepost.lifecycle.explain import Explanation, RequestExplanation, explain_request
from gatepost.lifecycle.explain_words import codes, fix_of
from gatepost.lifecycle.rung import Rung

_MARKS = {"yes": ("✓", "green"), "no": ("✗", "red"), "warning": ("!", "yellow")}


@click.command()
@click.argument("who", required=False)
@click.option("--request", "request_id", metavar="ID", help="Explain one request instead.")
@click.option("--code", metavar="CODE", help="Say what a reason code means instead.")
@click.option("--provider", help="Ask only about this identity provider.")
@TENANT
@click.pass_obj
def explain(frame: Frame, /, who: str | None, tenant: str, **options: Any) -> None:  # noqa: ANN401 - click's
    """Explain WHO: userName, email, externalId or id, known to us or not.

    One sentence answers; the ladder below it shows what it stands on.
    """
    asked = [one for one in (who, options["request_id"], options["code"]) if one]
    if len(asked) != 1:
        raise click.UsageError("Give WHO, --request ID or --code CODE, one of them.")
    if options["code"]:
        _explain_code(frame, options["code"])
    elif options["request_id"]:
        _show_request(frame, _request(frame, tenant, options["request_id"]))
    elif who:
        _show(frame, _person(frame, tenant, who, options["provider"]))


def _person(frame: Frame, tenant: str, who: str, provider: str | None) -> Explanation:
    async def work(desk: Desk) -> Explanation:
        chosen = await desk.provider(provider) if provider else None
        return await desk.house.explainer.person(desk.tenant_id, who, provider=chosen)

    return at_desk(frame, tenant, work)


def _request(frame: Frame, tenant: str, request_id: str) -> RequestExplanation:
    async def work(desk: Desk) -> RequestExplanation:
        record = await desk.listing.request(desk.tenant_id, request_id)
        if record is None:
            raise missing(
                f"There is no record of the request {request_id!r}.",
                "It may be another tenant's, or older than records are kept.",
                code="match.no_request",
            )
        return explain_request(record)

    return at_desk(frame, tenant, work)


def _explain_code(frame: Frame, code: str) -> None:
    fix = fix_of(code) or (WORDS[code].fix if code in WORDS else None)
    if fix is None:
        raise missing(
            f"There is no reason code {code!r}.",
            f"The codes are {', '.join(sorted({*codes(), *WORDS}))}.",
            code="match.no_code",
        )
    frame.output.data({"code": code, "fix": fix})


def _show(frame: Frame, found: Explanation) -> None:
    if frame.output.as_json:
        frame.output.data(msgspec.to_builtins(found))
        return
    click.echo(click.style(found.answer, bold=True))
    click.echo()
    for number, rung in enumerate(found.rungs, 1):
        _show_rung(number, rung)


def _show_rung(number: int, rung: Rung) -> None:
    mark, colour = _MARKS.get(rung.result, ("·", "white"))
    click.echo(f"{click.style(mark, fg=colour)} {number}. {rung.question} {rung.sentence}")
    for one in rung.evidence:
        shown = (_shown(name, value) for name, value in one.items() if value is not None)
        click.echo(f"      {'  '.join(shown)}")
    for advice in rung.advice:
        click.echo(f"    → {advice}")


def _shown(name: str, value: Any) -> str:  # noqa: ANN401 - JSON
    return f"{name} {value}" if name == "seen" else str(value)


def _show_request(frame: Frame, found: RequestExplanation) -> None:
    record = found.request
    if frame.output.as_json:
        document = msgspec.to_builtins(record)
        bodies = {name: _decoded(getattr(record, name)) for name in ("body", "answer")}
        frame.output.data({"answer": found.answer, "fix": found.fix, **document, **bodies})
        return
    click.echo(click.style(found.answer, bold=True))
    if found.fix:
        click.echo(f"  → {found.fix}")
    for step in record.steps:
        facts = {name: value for name, value in step.items() if name not in {"kind", "result"}}
        said = "  ".join(f"{name}={value}" for name, value in facts.items())
        click.echo(f"  {step.get('kind', ''):<13}{step.get('result', ''):<9}{said}")
    for name in ("body", "answer"):
        if content := getattr(record, name):
            click.echo(f"  {name}: {content.decode(errors='replace')}")


def _decoded(content: bytes | None) -> Any:  # noqa: ANN401 - JSON
    if content is None:
        return None
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError:
        return content.decode(errors="replace")
