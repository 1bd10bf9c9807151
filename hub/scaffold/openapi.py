"""A draft out of an OpenAPI 3 file: its list operations, their keys, cursors and paging."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from base.errors import ContractError
from connectors.contracts.openapi import OpenApiContract, Operation
from connectors.declaration import AuthMethod
from connectors.schema import Leaf, RecordSchema
from hub.scaffold.draft import Draft, StreamDraft, key_of, late_of, stream_name
from mappings.suggest import SourceField

FROM = re.compile(r"(from|since|after|start|min|gte?|以降|開始)$", re.IGNORECASE)
UNTIL = re.compile(r"(until|to|before|end|max|lte?|以前|終了)$", re.IGNORECASE)
TIMELY = re.compile(r"updat|modif|chang|更新|^(from|since|until|to)$", re.IGNORECASE)
SIZE = re.compile(r"^(limit|page_?size|per_?page|size|count|max_?results|rows)$", re.IGNORECASE)
TOKENS = re.compile(
    r"^(cursor|page_?token|next_?token|continuation(_?token)?|after)$", re.IGNORECASE
)
PAGES = re.compile(r"^(page|page_?(no|number|num)|p)$", re.IGNORECASE)
OFFSETS = re.compile(r"^(offset|skip|start_?index)$", re.IGNORECASE)
TROUBLE = re.compile(r"\.(errors?|warnings?|messages?|links?)$", re.IGNORECASE)
NEXT = re.compile(r"^(next|next_?(cursor|page_?token|token|page|link|url)|cursor)$", re.IGNORECASE)
TOTAL = re.compile(r"^(total_?pages?|page_?count|pages|last_?page)$", re.IGNORECASE)
WHOLE = (
    "read whole each time: it takes a field of the update's time and two parameters that bound it "
    "to read only what is new"
)
UNLED = "{} bounds an answer, and nothing tells how the next one is asked for"


def draft_openapi(name: str, source: Path) -> Draft:
    """A stream for each operation that lists objects.

    Raises:
        ContractError: the file is no OpenAPI 3 document, or lists nothing.
    """
    body, added = _with_operation_ids(source)
    suffix = ".json" if source.suffix == ".json" else ".yaml"
    contract = OpenApiContract(source)
    contract.document = json.loads(body) if suffix == ".json" else yaml.safe_load(body)
    contract.resolver.document = contract.document
    left: list[str] = []
    streams = list(_streams(contract, left))
    if not streams:
        raise ContractError(
            f"{source.name} has no operation that answers a list of objects",
            remedy="A stream is read from a GET whose answer with 200 is, or holds, such a list",
        )
    title = str(contract.document.get("info", {}).get("title", name))
    method, said = _auth(contract)
    left += said
    left += [
        f"the contract's {path} had no operationId; it is {given} now" for path, given in added
    ]
    file = f"openapi{suffix}"
    return Draft(name, title, "rest", file, {file: body}, streams, method, left)


def _with_operation_ids(source: Path) -> tuple[bytes, list[tuple[str, str]]]:
    """The file's bytes, with an operationId for each GET that lacks one."""
    body = source.read_bytes()
    document = json.loads(body) if source.suffix == ".json" else yaml.safe_load(body)
    added = []
    for path, item in (document.get("paths") or {}).items():
        found = item.get("get")
        if found is not None and "operationId" not in found:
            words = re.findall("[A-Za-z0-9]+", path)
            found["operationId"] = "list" + "".join(word.capitalize() for word in words)
            added.append((f"GET {path}", found["operationId"]))
    if not added:
        return body, []
    if source.suffix == ".json":
        return json.dumps(document, ensure_ascii=False, indent=2).encode(), added
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode(), added


def _streams(contract: OpenApiContract, left: list[str]) -> Iterator[StreamDraft]:
    taken: set[str] = set()
    for path, item in contract.document["paths"].items():
        found = item.get("get")
        if found is None or "{" in path:
            continue
        try:
            operation = contract.operation(found["operationId"])
        except ContractError:
            continue
        listed = _richest(contract, operation)
        if listed is None:
            left.append(f"{operation.id} is not read: its answer lists no objects that are records")
        else:
            last = [part for part in path.split("/") if part][-1:] or [operation.id]
            name = stream_name(last[0])
            name = name if name not in taken else stream_name(operation.id)
            taken.add(name)
            yield _stream(contract, name, found, *listed)


def _richest(contract: OpenApiContract, operation: Operation) -> tuple[str, RecordSchema] | None:
    """The list in an answer whose records have the most fields; lists of errors do not count."""
    found: list[tuple[str, RecordSchema]] = []
    for records in _lists(contract, operation.response, "$"):
        if not TROUBLE.search(records):
            with suppress(ContractError):
                schema = contract.record_schema(operation=operation.id, records=records)
                found.append((records, schema))
    return max(found, key=lambda one: len(one[1].leaves), default=None)


