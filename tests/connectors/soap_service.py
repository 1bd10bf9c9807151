"""A SOAP service on loopback that answers as a test scripts it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lxml import etree

from base.clock import ManualClock
from base.connection import Connection
from base.http import HttpClient
from base.rate import RateBudget
from base.retry import RunBudget
from connectors.connector import Connector
from connectors.registry import load_connector
from tests.connectors.helpers import UNTIL, Reply
from tests.loopback import Handler, listening

NAMESPACE = "urn:assumed:support-agency:v1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
USER, PASSWORD = "hub-user", "correct horse battery"


def agency(number: int, **more: str) -> str:
    """A record; a value of `more` takes the place of an element's text, or adds an element."""
    fields = {
        "認定支援機関ID": f"10000000{number:04}",
        "更新日時": f"2026-11-{number + 1:02}T00:00:00.000Z",
        "届出日": "2026-10-01",
        "状態": "有効",
        "個人法人区分": "個人",
        "機関種別": "税理士",
        "名称": f"試験 {number}郎",
        "フリガナ": "シケン",
        "郵便番号": "1000013",
        "住所": "東京都千代田区霞が関1-3-1",
        "窓口電話番号": "03-1111-2222",
        "窓口メール": "info@example.jp",
        "URL": "https://example.jp/",
        "管轄経済産業局": "関東経済産業局",
        "認定号数": "第72号",
        "認定日": "令和元年5月1日",
        "更新日": "2024-04-01",
        "有効期限": "平成36年4月30日",
        "支援可能な相談内容": "事業承継",
        "支援可能業種": "製造業",
        "支援可能地域": "東京都",
        "支援実績件数": "12",
        **more,
    }
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    return f"<agency>{inner}</agency>"


def page(*records: str, token: str | None = None, head: str = "") -> Reply:
    """An answer with these records."""
    shown = '<nextPageToken xsi:nil="true"/>' if token is None else (
        f"<nextPageToken>{token}</nextPageToken>"
    )  # fmt: skip
    return envelope(
        f'<listAgenciesResponse xmlns="{NAMESPACE}"><total>{len(records)}</total>{shown}'
        f"<agencies>{''.join(records)}</agencies></listAgenciesResponse>",
        head=head,
    )


def envelope(body: str, status: int = 200, *, head: str = "") -> Reply:
    """A SOAP envelope around a body."""
    text = (
        f'{head}<s:Envelope xmlns:s="{SOAP}" xmlns:xsi="{XSI}"><s:Body>{body}</s:Body></s:Envelope>'
    )
    return xml(text.encode(), status)


def xml(data: bytes, status: int = 200, kind: str = "text/xml; charset=utf-8") -> Reply:
    """An answer of these bytes."""
    return Reply(data, status, {"Content-Type": kind})


def fault(code: str, detail: str = "", text: str = "error") -> Reply:
    """A fault; `detail` is the system's own code."""
    inside = f'<detail><f xmlns="{NAMESPACE}">{detail}</f></detail>' if detail else ""
    return envelope(
        f"<s:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring>{inside}"
        "</s:Fault>",
        500,
    )


@dataclass
class Service:
    """A running service, and the messages it has seen."""

    address: str
    messages: list[etree._Element] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def asked(self, name: str) -> list[str | None]:
        """What each message said for a parameter."""
        return [message.findtext(f".//{{{NAMESPACE}}}{name}") for message in self.messages]


@contextmanager
def serving_soap(script: Callable[[int, dict[str, str]], Reply]) -> Iterator[Service]:
    """Answer the message number n (from 0) with these parameters by `script(n, parameters)`."""

    class OneService(Handler):
        def do_POST(self) -> None:
            message = etree.fromstring(self.rfile.read(int(self.headers["Content-Length"])))
            service.messages.append(message)
            service.headers.append({k.lower(): v for k, v in self.headers.items()})
            asked = message.find(f"{{{SOAP}}}Body/*")
            given = {} if asked is None else {
                re.sub("{.*}", "", str(one.tag)): one.text or "" for one in asked
            }  # fmt: skip
            reply = script(len(service.messages) - 1, given)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.data)))
            self.end_headers()
            self.wfile.write(reply.data)

    with listening(OneService) as address:
        service = Service(address)
        yield service


def soap_connector(address: str, clock: ManualClock | None = None) -> Connector:
    """The support agencies' connector, led to `address`, on a clock that does not wait."""
    clock = clock or ManualClock(UNTIL)

    def connection(name: str) -> Connection:
        return Connection(name, address, options={"username": USER}, secrets={"password": PASSWORD})

    def client(given: Connection, _method: str) -> HttpClient:
        rate = RateBudget(given.name, None, None, clock)
        return HttpClient(given, clock, rate, None, RunBudget(clock), auth="none")

    return load_connector("support_agency", connection, open_client=client)
