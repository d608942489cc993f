"""Settings: what the operator decides, each with its bounds and its sentence.

`base.configuration.load` reads them from the command line, the environment and
the configuration file; `describe` writes docs/reference/settings.md.
"""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

ENVIRONMENT_PREFIX = "GATEPOST_"
_MEBIBYTE = 1024 * 1024


def _default_database_url(known: Mapping[str, Any]) -> str:
    return f"sqlite:///{Path(known['data_dir']).absolute() / 'gatepost.db'}" if known else ""


def _default_public_url(known: Mapping[str, Any]) -> str:
    host = str(known.get("host", ""))
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - it replaces the wildcard
    return f"http://{f'[{host}]' if ':' in host else host}:{known.get('port', 0)}"


class Settings(BaseSettings):
    """What the operator decides; frozen once loaded."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENVIRONMENT_PREFIX, validate_default=True
    )

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("gatepost", appauthor=False)),
        description="Directory for the database, keys and backups. "
        "Default: the user's data directory of the operating system.",
    )
    database_url: str = Field(
        default_factory=_default_database_url,
        description="The database: `sqlite:///path/to/file.db` or "
        "`postgresql://user:password@host/name`. Default: `gatepost.db` in `data_dir`.",
        json_schema_extra={"secret": True},
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(
        default=8400, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    public_url: str = Field(
        default_factory=_default_public_url,
        description="The URL under which identity providers reach this server; every "
        "`Location` is built from it. Okta refuses a host name with an underscore. "
        "Default: `http://host:port`.",
    )
    workers: int = Field(default=1, ge=1, le=256, description="Server processes to run.")
    insecure_http: bool = Field(
        default=False,
        description="Listen beyond loopback addresses even without an https `public_url`. "
        "Tokens then travel in clear.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Networks (CIDR, separated by commas) whose `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed.",
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto", description="Form of log lines; `auto` is text on a terminal, else JSON."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log lines to write."
    )
    metrics_enabled: bool = Field(
        default=True, description="Serve Prometheus metrics at `/metrics`."
    )
    metrics_token: str | None = Field(
        default=None,
        min_length=16,
        description="Bearer token that `/metrics` demands. Without one, metrics are served to "
        "loopback addresses only.",
        json_schema_extra={"secret": True},
    )
    request_body_bytes_max: int = Field(
        default=_MEBIBYTE, ge=1024, description="Largest body of a SCIM request; beyond it 413."
    )
    json_depth_max: int = Field(
        default=32, ge=4, le=200, description="Deepest nesting of a JSON body."
    )
    patch_operations_max: int = Field(
        default=2000, ge=1, description="Most operations in one PATCH; beyond it 413."
    )
    bulk_operations_max: int = Field(
        default=1000, ge=1, description="Most operations in one bulk request; beyond it 413."
    )
    bulk_bytes_max: int = Field(
        default=4 * _MEBIBYTE, ge=1024, description="Largest body of a bulk request; beyond it 413."
    )
    page_default: int = Field(
        default=100, ge=1, description="Resources on a page when `count` is absent."
    )
    page_max: int = Field(
        default=1000,
        ge=1,
        description="Most resources on a page; advertised as `filter.maxResults`.",
    )
    cursor_timeout_s: int = Field(
        default=3600,
        ge=60,
        description="Seconds for which a pagination cursor stays good (RFC 9865).",
    )
    scan_deadline_s: float = Field(
        default=10.0,
        gt=0,
        description="Seconds after which a long read of the database is stopped.",
    )
    request_deadline_s: float = Field(
        default=30.0, gt=0, description="Seconds after which a request is given up with 503."
    )
    secret_keys: str | None = Field(
        default=None,
        description="Keys that seal secrets in the database: 32 bytes each in base64, separated by "
        "commas, the newest first. All server processes need the same. Default: the file "
        "`secrets/key` in `data_dir`, made at the first start; back it up.",
        json_schema_extra={"secret": True},
    )
    display_name: str = Field(
        default="Gatepost",
        min_length=1,
        max_length=60,
        description="The name that people see on pages, in messages and in their authenticator.",
    )
    application_url: str | None = Field(
        default=None,
        description="Where people go once they are signed in, and the only place outside "
        "`public_url` to which a sign-in returns. Default: their own account's page.",
    )
    session_idle_s: float = Field(
        default=3600.0, ge=60, description="Seconds after which a session that is not used ends."
    )
    session_lifetime_s: float = Field(
        default=43200.0, ge=300, description="Seconds after which a session ends, used or not."
    )
    breached_passwords: Path | None = Field(
        default=None,
        description="A file of breached passwords' SHA-1 hashes, sorted, one a line, as Have I "
        "Been Pwned publishes them; a new password must not be among them. Default: only the "
        "list of common passwords that comes with Gatepost.",
    )
    mail_url: str | None = Field(
        default=None,
        description="The mail server: `smtp://user:password@host:587` (STARTTLS) or "
        "`smtps://user:password@host:465`; `log:` writes messages to the log, for development. "
        "Default: no mail is sent, and links are shown to the administrator who makes them.",
        json_schema_extra={"secret": True},
    )
    mail_from: str = Field(
        default="gatepost@localhost", min_length=3, description="The sender's address of mail."
    )
    sms_url: str | None = Field(
        default=None,
        description="Where text messages are POSTed as JSON (`to`, `text`, `id`), signed as "
        "Standard Webhooks are; `log:` writes them to the log, for development. Default: no text "
        "messages, and no codes by SMS.",
    )
    sms_secret: str | None = Field(
        default=None,
        min_length=24,
        description="The secret `whsec_…` with which text messages are signed.",
        json_schema_extra={"secret": True},
    )
    sms_countries: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Countries (two letters, separated by commas) to whose numbers text messages "
        "are sent, which `sms_url` needs; toll fraud likes the others.",
    )
    outbound_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Private networks (CIDR, separated by commas) in which identity providers, "
        "mail and message gateways may be. All other private addresses are refused.",
    )
    outbound_http: bool = Field(
        default=False,
        description="Fetch metadata and tokens over plain http too; for trying things out.",
    )
    request_bodies_days: int = Field(
        default=30,
        ge=0,
        description="Days for which redacted request bodies are kept; 0 keeps none.",
    )
    request_records_days: int = Field(
        default=400, ge=1, description="Days for which request records are kept."
    )
    activity_days: int = Field(
        default=0, ge=0, description="Days for which activities are kept; 0 keeps them for ever."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from the caller alone: `configuration.load` lays the sources in order."""
        return (init_settings,)

    @field_validator("trusted_proxies", "outbound_networks", "sms_countries", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("sms_countries")
    @classmethod
    def _check_countries(cls, countries: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(one) != 2 or not one.isalpha() for one in countries):  # noqa: PLR2004 - ISO 3166
            raise ValueError("write countries by their two letters, such as DE,GB,US")
        return tuple(one.upper() for one in countries)

    @field_validator("trusted_proxies", "outbound_networks")
    @classmethod
    def _check_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(network)) for network in networks)

    @field_validator("public_url", "application_url")
    @classmethod
    def _check_public_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("write it with its scheme, such as https://scim.example.com")
        if parts.query or parts.fragment:
            raise ValueError("leave out the query and the fragment")
        return url.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("it starts with sqlite:/// or postgresql://")
        return url

    @model_validator(mode="after")
    def _check_sms(self) -> Self:
        if self.sms_url and not self.sms_countries:
            raise ValueError("sms_url needs sms_countries: say to which countries texts are sent")
        return self

    @property
    def listens_beyond_loopback(self) -> bool:
        """Tell whether other machines can reach the address to listen on."""
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"


