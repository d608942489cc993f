"""Whatever happens to a request, it ends in an answer of SCIM's own and in a record (R37, R38)."""

from collections.abc import Awaitable

import msgspec
import structlog

from gatepost.activity import reasons
from gatepost.activity.inbound import Inbound
from gatepost.activity.recorder import Recorder
from gatepost.base.refusal import Refusal
from gatepost.scim.answers import Answer
from gatepost.scim.errors import (
    InvalidFilter,
    InvalidPath,
    ScimError,
    ServerFault,
    TooMany,
    Unavailable,
)
from gatepost.store.database import ScanTooLong, StoreUnavailable
from gatepost.web.scim.body import ClientGone
from gatepost.web.scim.errors import as_scim_error
from gatepost.web.scim.redaction import redact_answer

_RETRY_S = "5"


async def guarded(inbound: Inbound, recorder: Recorder, work: Awaitable[Answer]) -> Answer:
    """Await the answer; turn refusals, protocol errors and faults into answers.

    Raises:
        ClientGone: nobody waits for an answer any more.
    """
    try:
        answer = await work
        if not inbound.is_recorded:
            recorder.record(inbound.record(answer.status, reasons.READ, []))
    except Refusal as refusal:
        answer = error_answer(as_scim_error(refusal))
        if not inbound.is_recorded:
            recorder.record(inbound.refused(refusal, []))
    except (ScimError, StoreUnavailable, ScanTooLong) as error:
        said = _as_scim_error(error)
        answer = error_answer(said)
        _record_failure(inbound, recorder, answer, said.scim_type)
    except ClientGone:
        raise
    except Exception:  # noqa: BLE001 - the edge: a fault too leaves as a SCIM Error
        structlog.get_logger().exception("fault", request_id=inbound.request_id)
        answer = error_answer(_fault(inbound))
        _record_failure(inbound, recorder, answer, None)
    recorder.count(inbound)
    return answer


def _record_failure(
    inbound: Inbound, recorder: Recorder, answer: Answer, scim_type: str | None
) -> None:
    """Record the failure, unless the write was done and only its answer failed."""
    if not inbound.is_recorded:
        quotes = scim_type in {InvalidPath.scim_type, InvalidFilter.scim_type}
        kept = redact_answer(answer.body, inbound) if quotes else answer.body
        recorder.record(inbound.failed(answer.status, scim_type, kept))


def error_answer(error: ScimError) -> Answer:
    """Answer with a SCIM Error (RFC 7644 §3.12)."""
    return Answer(error.status, msgspec.json.encode(error.as_document()), dict(error.headers))


def _as_scim_error(error: Exception) -> ScimError:
    if isinstance(error, ScimError):
        return error
    if isinstance(error, ScanTooLong):
        return TooMany(
            "The filter takes too long on so many resources. Filter by an attribute that is "
            "indexed, such as userName, externalId, emails.value or displayName."
        )
    detail = "The application's database does not answer. Try again later."
    return Unavailable(detail, headers={"Retry-After": _RETRY_S})


def _fault(inbound: Inbound) -> ServerFault:
    return ServerFault(f"The application failed to answer. Reference: {inbound.request_id}.")
