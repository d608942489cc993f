"""Settings of an SSO half as words of the command line: `KEY VALUE` to the value it stands for."""

from typing import Any, get_args, get_type_hints

import msgspec

from gatepost.cli.desk import usage
from gatepost.store.login_rows import SsoRow
from gatepost.tenancy.sso_options import OPTIONS, AttributeNames, MfaRule

_WORDS = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_GROUPS: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "attribute": ("attributes", AttributeNames),
    "mfa": ("mfa_rule", MfaRule),
}


def changed(sso: SsoRow, key: str, value: str) -> dict[str, Any]:
    """Give what `SingleSignOn.configure` takes for this key; an empty value is the default again.

    Raises:
        CommandFailed: there is no such key, or the value is not of its kind.
    """
    name = key.replace("-", "_")
    if name == "just_in_time":
        return {name: _switch(name, value)}
    group, _, field = name.partition(".")
    if field and group in _GROUPS:
        column, kind = _GROUPS[group]
    else:
        column, kind, field = "options", OPTIONS[sso.protocol], name
    hints = get_type_hints(kind)
    if field not in hints or field == "client_id":
        raise usage(f"There is no setting {key!r}.", f"There are: {', '.join(keys(sso.protocol))}.")
    stored = {one: kept for one, kept in getattr(sso, column).items() if one != field}
    return {column: stored if value == "" else {**stored, field: _read(name, hints[field], value)}}


def keys(protocol: str) -> list[str]:
    """List the keys that can be set."""
    options = [one for one in OPTIONS[protocol].__struct_fields__ if one != "client_id"]
    grouped = [
        f"{prefix}.{field}"
        for prefix, (_, kind) in _GROUPS.items()
        for field in kind.__struct_fields__
    ]
    return ["just_in_time", *options, *grouped]


def whole(kind: type[msgspec.Struct], stored: dict[str, Any]) -> dict[str, Any]:
    """Give the settings with their defaults, as they work."""
    document: dict[str, Any] = msgspec.to_builtins(msgspec.convert(stored, kind))
    return document


def _read(key: str, hint: Any, value: str) -> Any:  # noqa: ANN401 - settings differ
    kinds = {hint, *get_args(hint)}
    if bool in kinds:
        return _switch(key, value)
    if int in kinds:
        if not value.isdecimal():
            raise usage(f"{key} is {value!r}, which is no number.")
        return int(value)
    if tuple[str, ...] in kinds:
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _switch(key: str, value: str) -> bool:
    if value.lower() not in _WORDS:
        raise usage(f"{key} is {value!r}, which is neither on nor off.")
    return _WORDS[value.lower()]
