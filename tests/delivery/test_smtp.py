import socket
import ssl
from pathlib import Path

import pytest

from gatepost.delivery.senders import SendFailed
from gatepost.delivery.smtp import SmtpSender, read_mail_url, read_sender
from tests.delivery.mail_server import MailServer, mail_server
from tests.delivery.make import RECIPIENT, SECRET_TEXT, START, a_clock, a_message, an_id
from tests.unit.street import certified

FROM = "Gatepost <no-reply@example.org>"


def sender_to(
    server: MailServer, *, scheme: str = "smtp", query: str = "", trusting: Path | None = None
) -> SmtpSender:
    url = f"{scheme}://mailer:p%40ss@127.0.0.1:{server.port}{query}"
    tls = ssl.create_default_context(cafile=trusting)
    return SmtpSender(read_mail_url(url), FROM, a_clock(), tls=tls, timeout_s=5)


async def failure_of(sender: SmtpSender, **fields: object) -> SendFailed:
    message = a_message(**fields)  # type: ignore[arg-type]
    with pytest.raises(SendFailed) as caught:
        await sender.send(message)
    assert message.to not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


async def test_mail_arrives_with_its_headers_and_text() -> None:
    async with mail_server() as server:
        await sender_to(server).send(a_message())
    mail = server.mails[0]
    assert {name: mail[name] for name in ("From", "To", "Subject")} == {
        "From": "Gatepost <no-reply@example.org>",
        "To": RECIPIENT,
        "Subject": "Reset your password",
    }
    assert mail["Date"].datetime == START
    assert mail["Message-ID"] == f"<{an_id(1)}@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == f"Follow this link:\n\n{SECRET_TEXT}\n"
    assert server.login == "\x00mailer\x00p@ss"


async def test_letters_of_every_script_and_long_links_arrive_whole() -> None:
    text = "Grüße, 你好\nhttps://gatepost.test/" + "x" * 2000 + "\n.\nend\n"
    async with mail_server() as server:
        await sender_to(server).send(a_message(text=text, subject="Passwort zurücksetzen: 你好"))
    assert server.mails[0].get_content().replace("\r\n", "\n") == text
    assert server.mails[0]["Subject"] == "Passwort zurücksetzen: 你好"


async def test_domain_of_other_letters_goes_by_its_ascii_form() -> None:
    async with mail_server() as server:
        await sender_to(server).send(a_message(to="ada@bücher.example"))
    assert "RCPT TO:<ada@xn--bcher-kva.example>" in server.commands


async def test_subject_cannot_add_a_header() -> None:
    async with mail_server() as server:
        await sender_to(server).send(a_message(subject="Hello\r\nBcc: eve@example.net"))
    assert server.mails[0]["Bcc"] is None
    assert server.mails[0]["Subject"] == "Hello Bcc: eve@example.net"


@pytest.mark.parametrize(
    "to",
    [
        "ada",
        "",
        "@example.com",
        "ada@",
        "ada@example.com, eve@example.net",
        "ada@example.com\r\nBcc: eve@example.net",
        "ada@example.com> SIZE=1",
        "Ada <ada@example.com>",
        "ada@" + "x" * 70 + ".example",
    ],
)
async def test_what_is_no_address_is_sent_nothing(to: str) -> None:
    async with mail_server() as server:
        sender = sender_to(server)
        with pytest.raises(SendFailed) as caught:
            await sender.send(a_message(to=to))
    assert not caught.value.retry
    assert not server.mails


async def test_starttls_is_demanded_and_done_before_login(tmp_path: Path) -> None:
    tls, trusted = certified(tmp_path, "127.0.0.1")
    async with mail_server(tls) as server:
        await sender_to(server, query="?starttls=on", trusting=trusted).send(a_message())
    assert server.was_secure == [True]
    commands = [line.split()[0] for line in server.commands]
    assert commands.index("STARTTLS") < commands.index("AUTH")


async def test_server_that_hides_starttls_gets_neither_login_nor_mail() -> None:
    """A machine in between may take STARTTLS out of the offers."""
    async with mail_server() as server:
        failure = await failure_of(sender_to(server, query="?starttls=on"))
    assert failure.retry
    assert not server.mails
    assert server.login is None


