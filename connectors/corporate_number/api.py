"""法人番号システム Web-API, version 4: questions, answers, and what its errors mean.

The application id stands in the address, as the register wants it. It is a registered secret, and
messages show addresses without the values of their query.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from base.errors import AuthenticationError, ContractError, RateLimited, ReadError
from base.http_answer import Response
from base.records import Page
from connectors.corporate_number.xmlrows import xml_answer
from connectors.hooks import ReadContext
from connectors.transports.csvfiles import layout_of
from connectors.transports.csvrows import read_rows, refused_records

PATH = "4"
MOST_NUMBERS = 10
"""Corporations that one question may name."""

PAUSE = 30.0
"""Seconds to stay away after a 403, which means that too much was asked."""

XML = "12"
_ENCODINGS = {"01": "cp932", "02": "utf-8"}
_ERROR = re.compile(rb"\s*([0-9]{3})\s*,")
_TOO_MANY = "180"


class TooMany(ReadError):
    """The register gives no answer to a question that so many rows fit (400, code 180)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One division of an answer: its rows, and its head."""

    HEAD: ClassVar = ("lastUpdateDate", "count", "divideNumber", "divideSize")

    page: Page
    updated: str
    count: int
    division: int
    divisions: int

    @property
    def head(self) -> tuple[str, int, int]:
        """What all divisions of one answer have alike."""
        return self.updated, self.count, self.divisions

    @classmethod
    def of(cls, page: Page, head: Sequence[str], asked: int) -> Answer:
        """An answer with this head.

        Raises:
            ContractError: it is none, or of another division than `asked`.
        """
        if len(head) != len(cls.HEAD) or not all(text.isdecimal() for text in head[1:]):
            raise ContractError(
                "the answer does not begin with its head (day, count, division, divisions)",
                remedy="Open the address of the connection: it may not be the register's Web-API",
            )
        count, division, divisions = map(int, head[1:])
        if division != asked:
            raise ContractError(f"division {division} was answered where {asked} was asked for")
        return cls(page, head[0], count, division, divisions)


@dataclass(frozen=True, slots=True)
class Register:
    """Asks the register; `client` is a `base.http.HttpClient`."""

    context: ReadContext
    client: Any
    application_id: str
    kind: str

    @classmethod
    def of(cls, context: ReadContext) -> Register:
        """The register of a connection.

        Raises:
            SettingsError: the connection has no `application_id`.
        """
        secret = context.connection.secret("application_id")
        return cls(context, context.client, secret, context.stream.parameters.get("type", "02"))

    def differences(self, first: date, last: date, division: int) -> Answer:
        """One division (from 1) of the rows that were updated from `first` to `last`.

        Raises:
            TooMany: the period is too long for one answer.
            HubError: as `check` says.
        """
        period = {"from": first.isoformat(), "to": last.isoformat()}
        return self._ask("diff", {**period, "divide": str(division)}, division)

    def numbers(self, numbers: Sequence[str], *, history: bool = False) -> Answer:
        """The rows of up to ten corporations; with `history` all their rows, else the newest.

        Raises:
            ValueError: none or more than ten numbers.
            HubError: as `check` says.
        """
        if not 0 < len(numbers) <= MOST_NUMBERS:
            raise ValueError(f"1 to {MOST_NUMBERS} numbers can be asked for, not {len(numbers)}")
        return self._ask("num", {"number": ",".join(numbers), "history": str(int(history))}, 1)

    def _ask(self, operation: str, parameters: dict[str, str], division: int) -> Answer:
        asked = {"id": self.application_id, "type": self.kind, **parameters}
        answer = self.client.get(f"{PATH}/{operation}", asked, check=check)
        if self.kind == XML:
            page, head = xml_answer(answer.body, self.context)
        else:
            page, head = self._csv(answer.body)
        return Answer.of(page, head, division)

    def _csv(self, body: bytes) -> tuple[Page, list[str]]:
        line, _, rows = body.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
        head = [cell.strip('" \r') for cell in line.decode("ascii", "replace").split(",")]
        layout = layout_of(self.context)
        page = Page()
        for block in read_rows(io.BytesIO(rows), layout, name="the answer", line=2):
            prepare = self.context.prepare or bytes
            found = self.context.keys.page(list(map(prepare, block.raws)))
            found.refused += refused_records(block.refused, self.context.identifiers)
            page.keys += found.keys
            page.raws += found.raws
            page.updated += found.updated
            page.refused += found.refused
        return page, head


def check(response: Response, place: str) -> None:
    """Raise what the register means by its statuses; its errors are a line `NNN,message`.

    Raises:
        TooMany: 400, code 180.
        ReadError: 400, any other code.
        RateLimited: 403, which here means that too much was asked in too short a time.
        AuthenticationError: 404, which here means that the application id is not registered, or
            was not used for three years.
    """
    status = response.status
    if status not in (400, 403, 404):
        return
    found = _ERROR.match(response.body)
    code = found[1].decode() if found else ""
    what = f"{place} answered {status}{f', code {code}' if code else ''}"
    if status == 403:
        raise RateLimited(
            f"{what}: too many requests",
            retry_after=PAUSE,
            remedy="Lower rate_per_second of the connection: 1 is what others keep to",
        )
    if status == 404:
        raise AuthenticationError(
            f"{what}: the application id is unknown, or ran out",
            remedy="Ask the National Tax Agency for one, and set application_id",
        )
    if code == _TOO_MANY:
        raise TooMany(f"{what}: more rows than it answers", remedy="Ask for a shorter period")
    raise ReadError(what, remedy="Look the code up in the register's Web-API specification")