def _lists(contract: OpenApiContract, schema: dict[str, Any], path: str) -> Iterator[str]:
    """Paths of lists of objects in an answer, the shallowest first; `$` for the answer itself."""
    merged = contract.resolver.merged(schema)
    if "items" in merged:
        item = contract.resolver.merged(merged["items"])
        if "properties" in item:
            yield path
        return
    properties = merged.get("properties", {})
    for name in properties:
        if "items" in contract.resolver.merged(properties[name]):
            yield from _lists(contract, properties[name], f"{path}.{name}")
    for name in properties:
        inner = contract.resolver.merged(properties[name])
        if "properties" in inner and path.count(".") < 2:
            yield from _lists(contract, inner, f"{path}.{name}")


def _stream(
    contract: OpenApiContract,
    name: str,
    operation: dict[str, Any],
    records: str,
    schema: RecordSchema,
) -> StreamDraft:
    left: list[str] = []
    leaves = {leaf.path: leaf for leaf in schema.leaves}
    required = {leaf.path for leaf in schema.leaves if leaf.required}
    key = key_of(list(leaves), required, name)
    if key is None:
        key = next((path for path in leaves if path in required), next(iter(leaves)))
        left.append(f"no field is called like a key: {key} was taken")
    elif key not in required:
        left.append(f"the contract does not require {key}, the key: `hub connector check` says so")
    known = contract.operation(operation["operationId"])
    declared: dict[str, Any] = {"operation": known.id, "records": records, "key": key}
    late = late_of(list(leaves))
    declared |= _mode(late, leaves, known.parameters, left)
    declared |= _paging(contract, known.response, known.parameters, left)
    title = str(operation.get("summary") or name)
    cursor = late if "cursor" in declared else None
    return StreamDraft(name, title, declared, fields_of(schema), key, cursor, left)


def fields_of(schema: RecordSchema) -> list[SourceField]:
    """The fields of a record as the suggestions want them; those of lists as `list[].field`."""
    found = [SourceField(leaf.path, leaf.description, leaf.unit) for leaf in schema.leaves]
    inside = [path for path in schema.paths if "[]" in path]
    return found + [SourceField(path) for path in inside]


def _mode(
    late: str | None, leaves: dict[str, Leaf], parameters: frozenset[str], left: list[str]
) -> dict[str, Any]:
    timely = sorted(name for name in parameters if TIMELY.search(name))
    low = next((name for name in timely if FROM.search(name)), None)
    high = next((name for name in timely if UNTIL.search(name)), None)
    if late is None or low is None or high is None:
        if late is not None or low is not None:
            left.append(WHOLE)
        return {"mode": "snapshot"}
    cursor: dict[str, Any] = {"field": late, "from": low, "until": high, "lookback": "PT10M"}
    if leaves[late].format == "date":
        cursor |= {"format": "date", "lookback": "P1D"}
    return {"mode": "incremental", "cursor": cursor}


def _paging(
    contract: OpenApiContract,
    response: dict[str, Any],
    parameters: frozenset[str],
    left: list[str],
) -> dict[str, Any]:
    values = dict(_scalars(contract, response, "$"))
    following = next((path for path in values if NEXT.search(path.rpartition(".")[2])), None)
    total = next((path for path in values if TOTAL.search(path.rpartition(".")[2])), None)
    named = {
        kind: next((name for name in sorted(parameters) if pattern.search(name)), None)
        for kind, pattern in (("cursor", TOKENS), ("page", PAGES), ("offset", OFFSETS))
    }
    size = next((name for name in sorted(parameters) if SIZE.search(name)), None)
    paging: dict[str, Any] = {}
    if named["cursor"] and following:
        paging = {"kind": "cursor", "parameter": named["cursor"], "next": following}
    elif following and values[following].get("format") in {"uri", "uri-reference", "url"}:
        paging = {"kind": "next_url", "next": following}
    elif named["page"]:
        paging = {"kind": "page", "parameter": named["page"]}
        paging |= {"total_pages": total} if total else {}
    elif named["offset"]:
        paging = {"kind": "offset", "parameter": named["offset"]}
    elif size is not None:
        left.append(UNLED.format(size))
    if paging and size is not None:
        paging["size"] = size
    return {"paging": paging} if paging else {}


def _scalars(
    contract: OpenApiContract, schema: dict[str, Any], path: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, given in contract.resolver.merged(schema).get("properties", {}).items():
        inner = contract.resolver.merged(given)
        if "properties" in inner and path.count(".") < 2:
            yield from _scalars(contract, inner, f"{path}.{name}")
        elif "items" not in inner:
            yield f"{path}.{name}", inner


def _auth(contract: OpenApiContract) -> tuple[AuthMethod, list[str]]:
    schemes = contract.document.get("components", {}).get("securitySchemes", {}).values()
    for scheme in map(contract.resolver.resolve, schemes):
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            return "token_header", [
                f"set token_header ({scheme.get('name')}) and api_token in the connection"
            ]
        if scheme.get("type") in {"oauth2", "openIdConnect"} or scheme.get("scheme") == "bearer":
            return "client_secret_basic", [
                "set client_id, client_secret and token_url in the connection; or declare "
                "private_key_jwt, or token_header for a fixed token"
            ]
        return "none", [f"the contract's way of entering ({scheme.get('type')}) is not declared"]
    return "none", []
