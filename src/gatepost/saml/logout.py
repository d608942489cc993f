"""Single logout (saml-core §3.7, saml-profiles §4.4): both messages, both ways, always signed."""

from datetime import datetime

import msgspec

from gatepost.saml import binding, build
from gatepost.saml.binding import PostForm, Received
from gatepost.saml.conditions import check_issuer
from gatepost.saml.errors import InResponseTo
from gatepost.saml.names import SUCCESS, Element, children, saml, samlp
from gatepost.saml.parties import IdentityProvider, ServiceProvider
from gatepost.saml.shape import (
    check_destination,
    check_version,
    get_id,
    only_child,
    plain_text,
)
from gatepost.saml.signature import signing_keys
from gatepost.saml.subject import read_name
from gatepost.saml.times import Window, later, read_instant, write_instant

ISSUE_AGE_S_MAX = 600.0


class LogoutRequest(msgspec.Struct, frozen=True):
    """Asks to end the subject's sessions: those named, or all where none is.

    `replay_until` is set in requests that were read: until then the caller
    must remember `id`.
    """

    id: str
    issue_instant: datetime
    issuer: str
    destination: str
    name_id: str
    name_id_format: str | None = None
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None
    session_indexes: tuple[str, ...] = ()
    not_on_or_after: datetime | None = None
    replay_until: datetime | None = None


class LogoutResponse(msgspec.Struct, frozen=True):
    """Answers a LogoutRequest; `second_status` says more, as `…:PartialLogout` does."""

    id: str
    issue_instant: datetime
    issuer: str
    destination: str
    in_response_to: str | None
    status: str = SUCCESS
    second_status: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether everybody ended the sessions."""
        return self.status == SUCCESS and self.second_status is None


class ExpectedLogout(msgspec.Struct, frozen=True):
    """What we know before a logout message comes; `request_id` is that of our own request."""

    service_provider: ServiceProvider
    identity_provider: IdentityProvider
    now: datetime
    request_id: str | None = None
    clock_skew_s: float = 60.0


Message = LogoutRequest | LogoutResponse


def redirect_url(message: Message, *, relay_state: str | None, key_pem: bytes) -> str:
    """Give the URL that carries the message, signed."""
    return binding.redirect_url(
        message.destination,
        _parameter(message),
        _write(message),
        relay_state=relay_state,
        key_pem=key_pem,
    )


def post_form(
    message: Message, *, relay_state: str | None, key_pem: bytes, certificate: str
) -> PostForm:
    """Give the form that carries the message, signed."""
    return binding.post_form(
        message.destination,
        _parameter(message),
        _write(message),
        relay_state=relay_state,
        key_pem=key_pem,
        certificate=certificate,
    )


def read_request(received: Received, expected: ExpectedLogout) -> LogoutRequest:
    """Read the identity provider's wish to end sessions, its own only.

    Does not check for replay: the caller remembers `id` until `replay_until`.

    Raises:
        SamlError: the message is refused; each reason has a class of its own.
    """
    root = _receive(received, "SAMLRequest", "LogoutRequest", expected)
    issued = read_instant(root.get("IssueInstant"), "IssueInstant of the LogoutRequest")
    end = _read_end(root, expected)
    name = read_name(root, expected.service_provider.entity_id)
    indexes = [plain_text(one) for one in children(root, samlp("SessionIndex"))]
    return LogoutRequest(
        id=get_id(root),
        issue_instant=issued,
        issuer=expected.identity_provider.entity_id,
        destination=root.get("Destination", ""),
        name_id=name.value,
        name_id_format=name.format,
        name_qualifier=name.name_qualifier,
        sp_name_qualifier=name.sp_name_qualifier,
        session_indexes=tuple(one for one in indexes if one),
        not_on_or_after=end,
        replay_until=later(end or later(issued, ISSUE_AGE_S_MAX), 2 * expected.clock_skew_s),
    )


def read_response(received: Received, expected: ExpectedLogout) -> LogoutResponse:
    """Read the identity provider's answer to a LogoutRequest of ours, whatever its status.

    Raises:
        SamlError: the message is refused; each reason has a class of its own.
    """
    root = _receive(received, "SAMLResponse", "LogoutResponse", expected)
    answered = root.get("InResponseTo")
    if answered is None or answered != expected.request_id:
        raise InResponseTo(
            "The LogoutResponse does not answer a logout that is under way.",
            expected=expected.request_id,
            received=answered,
        )
    code = only_child(only_child(root, samlp("Status")), samlp("StatusCode"))
    second = code.find(samlp("StatusCode"))
    return LogoutResponse(
        id=get_id(root),
        issue_instant=read_instant(root.get("IssueInstant"), "IssueInstant"),
        issuer=expected.identity_provider.entity_id,
        destination=root.get("Destination", ""),
        in_response_to=answered,
        status=code.get("Value", ""),
        second_status=None if second is None else second.get("Value", ""),
    )


def _receive(received: Received, parameter: str, name: str, expected: ExpectedLogout) -> Element:
    provider, ours = expected.identity_provider, expected.service_provider
    root = binding.receive(received, parameter, name, signing_keys(provider.certificates))
    check_version(root)
    check_issuer(root, provider.entity_id)
    check_destination(root, ours.slo_url or "", is_required=True)
    where = f"IssueInstant of the {name}"
    window = Window(expected.now, expected.clock_skew_s)
    window.check_fresh(read_instant(root.get("IssueInstant"), where), where, ISSUE_AGE_S_MAX)
    return root


def _read_end(root: Element, expected: ExpectedLogout) -> datetime | None:
    text = root.get("NotOnOrAfter")
    if text is None:
        return None
    where = "NotOnOrAfter of the LogoutRequest"
    end = read_instant(text, where)
    Window(expected.now, expected.clock_skew_s).check_not_on_or_after(end, where)
    return end


def _parameter(message: Message) -> str:
    return "SAMLRequest" if isinstance(message, LogoutRequest) else "SAMLResponse"


def _write(message: Message) -> Element:
    head = build.Head(message.id, message.issue_instant, message.issuer, message.destination)
    if isinstance(message, LogoutRequest):
        return _write_request(message, head)
    root = build.message("LogoutResponse", head, InResponseTo=message.in_response_to)
    status = build.append(root, samlp("Status"))
    code = build.append(status, samlp("StatusCode"), Value=message.status)
    if message.second_status is not None:
        build.append(code, samlp("StatusCode"), Value=message.second_status)
    return root


def _write_request(request: LogoutRequest, head: build.Head) -> Element:
    end = request.not_on_or_after
    written = None if end is None else write_instant(end)
    root = build.message("LogoutRequest", head, NotOnOrAfter=written)
    build.append(
        root,
        saml("NameID"),
        request.name_id,
        Format=request.name_id_format,
        NameQualifier=request.name_qualifier,
        SPNameQualifier=request.sp_name_qualifier,
    )
    for index in request.session_indexes:
        build.append(root, samlp("SessionIndex"), index)
    return root