@pytest.mark.parametrize("wrapped", [False, True])
async def test_certificate_that_is_not_trusted_gets_neither_login_nor_mail(
    tmp_path: Path, *, wrapped: bool
) -> None:
    tls, _ = certified(tmp_path, "127.0.0.1")
    async with mail_server(tls, wrapped=wrapped) as server:
        sender = sender_to(server, scheme="smtps" if wrapped else "smtp", query="?starttls=on")
        failure = await failure_of(sender)
    assert failure.retry
    assert "certificate" in failure.sentence
    assert server.login is None


async def test_smtps_is_secure_from_the_start(tmp_path: Path) -> None:
    tls, trusted = certified(tmp_path, "127.0.0.1")
    async with mail_server(tls, wrapped=True) as server:
        await sender_to(server, scheme="smtps", trusting=trusted).send(a_message())
    assert server.was_secure == [True]


@pytest.mark.parametrize(
    ("command", "answer", "sentence", "retry"),
    [
        ("RCPT", f"550 5.1.1 <{RECIPIENT}> unknown", "refused the recipient (550 5.1.1)", False),
        ("RCPT", f"451 4.7.1 <{RECIPIENT}> greylisted", "the recipient (451 4.7.1)", True),
        ("BODY", f"554 5.7.1 spam for {RECIPIENT}", "refused the message (554 5.7.1)", False),
        ("BODY", "452 full", "refused the message (452)", True),
        ("MAIL", "553 not yours", "GATEPOST_MAIL_FROM (553)", True),
        ("AUTH", "535 5.7.8 wrong", "password of GATEPOST_MAIL_URL (535 5.7.8)", True),
        ("EHLO", "550 go away", "refused the connection (550)", True),
    ],
)
async def test_refusal_is_said_by_its_code_and_none_of_its_words(
    command: str, answer: str, sentence: str, *, retry: bool
) -> None:
    async with mail_server() as server:
        server.refuse = (
            {command: answer, "HELO": answer} if command == "EHLO" else {command: answer}
        )
        failure = await failure_of(sender_to(server))
    assert sentence in failure.sentence
    assert failure.retry is retry


async def test_local_part_of_other_letters_needs_a_server_that_takes_it() -> None:
    async with mail_server() as server:
        failure = await failure_of(sender_to(server), to="zoë@example.com")
    assert not failure.retry


async def test_server_that_is_away_is_tried_again() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{held.getsockname()[1]}"
        failure = await failure_of(SmtpSender(read_mail_url(url), FROM, a_clock()))
    assert failure.retry
    assert "cannot be reached" in failure.sentence


async def test_server_that_says_nothing_is_tried_again() -> None:
    async with mail_server() as server:
        server.silent_at = "CONNECT"
        url = f"smtp://127.0.0.1:{server.port}"
        failure = await failure_of(SmtpSender(read_mail_url(url), FROM, a_clock(), timeout_s=0.1))
    assert failure.retry


async def test_server_that_stops_answering_is_tried_again() -> None:
    async with mail_server() as server:
        server.silent_at = "RCPT"
        url = f"smtp://127.0.0.1:{server.port}"
        failure = await failure_of(SmtpSender(read_mail_url(url), FROM, a_clock(), timeout_s=0.1))
    assert failure.retry
    assert failure.sentence == "The mail server did not answer in time."


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://mail.example.com", 587, "starttls"),
        ("smtp://mail.example.com:25?starttls=off", 25, "off"),
        ("smtps://mail.example.com", 465, "wrapped"),
        ("smtp://localhost:1025", 1025, "off"),
        ("smtp://127.0.0.2", 587, "off"),
        ("smtp://[::1]:25", 25, "off"),
        ("smtp://localhost?starttls=on", 587, "starttls"),
    ],
)
def test_mail_url_says_port_and_protection(url: str, port: int, tls: str) -> None:
    server = read_mail_url(url)
    assert (server.port, server.tls, server.user) == (port, tls, None)


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.com",
        "smtp://",
        "mail.example.com",
        "smtp://u:secret@mail.example.com/path",
        "smtp://u:secret@mail.example.com?tls=no",
        "smtp://u:secret@mail.example.com?starttls=maybe",
        "smtp://u:secret@mail.example.com:port",
    ],
)
def test_mail_url_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        read_mail_url(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("written", ["", "Gatepost", "a@b@c", "<>"])
def test_sender_that_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="an address"):
        read_sender(written)
