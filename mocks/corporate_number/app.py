"""法人番号システム Web-API, version 4, over HTTP: `num` and `diff` in three spellings."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import date

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.corporate_number.register import Register
from mocks.corporate_number.rows import Row
from mocks.world import World

ROWS = 2_000
"""Rows of one division."""

LONGEST_PERIOD = 50
MOST_NUMBERS = 10
CHARSETS = {"01": "Shift_JIS", "02": "UTF-8", "12": "UTF-8"}
HEADERS = {"X-Synthetic-Data": "true"}
REFUSALS = {
    "030": "日付の形式が正しくありません。",
    "100": "必須の条件が設定されていません。",
    "101": "条件の値が正しくありません。",
}


class Refused(Exception):
    """A question that is answered with 400."""


def refusal(status: int, code: str, message: str) -> Response:
    """An error as the register writes it: a line `NNN,message`."""
    return Response(f"{code},{message}", status, HEADERS, "text/plain; charset=UTF-8")


Find = Callable[[dict[str, str]], list[Row]]


def _spelling(query: dict[str, str]) -> tuple[str, int]:
    """The spelling asked for, and the division."""
    kind, divide = query.get("type", ""), query.get("divide", "1")
    if kind not in CHARSETS:
        raise Refused("101" if kind else "100")
    if not divide.isdecimal() or not int(divide):
        raise Refused("101")
    return kind, int(divide)


class WebApi:
    """Holds the world's view and answers requests."""

    def __init__(self, world: World, application_id: str) -> None:
        self.register = Register(world)
        self._id = application_id

    async def diff(self, request: Request) -> Response:
        """`GET /4/diff`: what was updated from day to day."""
        return self._answer(request, self._differences)

    async def num(self, request: Request) -> Response:
        """`GET /4/num`: the rows of up to ten corporations."""
        return self._answer(request, self._numbers)

    def _answer(self, request: Request, find: Find) -> Response:
        query = dict(request.query_params)
        if not hmac.compare_digest(query.get("id", "").encode(), self._id.encode()):
            return refusal(404, "404", "アプリケーションIDが登録されていません。")
        try:
            kind, divide = _spelling(query)
            rows = find(query)
        except Refused as error:
            return refusal(400, str(error), REFUSALS[str(error)])
        return self._division(rows, kind, divide)

    def _differences(self, query: dict[str, str]) -> list[Row]:
        if not query.get("from") or not query.get("to"):
            raise Refused("100")
        try:
            first, last = date.fromisoformat(query["from"]), date.fromisoformat(query["to"])
        except ValueError as error:
            raise Refused("030") from error
        if not 0 <= (last - first).days < LONGEST_PERIOD:
            raise Refused("030")
        return self.register.between(first, last)

    def _numbers(self, query: dict[str, str]) -> list[Row]:
        numbers = [number for number in query.get("number", "").split(",") if number]
        if not numbers:
            raise Refused("100")
        if len(numbers) > MOST_NUMBERS or query.get("history", "0") not in {"0", "1"}:
            raise Refused("101")
        return self.register.of(numbers, history=query.get("history") == "1")

    def _division(self, rows: list[Row], kind: str, number: int) -> Response:
        size = max(1, -(-len(rows) // ROWS))
        first = (number - 1) * ROWS
        numbered = list(enumerate(rows[first : first + ROWS], first + 1))
        head = (self.register.updated.isoformat(), str(len(rows)), str(number), str(size))
        if kind == "12":
            names = ("lastUpdateDate", "count", "divideNumber", "divideSize")
            top = "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, head, strict=True))
            body = "".join(row.xml(place) for place, row in numbered)
            text = f'<?xml version="1.0" encoding="UTF-8"?><corporations>{top}{body}</corporations>'
            return Response(text, 200, HEADERS, "application/xml; charset=UTF-8")
        lines = (f"{place},{row.csv}\n" for place, row in numbered)
        text = ",".join(head) + "\n" + "".join(lines)
        encoded = text.encode() if kind == "02" else in_cp932(text)
        return Response(encoded, 200, HEADERS, f"text/csv; charset={CHARSETS[kind]}")


def in_cp932(text: str) -> bytes:
    """The text in CP932; a character that it lacks becomes ＿, as in the register's files."""
    try:
        return text.encode("cp932")
    except UnicodeEncodeError as error:
        lacking = text[error.start : error.end]
        return in_cp932(text.replace(lacking, "＿" * len(lacking)))


def corporate_number_app(world: World, application_id: str) -> Starlette:
    """The application; `app.state.corporate_number` gives the register."""
    api = WebApi(world, application_id)
    app = Starlette(routes=[Route("/4/diff", api.diff), Route("/4/num", api.num)])
    app.state.corporate_number = api.register
    return app
