"""SOAP 1.1: an operation of the contract, asked page by page.

zeep writes the message and signs it; base's HTTP client sends it, under the system's rate, breaker
and retry budget: a question is safe to repeat. The answer is streamed into records, not into
zeep's objects (`connectors.transports.soapanswer`).

A resume position is as in `connectors.transports.rest`. A page token that the system no longer
knows restarts the window, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar, cast

from lxml import etree

from base.clock import Clock
from base.errors import MappingError, PagingError, ReadError
from base.records import Page, Window
from base.redact import redact_url
from connectors.contracts.wsdl import SoapOperation, WsdlContract
from connectors.hooks import ReadContext
from connectors.keys import KeyReader
from connectors.transports.fetch import Post
from connectors.transports.paging import EndlessGuard, PageEnd, Pager, Request, pager_of
from connectors.transports.rest import bounds, pack_position, unpack_position
from connectors.transports.soapanswer import AnswerReader, SoapPage
from connectors.transports.soapfault import FaultWords

T = TypeVar("T")
PAGINGS = frozenset({"none", "cursor", "page", "offset"})
"""How a SOAP stream can be paged: by what a message can ask for."""

Sign = Callable[[etree._Element], etree._Element]


def read(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Read a stream over SOAP; see `connectors.hooks.ReadHook`.

    A local file (`context.file`) holds one answer as the system gave it.
    """
    reader = SoapReader.of(context)
    if context.file is not None:
        answer = reader.answers.page(context.file.read_bytes(), context.file.name)
        page = reader.records(answer)
        page.whole = False
        yield page
        return
    yield from reader.read(window, resume=resume, limit=limit)


@dataclass(frozen=True, slots=True)
class SoapReader:
    """Reads one stream over SOAP."""

    context: ReadContext
    contract: WsdlContract
    operation: SoapOperation
    answers: AnswerReader
    keys: KeyReader
    pager: Pager

    @classmethod
    def of(cls, context: ReadContext) -> SoapReader:
        """A reader for the stream.

        Raises:
            MappingError: the stream pages by addresses, which SOAP has no use for.
            ContractError: the contract has no such operation or records.
        """
        stream = context.stream
        if stream.paging.kind not in PAGINGS:
            raise MappingError(no_paging(stream.paging.kind), field="paging")
        contract = cast(WsdlContract, context.contract)
        operation = contract.operation(str(stream.operation))
        answers = AnswerReader(
            contract,
            operation,
            records=str(stream.records),
            following=stream.paging.next,
            pages=stream.paging.total_pages,
            key=stream.key,
            words=FaultWords.of(stream.section),
        )
        pager = pager_of(stream.paging, context.connection.address)
        return cls(context, contract, operation, answers, context.keys, pager)

    def read(self, window: Window, *, resume: str | None, limit: int | None) -> Iterator[Page]:
        """The window's pages from `resume` on, at least `limit` records if the window has them.

        Raises:
            PagingError: paging does not come to an end.
            HubError: whatever ended the read; pages given before stay good.
        """
        found = 0
        for answer in self.answers_in(window, resume=resume, limit=limit):
            page = self.records(answer)
            following = answer.following
            page.resume = None if following is None else pack_position(following, window)
            found += len(answer.raws) + len(answer.refused)
            yield page
            if limit is not None and found >= limit:
                return

    def answers_in(
        self, window: Window, *, resume: str | None = None, limit: int | None = None
    ) -> Iterator[SoapPage]:
        """The window's answers from `resume` on; see `read`."""
        first = self._first(window, limit)
        position = unpack_position(resume, window)
        guard = EndlessGuard(self.context.stream.paging.max_pages)
        restarted = False
        while True:
            try:
                answer = self._ask(self.pager.request(first, position))
            except ReadError as error:
                if restarted or position is None or type(error) not in (ReadError, PagingError):
                    raise
                position, restarted = None, True
                guard = EndlessGuard(self.context.stream.paging.max_pages)
                continue
            answer.following = self.pager.following(position, _end(answer))
            guard.check(answer.raws, answer.following)
            yield answer
            if answer.following is None:
                return
            position = answer.following

    def records(self, answer: SoapPage) -> Page:
        """A page of an answer's records."""
        prepare = self.context.prepare
        page = self.keys.page(list(map(prepare, answer.raws)) if prepare else answer.raws)
        page.refused += answer.refused
        return page

    def _first(self, window: Window, limit: int | None) -> Request:
        stream = self.context.stream
        params = {**stream.parameters, **bounds(stream.cursor, window)}
        if stream.paging.size is not None:
            params[stream.paging.size] = str(min(stream.page_size, limit or stream.page_size))
        return Request(self.operation.path, params)

    def _ask(self, request: Request) -> SoapPage:
        context = self.context
        place = f"POST {redact_url(context.connection.address + request.path)}"
        sign = _signer(context)

        def message() -> bytes:
            envelope = sign(self.contract.message(self.operation.id, request.params))
            return bytes(etree.tostring(envelope, encoding="utf-8", xml_declaration=True))

        return cast(Post, context.client).post(
            request.path,
            message,
            lambda response: self.answers.read(response, place, context.clock.now()),
            {
                "Content-Type": "text/xml; charset=utf-8",
                "Accept": "text/xml",
                "SOAPAction": f'"{self.operation.action}"',
            },
        )


def no_paging(kind: str) -> str:
    """What is wrong with a SOAP stream that pages in a way that is not among `PAGINGS`."""
    return f"SOAP is paged by a token, a page's number or an offset, not by {kind}"


def _end(answer: SoapPage) -> PageEnd:
    count = len(answer.raws) + len(answer.refused)
    return PageEnd(count, answer.token, answer.pages, headers={})


def _signer(context: ReadContext) -> Sign:
    """What puts the connection's credentials into a message; another nonce each time."""
    if context.stream.auth.method != "wsse_username_token":
        return lambda envelope: envelope
    connection = context.connection
    user, password = connection.option("username"), connection.secret("password")
    return lambda envelope: with_username_token(envelope, user, password, context.clock)


def with_username_token(
    envelope: etree._Element, user: str, password: str, clock: Clock
) -> etree._Element:
    """The message with a UsernameToken: digest of a new nonce, the time and the password.

    OASIS Web Services Security, UsernameToken Profile 1.1, §3.1.
    """
    zeep: Any = import_module("zeep.wsse.username")
    token = zeep.UsernameToken(
        user, password, use_digest=True, created=clock.now(), zulu_timestamp=True
    )
    signed, _headers = token.apply(envelope, {})
    return cast("etree._Element", signed)
