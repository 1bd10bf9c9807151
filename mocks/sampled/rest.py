"""An operation of an OpenAPI contract, answered page by page as the declaration reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from connectors.contracts.openapi import Operation
from connectors.keys import instant_text
from connectors.schema import Resolver
from connectors.slicing import steps
from connectors.transports.rest import JST
from mocks.sampled.records import Sample, Samples
from mocks.subsidy.app import json_answer

USUAL_SIZE = 25


class Listing:
    """Answers one list operation."""

    def __init__(self, samples: Samples, operation: Operation, resolver: Resolver) -> None:
        self.samples = samples
        self.stream = samples.stream
        self.operation = operation
        self._envelope = _example(operation.response, resolver)

    async def answer(self, request: Request) -> Response:
        """The page that the query asks for."""
        query, paging = request.query_params, self.stream.paging
        records = [one for one in self.samples.records if self._within(one, query)]
        first, size = self._place(query)
        page = records[first : first + size] if paging.kind != "none" else records
        more = paging.kind != "none" and first + size < len(records)
        body: Any = [one.fields for one in page]
        headers: dict[str, str] = {}
        if steps(str(self.stream.records)):
            envelope = _put(self._envelope, str(self.stream.records), body)
            if paging.next:
                token = self._next(request, first + size) if more else None
                envelope = _put(envelope, paging.next, token)
            if paging.total_pages:
                pages = max(1, -(-len(records) // size))
                envelope = _put(envelope, paging.total_pages, pages)
            body = envelope
        if paging.kind == "link" and more:
            headers["Link"] = f'<{self._next(request, first + size)}>; rel="next"'
        return json_answer(body, 200, headers)

    def _place(self, query: Any) -> tuple[int, int]:
        """The first record of the page that is asked for, and how many fit."""
        paging = self.stream.paging
        size = min(int(query.get(paging.size or "", USUAL_SIZE)), USUAL_SIZE)
        given = query.get(paging.parameter or "after")
        if paging.kind == "page":
            return (int(given or paging.first) - paging.first) * size, size
        return int(given or 0), size

    def _next(self, request: Request, place: int) -> str:
        """The token of the next page, or its address."""
        if self.stream.paging.kind == "cursor":
            return str(place)
        query = {**request.query_params, (self.stream.paging.parameter or "after"): str(place)}
        return f"{request.url.replace(query='')}?{urlencode(query)}"

    def _within(self, one: Sample, query: Any) -> bool:
        cursor = self.stream.cursor
        if cursor is None or not one.updated:
            return True
        bounds = (query.get(cursor.from_), query.get(cursor.until))
        if cursor.format == "instant":
            at = instant_text(one.updated) or ""
            low, high = (instant_text(text) if text else None for text in bounds)
        else:
            at = _day(one.updated)
            low, high = (text.replace("-", "") if text else None for text in bounds)
        return (low is None or low <= at) and (high is None or at <= high)


def _day(text: str) -> str:
    """A day in Japan as yyyymmdd."""
    if len(text) == len("2026-01-01"):
        return text.replace("-", "")
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(JST).strftime("%Y%m%d")


def _put(document: Any, path: str, value: Any) -> Any:
    """A copy of the document with a value at `$.a.b`."""
    names = steps(path)
    copy = dict(document)
    inner = copy
    for name in names[:-1]:
        inner[name] = dict(inner.get(name) or {})
        inner = inner[name]
    inner[names[-1]] = value
    return copy


def _example(schema: dict[str, Any], resolver: Resolver, depth: int = 0) -> Any:
    """A value that fits a schema, as plain as can be; lists are empty."""
    schema = resolver.merged(schema)
    if "example" in schema:
        return schema["example"]
    if schema.get("enum"):
        return schema["enum"][0]
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds if isinstance(kinds, str) else next((k for k in kinds if k != "null"), "null")
    if kind == "object" and depth < 5:
        properties = schema.get("properties", {})
        return {name: _example(one, resolver, depth + 1) for name, one in properties.items()}
    plain: dict[str, Any] = {
        "array": [], "integer": 0, "number": 0, "boolean": False, "null": None, "object": {},
    }  # fmt: skip
    return plain.get(kind, "")