def secret_names() -> tuple[str, ...]:
    """List the settings whose value is never shown and may stand in a file named by `…_FILE`."""
    return tuple(name for name, field in Settings.model_fields.items() if field.json_schema_extra)


def describe() -> str:
    """Write the reference page of all settings, in Markdown."""
    return _HEAD + "".join(f"\n{_section(name)}" for name in Settings.model_fields)


_HEAD = """# Settings

Written by `gatepost.base.settings.describe`; a test compares it with the code.

A value is taken from the command line, else from the environment (`GATEPOST_` and the name in
capitals), else from the configuration file (`--config`, else `GATEPOST_CONFIG`, else
`gatepost.toml` in the data directory), else it is the default. The file is TOML with the names
below as keys; an unknown key is an error. A secret may also be read from a file whose path is in
`GATEPOST_<NAME>_FILE`.
"""


def _section(name: str) -> str:
    field = Settings.model_fields[name]
    variable = f"{ENVIRONMENT_PREFIX}{name.upper()}"
    lines = [f"## {name}", "", field.description or "", "", f"- Environment: `{variable}`"]
    if name in secret_names():
        lines.append(f"- Secret: may be read from the file named by `{variable}_FILE`")
    if field.default_factory is None:
        lines.append(f"- Default: {_written(field.default)}")
    if limits := _limits(field.metadata):
        lines.append(f"- Bounds: {limits}")
    return "\n".join([*lines, ""])


def _written(default: object) -> str:
    if default is None or default == ():
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _limits(metadata: list[Any]) -> str:
    words = {
        "ge": "at least",
        "gt": "more than",
        "le": "at most",
        "min_length": "characters, at least",
    }
    found = [(word, getattr(mark, key, None)) for mark in metadata for key, word in words.items()]
    return ", ".join(f"{word} {limit:g}" for word, limit in found if limit is not None)
