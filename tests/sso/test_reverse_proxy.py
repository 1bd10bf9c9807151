"""The token service behind a real reverse proxy with TLS, by the configuration of the guide."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sso.apache import apache
from tests.sso.running import Running, claims_of, free_port, running
from tests.sso.test_faults import until

pytestmark = pytest.mark.network

CONFIGURATION = Path(__file__).parents[2] / "examples" / "reverse_proxy" / "hub.conf"


@dataclass
class Behind:
    """The service behind the proxy, at the proxy's address."""

    service: Running
    certificate: Path
    log: Path
    port: int


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem, key_pem = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, key_pem


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    pem, key = certificate(folder)
    more = {"HUB_SSO_ISSUER": f"https://127.0.0.1:{port}", "HUB_SSO_PROXIES": "127.0.0.1"}
    with running(Path(tmp_path_factory.mktemp("sso")), more=more) as service:
        environ = {
            "HUB_LISTEN": f"127.0.0.1:{port}",
            "HUB_CERTIFICATE": str(pem),
            "HUB_CERTIFICATE_KEY": str(key),
            "HUB_SSO_ADDRESS": service.address,
        }
        lines = [f"Include {CONFIGURATION}"]
        with apache(folder, port, ("ssl", "headers", "proxy", "proxy_http"), lines,
                    environ):  # fmt: skip
            service.address = f"https://127.0.0.1:{port}"
            service.session.verify, service.session.trust_env = str(pem), False
            yield Behind(service, pem, folder / "hub.log", port)


def test_a_token_is_exchanged_through_it(behind: Behind) -> None:
    service = behind.service
    answer = service.exchange(service.signed_in("portal", "owner"), "portal")
    assert answer.status_code == 200
    assert claims_of(answer.json()["access_token"])["iss"] == service.issuer
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_discovery_names_the_addresses_that_clients_use(behind: Behind) -> None:
    found = requests.get(
        f"{behind.service.issuer}/.well-known/oauth-authorization-server",
        headers={"Host": "evil.test"}, verify=str(behind.certificate), timeout=20,
    ).json()  # fmt: skip
    assert found["token_endpoint"] == f"{behind.service.issuer}/token"
    assert "evil.test" not in str(found)


def test_a_body_that_is_too_large_goes_no_further(behind: Behind) -> None:
    assert behind.service.post(b"a=" + b"x" * 70_000).status_code == 413


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_an_older_tls_is_refused(behind: Behind) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        assert spoken(behind, version) is not None
    with pytest.raises(ssl.SSLError):
        spoken(behind, ssl.TLSVersion.TLSv1_1)


def spoken(behind: Behind, version: ssl.TLSVersion) -> str | None:
    """The version that both agreed on; a client that would take any cipher asks for one."""
    context = ssl.create_default_context(cafile=str(behind.certificate))
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", behind.port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        return secure.version()


def test_what_an_address_carries_is_not_logged(behind: Behind) -> None:
    behind.service.session.get(f"{behind.service.issuer}/authorize?code=secret-of-a-sign-in")
    until(lambda: "GET /authorize" in behind.log.read_text(encoding="utf-8"))
    assert "secret-of-a-sign-in" not in behind.log.read_text(encoding="utf-8")
