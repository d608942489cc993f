"""UserInfo (OIDC Core §5.3): claims about the person who signed in, and nobody else."""

import json
from typing import Any

import msgspec
import pytest

from gatepost.oidc import userinfo
from gatepost.oidc.errors import (
    OidcError,
    UserinfoMalformed,
    UserinfoRefused,
    UserinfoSubjectMismatch,
    UserinfoUnsupported,
)
from tests.oidc.make import ACCESS_TOKEN, ISSUER, PROVIDER, refused

SUBJECT = "248289761001"
JSON = "application/json"


def body(**claims: Any) -> bytes:
    return json.dumps({"sub": SUBJECT} | claims).encode()


def refuses(
    answer: bytes, reason: type[OidcError], status: int = 200, content_type: str | None = JSON
) -> OidcError:
    with refused(reason) as caught:
        userinfo.read(status, answer, content_type, subject=SUBJECT)
    return caught.value


def test_claims_are_asked_for_with_the_access_token() -> None:
    """RFC 6750 §2.1."""
    request = userinfo.request(PROVIDER, ACCESS_TOKEN)
    assert (request.method, request.url, request.body) == ("GET", f"{ISSUER}/userinfo", b"")
    assert request.headers == {"Authorization": f"Bearer {ACCESS_TOKEN}", "Accept": JSON}
    assert ACCESS_TOKEN not in repr(request)


def test_a_provider_without_userinfo_is_not_asked() -> None:
    with refused(UserinfoUnsupported):
        userinfo.request(msgspec.structs.replace(PROVIDER, userinfo_endpoint=None), ACCESS_TOKEN)


def test_claims_about_the_subject_are_read() -> None:
    found = userinfo.read(200, body(email="a@x.example"), f"{JSON}; charset=utf-8", subject=SUBJECT)
    assert found == {"sub": SUBJECT, "email": "a@x.example"}


@pytest.mark.parametrize("subject", ["another", SUBJECT[:-1], f"{SUBJECT} ", "é", f"0{SUBJECT}"])
def test_claims_about_another_person_are_refused(subject: str) -> None:
    """OIDC Core §5.3.2: token substitution."""
    error = refuses(body(sub=subject), UserinfoSubjectMismatch)
    assert error.facts == {"expected": SUBJECT, "received": subject}


@pytest.mark.parametrize("subject", [None, "", 248289761001, True, [SUBJECT], {"sub": SUBJECT}])
def test_claims_about_nobody_are_refused(subject: Any) -> None:
    refuses(body(sub=subject), UserinfoMalformed)


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"[]", b"null", b"<html>", b'{"sub":"a","sub":"248289761001"}', b"\xff"]
)
def test_an_answer_that_is_no_json_object_with_sub_is_refused(answer: bytes) -> None:
    refuses(answer, UserinfoMalformed)


@pytest.mark.parametrize("content_type", [None, "application/jwt", "text/html", "text/json"])
def test_an_answer_of_another_type_is_refused(content_type: str | None) -> None:
    refuses(body(), UserinfoMalformed, content_type=content_type)


@pytest.mark.parametrize("status", [201, 204, 302, 401, 403, 500])
def test_an_answer_of_another_status_is_refused(status: int) -> None:
    refuses(body(), UserinfoRefused, status=status)


def test_the_providers_reason_is_told() -> None:
    answer = json.dumps({"error": "invalid_token", "error_description": "Expired"}).encode()
    error = refuses(answer, UserinfoRefused, status=401)
    assert error.detail == "The UserInfo endpoint answered 401: invalid_token: Expired."
    assert error.facts == {"status": "401"}
