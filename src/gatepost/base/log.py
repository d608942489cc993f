"""Log lines: JSON off a terminal, coloured on one, secrets taken out of all.

Rooms log fields, not sentences with values in them, and never secrets or bodies.
The redaction here is the last resort, for what slipped through: it knows our
tokens, bearer values, JWTs, passwords in URLs and telephone numbers by their form.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Final, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"

_SECRET_NAMES: Final = re.compile(
    r"authorization|cookie|password|passwd|secret|phone|saml_?response|assertion$|id_?token"
    r"|access_?token|refresh_?token|^token$|totp|^code$|^mobile$",
    re.IGNORECASE,
)
_SECRET_FORMS: Final = (
    # Wider than TOKEN_PATTERN: a token cut short or glued to other text is one still.
    (re.compile(r"gp_[a-z]+_[0-9A-Za-z]{8,}"), REDACTED),
    (re.compile(r"\b(Bearer|Basic)(?:\s|%20)+[^\s\"',;]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)*"), REDACTED),
    (re.compile(r"(://[^/\s:@]*:)[^@/\s]+@"), rf"\1{REDACTED}@"),
    # E.164, as written and as it stands in a query.
    (re.compile(r"(?:\+|%2B)[1-9]\d{6,14}(?!\d)", re.IGNORECASE), REDACTED),
)


def set_up(form: str = "auto", level: str = "info", stream: TextIO | None = None) -> None:
    """Send log lines of Gatepost and of the libraries to the stream, standard error by default.

    `form` is a value of the setting `log_format`, `level` one of `log_level`. Start
    uvicorn with `log_config=None, access_log=False`: its errors come here, and a
    request leaves one line of ours instead of its access log.
    """
    stream = stream or sys.stderr
    coloured = form == "text" or (form == "auto" and stream.isatty())
    # Numbers of the levels stand in `logging` under their names in capitals.
    threshold = logging.getLevelNamesMapping()[level.upper()]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    last: list[Processor] = [redact, _renderer(coloured=coloured, stream=stream)]
    structlog.configure(
        processors=[*before, *last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    _take_over_standard_logging(before, last, threshold, stream)


def redact(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
    """Take out what looks like a secret or is called like one, however deep it lies."""
    return {name: _without_secrets(name, value) for name, value in event_dict.items()}


def redacted(text: str) -> str:
    """Give the text without what has the form of a secret or a telephone number."""
    for form, replacement in _SECRET_FORMS:
        text = form.sub(replacement, text)
    return text


def _without_secrets(name: object, value: Any) -> Any:  # noqa: ANN401 - log fields hold anything
    if isinstance(name, str) and _SECRET_NAMES.search(name) and value is not None:
        return REDACTED
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {redacted(str(key)): _without_secrets(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_secrets(None, item) for item in value]
    # Anything else would be written by its repr later, past this point.
    return redacted(value if isinstance(value, str) else str(value))


def _renderer(*, coloured: bool, stream: TextIO) -> Processor:
    if coloured:
        return structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer(serializer=_json)


def _json(event: Any, **_options: Any) -> str:  # noqa: ANN401 - structlog's signature
    return msgspec.json.encode(event, enc_hook=str).decode()


def _take_over_standard_logging(
    before: list[Processor], last: list[Processor], threshold: int, stream: TextIO
) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *before],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(threshold, logging.INFO))
    logging.getLogger("uvicorn.access").disabled = True
    # A line per outgoing request says nothing to an operator and carries its query.
    for chatty in ("httpx", "httpx2", "httpcore", "httpcore2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
