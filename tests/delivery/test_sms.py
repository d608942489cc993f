import asyncio
import base64
import hashlib
import hmac
import io
from datetime import timedelta
from email.utils import format_datetime

import msgspec
import pytest
from structlog.testing import capture_logs

from gatepost.activity.outbox import EMAIL, SMS
from gatepost.base import log
from gatepost.base.fetch_errors import FetchRefused
from gatepost.base.fetching import Fetched, Fetcher, HttpFetcher, Outbound
from gatepost.base.settings import Settings
from gatepost.delivery.configured import SenderMisconfigured, senders_of
from gatepost.delivery.log_sender import LogSender
from gatepost.delivery.senders import SendFailed
from gatepost.delivery.sms_webhook import SmsWebhook, read_webhook_secret, signed
from gatepost.delivery.smtp import SmtpSender
from tests.delivery.make import PHONE, START, a_clock, a_message, an_id
from tests.unit.street import Answer, saying, serving

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def a_fetcher() -> Fetcher:
    return HttpFetcher(networks=["127.0.0.0/8"], allow_http=True)


async def posted(answer: Answer) -> list[bytes]:
    async with serving(answer) as street:
        webhook = SmsWebhook(street.url + "sms", SECRET, a_fetcher(), a_clock())
        await webhook.send(a_message(channel=SMS, to=PHONE, text="Your code is 123456."))
    return street.requests


async def failure_of(answer: Answer) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await posted(answer)
    assert PHONE not in str(caught.value)
    return caught.value


async def test_receiver_gets_number_text_and_id_signed() -> None:
    """Verified as a receiver does (Standard Webhooks, "Verifying webhooks")."""
    head, _, body = (await posted(saying(b"")))[0].partition(b"\r\n\r\n")
    lines = head.decode().splitlines()
    assert lines[0] == "POST /sms HTTP/1.1"
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
    assert msgspec.json.decode(body) == {
        "to": PHONE,
        "text": "Your code is 123456.",
        "id": an_id(1),
    }
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == an_id(1)
    assert headers["webhook-timestamp"] == str(int(START.timestamp()))
    covered = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, covered, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_signature_is_the_published_example() -> None:
    """The example of the reference libraries of Standard Webhooks."""
    headers = signed(
        b'{"test": 2432232314}',
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        START + timedelta(seconds=1614265330 - START.timestamp()),
        base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
async def test_any_2xx_is_success(status: str) -> None:
    assert len(await posted(saying(b"", status=status))) == 1


@pytest.mark.parametrize(
    ("status", "retry"),
    [
        ("302 Found", False),
        ("400 Bad Request", False),
        ("401 Unauthorized", False),
        ("404 Not Found", False),
        ("408 Request Timeout", True),
        ("429 Too Many Requests", True),
        ("500 Internal Server Error", True),
        ("503 Service Unavailable", True),
    ],
)
async def test_other_answers_fail_and_some_may_go_better_later(status: str, *, retry: bool) -> None:
    failure = await failure_of(saying(b"", "Location: /other", status=status))
    assert failure.retry is retry
    assert failure.sentence == f"The receiver of GATEPOST_SMS_URL answered {status[:3]}."


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120.0),
        (format_datetime(START + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(START - timedelta(seconds=90), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
async def test_receiver_may_say_when_to_come_back(written: str, seconds: float | None) -> None:
    failure = await failure_of(
        saying(b"", f"Retry-After: {written}", status="429 Too Many Requests")
    )
    assert failure.after_s == seconds


async def test_receiver_that_is_away_is_tried_again() -> None:
    async def nothing(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.close()

    assert (await failure_of(nothing)).retry


async def test_receiver_where_we_do_not_go_is_not_tried_again() -> None:
    class Guard:
        async def fetch(self, request: Outbound) -> Fetched:
            raise FetchRefused("address", f"{request.url} is inside.")

    webhook = SmsWebhook("https://sms.example.com/", SECRET, Guard(), a_clock())
    with pytest.raises(SendFailed, match="inside") as caught:
        await webhook.send(a_message(channel=SMS, to=PHONE))
    assert not caught.value.retry


@pytest.mark.parametrize(
    "written", ["", "whsec_", "whsec_c2hvcnQ=", base64.b64encode(KEY).decode(), "whsec_!!!!"]
)
def test_secret_that_is_none_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(ValueError, match="openssl rand") as caught:
        read_webhook_secret(written)
    assert not written.removeprefix("whsec_") or written not in str(caught.value)


async def test_log_sender_writes_recipient_and_text() -> None:
    with capture_logs() as lines:
        await LogSender().send(a_message())
        await LogSender().send(a_message(channel=SMS, to=PHONE, text="Your code is 123456."))
    assert lines[0]["recipient"] == "ada@example.com"
    assert lines[1]["text"] == "Your code is 123456."
    assert {line["log_level"] for line in lines} == {"warning"}
    assert "development only" in lines[0]["event"]


def test_number_of_the_log_sender_can_be_read_in_the_log() -> None:
    stream = io.StringIO()
    with capture_logs() as lines:
        asyncio.run(LogSender().send(a_message(channel=SMS, to=PHONE)))
    stream.write(repr(log.redact(None, "warning", dict(lines[0]))))
    assert "+49 151 123 456 78" in stream.getvalue()


def settings(**given: object) -> Settings:
    return Settings(sms_countries=("DE",), **given)  # type: ignore[arg-type]


def test_text_messages_want_the_countries_they_go_to() -> None:
    """Else one forgotten setting pays for calls to everywhere."""
    with pytest.raises(ValueError, match="say to which countries"):
        Settings(sms_url="log:")


def test_channels_that_are_not_configured_have_no_sender() -> None:
    assert senders_of(settings(), a_fetcher(), a_clock()) == {}


def test_channels_have_the_senders_that_are_configured() -> None:
    configured = settings(
        mail_url="smtp://mail.example.com", sms_url="https://sms.example.com/", sms_secret=SECRET
    )
    found = senders_of(configured, a_fetcher(), a_clock())
    assert isinstance(found[EMAIL], SmtpSender)
    assert isinstance(found[SMS], SmsWebhook)


def test_log_takes_the_place_of_either_channel() -> None:
    found = senders_of(settings(mail_url="log:", sms_url="log:"), a_fetcher(), a_clock())
    assert {type(sender) for sender in found.values()} == {LogSender}
    assert set(found) == {EMAIL, SMS}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"mail_url": "smtp://u:secret@"}, "GATEPOST_MAIL_URL cannot be read"),
        (
            {"mail_url": "smtp://mail.example.com", "mail_from": "nobody"},
            "GATEPOST_MAIL_FROM cannot be read",
        ),
        ({"sms_url": "https://sms.example.com/"}, "needs GATEPOST_SMS_SECRET"),
        (
            {"sms_url": "https://sms.example.com/", "sms_secret": "x" * 24},
            "GATEPOST_SMS_SECRET cannot be read",
        ),
    ],
)
def test_setting_that_cannot_be_used_is_named(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(SenderMisconfigured, match=sentence) as caught:
        senders_of(settings(**given), a_fetcher(), a_clock())
    assert "u:secret" not in str(caught.value)
