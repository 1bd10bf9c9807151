"""An operation of an OpenAPI contract, answered page by page as the declaration reads it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from connectors.contracts.openapi import Operation
from connectors.schema import Resolver
from connectors.slicing import steps
from mocks.fault_bodies import JsonWords
from mocks.sampled.records import Samples
from mocks.sampled.selection import Selection
from mocks.subsidy.app import json_answer


class Listing:
    """Answers one list operation."""

    def __init__(self, samples: Samples, operation: Operation, resolver: Resolver) -> None:
        self.samples = samples
        self.stream = samples.stream
        self.operation = operation
        self._envelope = _example(operation.response, resolver)

    @property
    def words(self) -> JsonWords:
        """What the parts of its answers are called."""
        paging, cursor = self.stream.paging, self.stream.cursor
        token = steps(paging.next) if paging.next else ()
        updated = (cursor.field if cursor else None) or "updatedAt"
        text = self.samples.plain_text
        return JsonWords((self.stream.key,), updated, steps(str(self.stream.records)), token, text)

    async def answer(self, request: Request) -> Response:
        """The page that the query asks for."""
        paging = self.stream.paging
        page = Selection.of(self.samples, request.query_params)
        body: Any = [one.fields for one in page.records]
        headers: dict[str, str] = {}
        token = None if page.following is None else self._next(request, page.following)
        if steps(str(self.stream.records)):
            envelope = _put(self._envelope, str(self.stream.records), body)
            if paging.next:
                envelope = _put(envelope, paging.next, token)
            if paging.total_pages:
                pages = max(1, -(-page.total // page.size))
                envelope = _put(envelope, paging.total_pages, pages)
            body = envelope
        if paging.kind == "link" and token is not None:
            headers["Link"] = f'<{token}>; rel="next"'
        return json_answer(body, 200, headers)

    def _next(self, request: Request, place: int) -> str:
        """The token of the next page, or its address."""
        if self.stream.paging.kind == "cursor":
            return str(place)
        query = {**request.query_params, (self.stream.paging.parameter or "after"): str(place)}
        return f"{request.url.replace(query='')}?{urlencode(query)}"


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
