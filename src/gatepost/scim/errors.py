"""Errors of the SCIM protocol (RFC 7644 §3.12), one class a row of its tables.

```
ScimError
├── BadRequest 400
│   ├── InvalidFilter   invalidFilter      ├── InvalidVersion  invalidVers
│   ├── TooMany         tooMany            ├── Sensitive       sensitive
│   ├── Mutability      mutability         ├── InvalidCursor   invalidCursor
│   ├── InvalidSyntax   invalidSyntax      ├── ExpiredCursor   expiredCursor
│   ├── InvalidPath     invalidPath        └── InvalidCount    invalidCount
│   ├── NoTarget        noTarget
│   └── InvalidValue    invalidValue
├── Unauthorized 401      ├── Conflict 409 ── Uniqueness  uniqueness
├── Forbidden 403         ├── PreconditionFailed 412
├── NotFound 404          ├── PayloadTooLarge 413
├── MethodNotAllowed 405  ├── UnsupportedMediaType 415
└── TooManyRequests 429, NotImplementedByServer 501, ServerFault 500, Unavailable 503
```
"""

from typing import Any, ClassVar

ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """An error a SCIM client is told about.

    `detail` is written for the IT administrator who reads it in the identity
    provider's log: what is wrong, which value, what to do.
    """

    status: ClassVar[int] = 500
    scim_type: ClassVar[str | None] = None

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}

    def as_document(self) -> dict[str, Any]:
        """Give the Error body; `status` is a string (RFC 7644 §3.12)."""
        document: dict[str, Any] = {"schemas": [ERROR_URN], "status": str(self.status)}
        if self.scim_type:
            document["scimType"] = self.scim_type
        document["detail"] = self.detail
        return document


class BadRequest(ScimError):
    """The request is malformed in a way no scimType names."""

    status = 400


class InvalidFilter(BadRequest):
    """The filter's syntax or its use of an attribute is not understood."""

    scim_type = "invalidFilter"


class TooMany(BadRequest):
    """The filter yields more than the server is willing to work through."""

    scim_type = "tooMany"


class Mutability(BadRequest):
    """The change is not compatible with the attribute's mutability."""

    scim_type = "mutability"


class InvalidSyntax(BadRequest):
    """The body's structure is not that of the request."""

    scim_type = "invalidSyntax"


class InvalidPath(BadRequest):
    """The `path` of a PATCH operation is malformed or names no attribute."""

    scim_type = "invalidPath"


class NoTarget(BadRequest):
    """The `path` of a PATCH operation selects nothing to operate on."""

    scim_type = "noTarget"


class InvalidValue(BadRequest):
    """A value is missing, of the wrong type, or not allowed."""

    scim_type = "invalidValue"


class InvalidVersion(BadRequest):
    """The protocol version in the URL is not supported."""

    scim_type = "invalidVers"


class Sensitive(BadRequest):
    """The request would put personal data into a URL."""

    scim_type = "sensitive"


class InvalidCursor(BadRequest):
    """The cursor was not given out by this server (RFC 9865 §2.1)."""

    scim_type = "invalidCursor"


class ExpiredCursor(BadRequest):
    """The cursor is too old (RFC 9865 §2.1)."""

    scim_type = "expiredCursor"


class InvalidCount(BadRequest):
    """The count is not acceptable with a cursor (RFC 9865 §2.1)."""

    scim_type = "invalidCount"


class Unauthorized(ScimError):
    """Credentials are missing or bad (RFC 7644 §2)."""

    status = 401


class Forbidden(ScimError):
    """The operation is not permitted on what the client may know of."""

    status = 403


class NotFound(ScimError):
    """There is no such resource or endpoint, as far as this client may know."""

    status = 404


class MethodNotAllowed(ScimError):
    """The endpoint does not serve the method."""

    status = 405


class Conflict(ScimError):
    """The state of the resource does not allow the request."""

    status = 409


class Uniqueness(Conflict):
    """A value that must be unique is in use already."""

    scim_type = "uniqueness"


class PreconditionFailed(ScimError):
    """`If-Match` names another version than the current one (RFC 7644 §3.14)."""

    status = 412


class PayloadTooLarge(ScimError):
    """The body, or the number of operations in it, is over the limit."""

    status = 413


class UnsupportedMediaType(ScimError):
    """The body's media type is neither SCIM's nor JSON."""

    status = 415


class TooManyRequests(ScimError):
    """The provider's rate limit is reached; `Retry-After` is whole seconds."""

    status = 429


class ServerFault(ScimError):
    """A fault on our side; `detail` carries a reference id only."""

    status = 500


class NotImplementedByServer(ScimError):
    """The server does not offer what was asked for (RFC 7644 §3.11, `/Me`)."""

    status = 501


class Unavailable(ScimError):
    """A dependency is away; `Retry-After` says when to come back."""

    status = 503
