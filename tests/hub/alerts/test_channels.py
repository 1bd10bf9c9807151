"""Mail and webhook against real servers: what arrives, and what a server that fails does to it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from base.alert_settings import AlertSettings
from base.clock import ManualClock
from base.errors import AuthenticationError, ConnectError, ReadError, ServerFault
from canonical.store.alerts import Alert, Condition, Notice
from connectors.registry import declarations
from hub.alerts.kinds import Kind
from hub.alerts.mail import MailChannel
from hub.alerts.webhook import WebhookChannel
from tests.hub.alerts.conftest import NOW, STREAM, SYSTEM
from tests.loopback import Handler, listening

pytestmark = pytest.mark.network

PAGES = "https://airflow.example"
PASSWORD = "synthetic-mail-password"
SECRET = b"synthetic secret of 24 bytes"
ALERT = Alert("a1", Condition(Kind.DOWN, SYSTEM, STREAM, NOW), NOW, NOW, None)
NOTICE = Notice(ALERT, "mail", "opened")


class Mailbox:
    """What the mail server does: keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            content = cast("bytes", envelope.content)
            self.taken.append(message_from_bytes(content, policy=policy.default))
        return self.answer


class OnFreePort(Controller):
    """A mail server on a port that the system chose."""

    def _trigger_server(self) -> None:
        listening_on = cast("Any", self.server).sockets[0]
        self.port = listening_on.getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def password_fits(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
    fits = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
    return AuthResult(success=fits, handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 with its key, trusted by nobody yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    import ipaddress

    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture(scope="module")
def mail_server(certificate: Path) -> Iterator[Controller]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    server = OnFreePort(
        Mailbox(), hostname="127.0.0.1", port=0, tls_context=tls, require_starttls=True,
        authenticator=password_fits, auth_required=True,
    )  # fmt: skip
    server.start()
    yield server
    server.stop()


@pytest.fixture
def box(mail_server: Controller) -> Mailbox:
    found: Mailbox = mail_server.handler
    found.taken.clear()
    found.answer = "250 OK"
    return found


def port_of(server: Controller) -> int:
    return int(server.port)


def mail_to(port: int, password: str = PASSWORD, scheme: str = "smtp") -> MailChannel:
    settings = AlertSettings.of(
        {
            "HUB_ALERT_MAIL_SERVER": f"{scheme}://hub@127.0.0.1:{port}",
            "HUB_ALERT_MAIL_PASSWORD": password,
            "HUB_ALERT_MAIL_FROM": "hub@office.example",
            "HUB_ALERT_MAIL_TO": "a@office.example,b@office.example",
        }
    )
    assert settings.mail
    return MailChannel(settings.mail, declarations(), PAGES)


@pytest.fixture
def mail(
    mail_server: Controller, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> MailChannel:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return mail_to(port_of(mail_server))


def test_a_mail_arrives_over_tls_in_both_languages(mail: MailChannel, box: Mailbox) -> None:
    mail.send(NOTICE)
    mail.send(NOTICE)
    first, again = box.taken
    assert first["Subject"] == "[SME hub] 要対応: subsidy.applications 接続できません"
    assert first["To"] == "a@office.example, b@office.example"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == again["Message-ID"] == "<a1.opened@office.example>"
    text = first.get_content()
    assert "システムの所有者に障害の有無を尋ねてください" in text
    assert "hub connection check" in text
    assert f"{PAGES}/hub/systems/subsidy" in text


def test_a_mail_that_is_not_taken_is_said_without_secret_and_address(
    mail: MailChannel, mail_server: Controller, box: Mailbox
) -> None:
    box.answer = "451 4.3.0 hub@office.example: try later"
    with pytest.raises(ConnectError, match=r"SMTPDataError 451") as away:
        mail.send(NOTICE)
    assert "office.example" not in str(away.value)
    with pytest.raises(AuthenticationError) as refused:
        mail_to(port_of(mail_server), "another-password").send(NOTICE)
    assert "another-password" not in str(refused.value)
    with pytest.raises(ConnectError):
        mail_to(1).send(NOTICE)
    assert box.taken == []


def test_no_word_is_said_to_a_server_that_nobody_vouches_for_or_without_tls(
    mail_server: Controller, box: Mailbox
) -> None:
    with pytest.raises(ConnectError, match="SSLCertVerificationError"):
        mail_to(port_of(mail_server)).send(NOTICE)
    plain = OnFreePort(Mailbox(), hostname="127.0.0.1", port=0)
    plain.start()
    try:
        with pytest.raises(ConnectError, match="SMTPNotSupportedError"):
            mail_to(port_of(plain)).send(NOTICE)
        assert plain.handler.taken == box.taken == []
    finally:
        plain.stop()


class Receiver(Handler):
    """Answers as the test says, 204 once it has nothing more to say."""

    answers: list[int]
    got: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, content))
        self.send_response(Receiver.answers.pop(0) if Receiver.answers else 204)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def hook() -> Iterator[tuple[WebhookChannel, ManualClock]]:
    Receiver.answers, Receiver.got = [], []
    clock = ManualClock(NOW)
    with listening(Receiver) as address:
        settings = AlertSettings.of(
            {
                "HUB_ALERT_WEBHOOK": f"{address}/hooks/alerts",
                "HUB_ALERT_WEBHOOK_SECRET": "whsec_" + base64.b64encode(SECRET).decode(),
            }
        )
        assert settings.webhook
        yield WebhookChannel(settings.webhook, declarations(), PAGES, clock), clock


def test_a_webhook_gets_a_signed_cloud_event(hook: tuple[WebhookChannel, ManualClock]) -> None:
    hook[0].send(NOTICE)
    ((headers, content),) = Receiver.got
    assert headers["webhook-id"] == "a1.opened"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = f"a1.opened.{int(NOW.timestamp())}.".encode() + content
    mac = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert headers["content-type"].startswith("application/cloudevents+json")
    event = json.loads(content)
    assert (event["specversion"], event["id"], event["type"], event["subject"]) == (
        "1.0", "a1.opened", "jp.sme-hub.alert.opened", "subsidy/applications",
    )  # fmt: skip
    assert event["data"]["kind"] == "down"
    assert set(event["data"]["remedy"]) == {"ja", "en"}
    assert event["data"]["page"] == f"{PAGES}/hub/systems/subsidy"


def test_the_signature_is_that_of_the_standard_s_own_example() -> None:
    """The vector of Standard Webhooks' reference libraries."""
    from hub.alerts.webhook import signature

    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert (
        signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_receiver_that_fails_is_tried_again_at_once_and_a_refusal_is_not(
    hook: tuple[WebhookChannel, ManualClock],
) -> None:
    channel, clock = hook
    Receiver.answers = [503, 429]
    channel.send(NOTICE)
    assert len(Receiver.got) == 3
    assert {headers["webhook-id"] for headers, _ in Receiver.got} == {"a1.opened"}
    assert len(clock.slept) == 2
    Receiver.answers = [500, 500, 500]
    with pytest.raises(ServerFault, match="500"):
        channel.send(NOTICE)
    for status in (410, 302):
        Receiver.got, Receiver.answers = [], [status]
        with pytest.raises(ReadError, match=str(status)):
            channel.send(NOTICE)
        assert len(Receiver.got) == 1, "no redirect is followed"
