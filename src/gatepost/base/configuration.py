"""Where settings come from: command line, environment, file, default, in this order."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from gatepost.base.settings import ENVIRONMENT_PREFIX, Settings, secret_names

FILE_NAME = "gatepost.toml"
Layer = dict[str, tuple[Any, str]]
"""Setting names with the value found and where it was found."""

_OTHER_VARIABLES = frozenset({"CONFIG", "SERVER", "API_KEY", "TARGET", "TOKEN"})


class SettingsError(Exception):
    """A setting cannot be used; `problems` has a sentence for each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


class Configuration(msgspec.Struct, frozen=True):
    """Settings with where each came from, and what the operator should look at."""

    settings: Settings
    origins: Mapping[str, str]
    file: Path | None
    warnings: tuple[str, ...]

    def origin(self, name: str) -> str:
        """Tell where that setting's value came from, such as `environment (GATEPOST_PORT)`."""
        return self.origins.get(name, "default")


def load(
    overrides: Mapping[str, Any] | None = None, *, config: Path | None = None
) -> Configuration:
    """Read the settings: overrides > environment > configuration file > defaults.

    The file is `config`, else `GATEPOST_CONFIG`, else `gatepost.toml` in the data
    directory if it is there. Overrides that are `None` count as absent.

    Raises:
        SettingsError: a file is missing or unreadable, a name unknown, a value out of bounds.
    """
    layers = [_overridden(overrides or {}), _environment()]
    file = _file(config, layers)
    if file:
        layers.append(_from_file(file))
    values = {name: found[0] for layer in reversed(layers) for name, found in layer.items()}
    origins = {name: found[1] for layer in reversed(layers) for name, found in layer.items()}
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(_problems(error, origins)) from error
    return Configuration(settings, origins, file, tuple(_warnings(settings)))


def check_serving(settings: Settings) -> None:
    """Refuse to send tokens over the network in clear unless the operator says so.

    Raises:
        SettingsError: the address is not loopback and neither https nor `insecure_http` is set.
    """
    if not settings.listens_beyond_loopback or settings.insecure_http:
        return
    if not settings.public_url.startswith("https://"):
        problem = (
            f"host {settings.host} can be reached from other machines, but public_url "
            f"{settings.public_url} is not https: tokens would travel in clear. Put a TLS proxy "
            "in front and set GATEPOST_PUBLIC_URL=https://…, or accept it with --insecure-http."
        )
        raise SettingsError([problem])


def _overridden(overrides: Mapping[str, Any]) -> Layer:
    return {name: (value, "command line") for name, value in overrides.items() if value is not None}


def _environment() -> Layer:
    found: Layer = {}
    for name in secret_names():
        variable = f"{ENVIRONMENT_PREFIX}{name.upper()}_FILE"
        if path := os.environ.get(variable):
            found[name] = (_read(Path(path), variable).strip(), f"file named by {variable}")
    for name, value in EnvSettingsSource(Settings)().items():
        found[name] = (value, f"environment ({ENVIRONMENT_PREFIX}{name.upper()})")
    return found


def _file(config: Path | None, layers: Iterable[Layer]) -> Path | None:
    if named := config or os.environ.get(f"{ENVIRONMENT_PREFIX}CONFIG"):
        return Path(named)
    chosen = [layer["data_dir"][0] for layer in layers if "data_dir" in layer]
    directory = Path(chosen[0]) if chosen else Settings().data_dir
    beside = directory / FILE_NAME
    return beside if beside.is_file() else None


def _from_file(file: Path) -> Layer:
    try:
        values = tomllib.loads(_read(file, "the configuration file"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{file} is not TOML: {error}."]) from error
    unknown = [name for name in values if name not in Settings.model_fields]
    if unknown:
        raise SettingsError(f"{file}: {_unknown(name)}" for name in unknown)
    return {name: (value, str(file)) for name, value in values.items()}


def _read(file: Path, named_by: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{file} ({named_by}) cannot be read: {error}."]) from error


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), Settings.model_fields, n=1, cutoff=0.5)
    meant = f" Did you mean {near[0]!r}?" if near else " See docs/reference/settings.md."
    return f"{name!r} is not a setting.{meant}"


def _problems(error: ValidationError, origins: Mapping[str, str]) -> Iterable[str]:
    secret = secret_names()
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "default_factory_not_called":
            continue  # a default that hangs on the value that is wrong, which has its own line
        if problem["type"] == "extra_forbidden":
            yield _unknown(name)
            continue
        value = "" if name in secret else f" {problem['input']!r}"
        origin = origins.get(name, "default")
        reason = problem["msg"].removeprefix("Value error, ")
        yield f"{name}{value} from {origin} cannot be used: {reason}."


def _warnings(settings: Settings) -> Iterable[str]:
    host = urlsplit(settings.public_url).hostname or ""
    if "_" in host:
        yield (
            f"public_url: the host name {host} has an underscore; Okta refuses such a base URL. "
            "Use a name without one."
        )
    for variable in sorted(os.environ):
        name = variable.removeprefix(ENVIRONMENT_PREFIX)
        if name != variable and name not in _OTHER_VARIABLES and not _is_known(name.lower()):
            yield f"{variable} is set but {_unknown(name.lower())}"


def _is_known(name: str) -> bool:
    return name in Settings.model_fields or name.removesuffix("_file") in secret_names()
