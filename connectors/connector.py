"""One system's connector, ready to read: its declaration, contracts and connections together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from base.clock import Clock, SystemClock
from base.connection import Connection
from base.errors import HubError, Stage
from base.records import Memo, Page, Window
from connectors.contracts.contract import Contract, load_contract
from connectors.declaration import IN_THE_MESSAGE, Auth, AuthMethod, Declaration, Stream, Title
from connectors.decoder import RecordDecoder
from connectors.hooks import ReadContext, ReadHook, load_hook
from connectors.probing import EnoughError, ProbingClient
from connectors.schema import RecordSchema
from connectors.transports.registry import transport

if TYPE_CHECKING:
    from connectors.transports.fetch import Fetch

OpenClient = Callable[[Connection, AuthMethod], Any]
"""Opens what a connection's way of entering needs: an HTTP client, a file server, a database."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of `hub connection check`: what was tried, whether it went well, what happened."""

    subject: str
    ok: bool
    what: str


class Connector:
    """Reads the streams of one system.

    Args:
        resolve: gives a connection's settings by name, when a stream is first read.
        open_client: makes the HTTP client of a connection for a way of entering the system;
            `base.http.HttpClient` if None.
        put_file: keeps an attachment and gives its SHA-256; only hashes it if None.
    """

    def __init__(
        self,
        declaration: Declaration,
        resolve: Callable[[str], Connection],
        *,
        open_client: OpenClient | None = None,
        put_file: Callable[[bytes], str] | None = None,
    ) -> None:
        self.declaration = declaration
        self._resolve = resolve
        self._open = open_client or _http_client
        self._put_file = put_file or (lambda data: hashlib.sha256(data).hexdigest())
        self._contracts: dict[str, Contract] = {}
        self._decoders: dict[str, RecordDecoder] = {}
        self._clients: dict[Auth, tuple[Connection, Any]] = {}

    @property
    def name(self) -> str:
        """The system's name."""
        return self.declaration.name

    @property
    def title(self) -> Title:
        """What users call the system."""
        return self.declaration.title

    @property
    def role(self) -> str:
        """What the system is to a business."""
        return self.declaration.role

    @property
    def streams(self) -> dict[str, Stream]:
        """The streams by name."""
        return self.declaration.streams

    def contract(self, stream: str) -> Contract:
        """The contract of a stream.

        Raises:
            ContractError: it cannot be read.
        """
        path = self.streams[stream].contract
        if path.name not in self._contracts:
            self._contracts[path.name] = load_contract(path)
        return self._contracts[path.name]

    def schema(self, stream: str) -> RecordSchema:
        """What a record of a stream looks like."""
        declared = self.streams[stream]
        return self.contract(stream).record_schema(
            record=declared.record, operation=declared.operation, records=declared.records
        )

    def decoder(self, stream: str) -> RecordDecoder:
        """Decodes the records of a stream."""
        if stream not in self._decoders:
            self._decoders[stream] = RecordDecoder(self.schema(stream))
        return self._decoders[stream]

    def identifier_fields(self, stream: str) -> frozenset[str]:
        """Dotted paths of fields with a 12-digit identifier that is not a 個人番号."""
        return self.decoder(stream).schema.identifiers

    def read(
        self,
        stream: str,
        window: Window,
        *,
        resume: str | None = None,
        memo: Memo,
        clock: Clock,
        limit: int | None = None,
        file: Path | None = None,
    ) -> Iterator[Page]:
        """Read a stream's window, page by page.

        Args:
            resume: the `resume` of the last page that was taken from the same window.
            memo: looks up what the connector noted about keys in earlier runs.
            limit: enough records; the page that reaches it is the last one.
            file: a local file that is read in the system's place, which is not asked then.

        Raises:
            HubError: whatever ended the read, located; pages given before stay good.
        """
        declared = self.streams[stream]
        try:
            context = self._context(stream, memo, clock, file)
            yield from self._reader(declared)(context, window, resume=resume, limit=limit)
        except HubError as error:
            error.located(system=self.name, stream=stream)
            raise

    def _reader(self, stream: Stream) -> ReadHook:
        hook = stream.hooks.get("read")
        if hook is not None:
            return cast(ReadHook, load_hook(self.declaration.folder, hook))
        return transport(stream.protocol)

    def _context(self, stream: str, memo: Memo, clock: Clock, file: Path | None) -> ReadContext:
        declared = self.streams[stream]
        if file is None:
            connection, client = self._client(declared)
        else:
            connection, client = Connection(declared.connection, file.as_uri()), None
        prepare = declared.hooks.get("prepare_record")
        return ReadContext(
            stream=declared,
            contract=self.contract(stream),
            connection=connection,
            client=client,
            clock=clock,
            memo=memo,
            put_file=self._put_file,
            identifiers=self.identifier_fields(stream),
            prepare=load_hook(self.declaration.folder, prepare) if prepare else None,
            file=file,
        )

    def _client(self, stream: Stream) -> tuple[Connection, Any]:
        """The client of a stream's connection; a public interface is not shown its secrets."""
        auth = stream.auth
        if auth not in self._clients:
            connection = self._resolve(auth.connection)
            if auth.method == "none":
                connection = replace(connection, secrets={})
            elif auth.scope is not None:
                options = {"scope": auth.scope, **connection.options}
                connection = replace(connection, options=options)
            self._clients[auth] = (connection, self._open(connection, auth.method))
        return self._clients[auth]

    def check(self) -> list[CheckLine]:
        """Try every stream: settings, address, credentials, one small read. Never raises.

        Of files no more than `connectors.probing.MOST` bytes are read.
        """
        probe = Connector(self.declaration, self._resolve, open_client=self._open_probing)
        return [line for stream in self.streams for line in probe._check(stream)]

    def _open_probing(self, connection: Connection, method: AuthMethod) -> ProbingClient:
        return ProbingClient(self._open(connection, method))

    def _check(self, stream: str) -> Iterator[CheckLine]:
        declared = self.streams[stream]
        try:
            self._client(declared)
            yield CheckLine(f"{stream}: connection", True, f"{declared.connection} is set")
            count = self._probe(stream)
        except HubError as error:
            error.located(system=self.name, stream=stream)
            step = {Stage.CONNECT: "address", Stage.AUTHENTICATE: "credentials"}
            yield CheckLine(f"{stream}: {step.get(error.stage, 'read')}", False, str(error))
        except EnoughError:
            yield CheckLine(f"{stream}: read", True, "the beginning of a longer file was read")
        except Exception as error:  # noqa: BLE001 - a check reports whatever goes wrong
            yield CheckLine(f"{stream}: read", False, f"unexpected {type(error).__name__}")
        else:
            yield CheckLine(f"{stream}: read", True, f"{count} records in one small read")

    def _probe(self, stream: str) -> int:
        declared = self.streams[stream]
        clock = SystemClock()
        now = clock.now()
        window = Window(now - timedelta(days=1) if declared.cursor else None, now)
        pages = self.read(stream, window, memo=lambda _keys: {}, clock=clock, limit=1)
        page = next(pages, Page())
        return len(page.keys) + len(page.refused) + len(page.unchanged) + len(page.deleted)


@cache
def _shared_clock() -> Clock:
    return SystemClock()


def _http_client(connection: Connection, method: AuthMethod) -> Fetch:
    from base.http import HttpClient
    from base.http_auth import Method

    auth = cast(Method, "none" if method in IN_THE_MESSAGE else method)
    return HttpClient(connection, clock=_shared_clock(), auth=auth)
