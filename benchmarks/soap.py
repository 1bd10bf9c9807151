"""SOAP answers of 500 agencies each: zeep's own objects beside the hub's JSON texts.

Both ask for each page by a message that zeep writes and signs, and get the answer's bytes from a
file: zeep gives what `client.service.listAgencies(…)` gives, the hub each page's JSON texts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from base.clock import ManualClock
from base.connection import Connection
from base.http_answer import Response
from base.records import Window
from connectors.contracts.wsdl import WsdlContract
from connectors.declaration import load_declaration
from connectors.hooks import ReadContext
from connectors.transports.soap import SoapReader
from mocks.soap.message import answer
from mocks.support_agency.app import CONTRACT, NAMESPACE
from mocks.support_agency.index import AgencyIndex
from mocks.world import World

READERS = ("hub", "zeep")
PAGE = 500
NOW = datetime(2027, 1, 1, tzinfo=UTC)
_HEADERS = {"content-type": "text/xml; charset=utf-8"}

T = TypeVar("T")


def make(folder: Path, records: int) -> None:
    """Answers `0000.xml` …; the records are those of a synthetic world, over and over."""
    bodies = AgencyIndex(World(1, 10_000), time.time).pages.snapshot.bodies
    pages = -(-records // PAGE)
    for number in range(pages):
        numbers = range(number * PAGE, min(records, (number + 1) * PAGE))
        items = b"".join(_renamed(bodies[n % len(bodies)], n) for n in numbers)
        last = number + 1 == pages
        token = ' xsi:nil="true"/>' if last else f">t{number + 1}</nextPageToken>"
        head = f'<listAgenciesResponse xmlns="{NAMESPACE}"><total>{records}</total><nextPageToken'
        whole = answer(
            f"{head}{token}<agencies>".encode() + items + b"</agencies></listAgenciesResponse>"
        )
        (folder / f"{number:04d}.xml").write_bytes(bytes(whole.body))
    for stale in sorted(folder.glob("*.xml"))[pages:]:
        stale.unlink()


def _renamed(body: bytes, number: int) -> bytes:
    """The same agency under another id."""
    name = "認定支援機関ID".encode()
    _, _, rest = body.partition(b"</" + name + b">")
    return b"<agency><%s>9%011d</%s>%s" % (name, number, name, rest)


def prepare(reader: str, folder: Path) -> Callable[[], int]:
    """The reader's whole read; the contract is loaded before."""
    pages = {"hub": _hub, "zeep": _zeep}[reader](folder)
    return lambda: sum(map(len, pages()))


def compare(folder: Path) -> int:
    """How many values of all records both give alike."""
    values = 0
    for ours, theirs in zip(_hub(folder)(), _zeep(folder)(), strict=True):
        for raw, found in zip(ours, theirs, strict=True):
            values += _alike(json.loads(raw), found, "record")
    return values


def _hub(folder: Path) -> Callable[[], Iterator[list[bytes]]]:
    """The SOAP transport of support_agency over the files: page after page of JSON texts."""
    connection = Connection(
        "support_agency", "http://127.0.0.1", None, {"username": "hub"}, {"password": "no secret"}
    )
    stream = load_declaration(CONTRACT.parent).streams["agencies"]
    reader = SoapReader.of(
        ReadContext(
            stream, WsdlContract(CONTRACT), connection, _Files(folder), ManualClock(NOW),
            lambda _keys: {}, lambda _data: "", frozenset(),
        )
    )  # fmt: skip

    def pages() -> Iterator[list[bytes]]:
        for page in reader.answers_in(Window(None, NOW)):
            if page.refused:
                raise ValueError(f"{len(page.refused)} records were refused")
            yield page.raws

    return pages


class _Files:
    """In an HTTP client's place: the answers come from files, in their order."""

    def __init__(self, folder: Path) -> None:
        self.answers = iter(sorted(folder.glob("*.xml")))

    def post(
        self,
        path: str,
        message: Callable[[], bytes],
        read: Callable[[Response], T],
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Write the message, and read the next answer."""
        del path, headers
        message()
        return read(Response(200, _HEADERS, next(self.answers).read_bytes()))


def _zeep(folder: Path) -> Callable[[], Iterator[list[Any]]]:
    """zeep's client over the files."""
    zeep: Any = import_module("zeep")
    username: Any = import_module("zeep.wsse.username")
    token = username.UsernameToken("hub", "no secret", use_digest=True)
    transport = _ZeepFiles(folder)
    service = zeep.Client(str(CONTRACT), wsse=token, transport=transport).service

    def pages() -> Iterator[list[Any]]:
        asked: dict[str, Any] = {"pageSize": PAGE}
        while True:
            found = service.listAgencies(**asked)
            yield found.agencies.agency
            if found.nextPageToken is None:
                return
            asked["pageToken"] = found.nextPageToken

    return pages


class _ZeepFiles:
    """zeep's transport over the files."""

    def __init__(self, folder: Path) -> None:
        self.answers = iter(sorted(folder.glob("*.xml")))

    def load(self, path: str) -> bytes:
        """The WSDL."""
        return Path(path).read_bytes()

    def post_xml(self, address: str, envelope: Any, headers: Any) -> Any:
        """Serialise the message, and give the next answer."""
        etree: Any = import_module("lxml.etree")
        requests: Any = import_module("requests")
        del address, headers
        etree.tostring(envelope)
        found = requests.Response()
        found.status_code, found.encoding = 200, "utf-8"
        found.headers.update({"Content-Type": _HEADERS["content-type"]})
        found._content = next(self.answers).read_bytes()
        return found


def _alike(ours: Any, theirs: Any, path: str) -> int:
    """How many values are the same in a JSON text and in zeep's object.

    zeep has None for what is null, not there or empty, and its own types for the rest.

    Raises:
        ValueError: names the first field that differs.
    """
    if isinstance(ours, dict):
        if theirs is None or set(ours) - set(dir(theirs)):
            raise ValueError(f"{path} has other fields than zeep's")
        return sum(_alike(ours.get(name), theirs[name], f"{path}.{name}") for name in dir(theirs))
    if isinstance(ours, list) or isinstance(theirs, list):
        pairs = zip(ours or [], theirs or [], strict=True)
        return sum(_alike(one, other, f"{path}[]") for one, other in pairs)
    if _typed(ours, theirs) != theirs:
        raise ValueError(f"{path} differs from zeep's")
    return 1


def _typed(text: str | None, like: Any) -> Any:
    if not text:
        return None
    if isinstance(like, datetime):
        return datetime.fromisoformat(text)
    if isinstance(like, date):
        return date.fromisoformat(text)
    return int(text) if isinstance(like, int) else text
