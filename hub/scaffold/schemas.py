"""Drafts out of a WSDL and an XML Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from xmlschema.validators import XsdElement

from base.errors import ContractError
from connectors.contracts.wsdl import SoapOperation, WsdlContract
from connectors.contracts.xsd import XsdContract
from connectors.declaration import AuthMethod
from connectors.schema import RecordSchema
from hub.scaffold.draft import Draft, StreamDraft, key_of, late_of, stream_name
from hub.scaffold.openapi import (
    FROM,
    NEXT,
    OFFSETS,
    PAGES,
    SIZE,
    TIMELY,
    TOKENS,
    TOTAL,
    UNLED,
    UNTIL,
    WHOLE,
    fields_of,
)  # fmt: skip


def draft_wsdl(name: str, source: Path) -> Draft:
    """A stream for each operation whose answer holds a list of elements.

    Raises:
        ContractError: the file is no WSDL 1.1, or lists nothing.
    """
    contract = WsdlContract(source)
    streams, left = [], []
    for operation in map(contract.operation, contract.operations):
        records = next(_lists(operation.answer, "$"), None)
        if records is None:
            left.append(f"{operation.id} is not read: its answer lists no elements with children")
        else:
            streams.append(_soap_stream(contract, operation, records))
    if not streams:
        raise ContractError(f"{source.name} has no operation that answers a list")
    file = f"{name}.wsdl"
    body = source.read_bytes()
    method, said = _auth(body)
    return Draft(name, name, "soap", file, {file: body}, streams, method, [*said, *left])


def _auth(wsdl: bytes) -> tuple[AuthMethod, list[str]]:
    """How one enters, as the WSDL's policy says, and what it leaves open."""
    root = etree.fromstring(wsdl, etree.XMLParser(resolve_entities=False, no_network=True))
    told = {etree.QName(one).localname for one in root.iter("*")}
    credentials = "set username and password in the connection"
    if "UsernameToken" in told:
        plain = "the hub sends the password as a digest: ask whether the service takes that"
        return "wsse_username_token", [credentials, *([] if "HashPassword" in told else [plain])]
    if "Policy" in told:
        return "none", ["the policy of the WSDL names no UsernameToken: nothing is sent to enter"]
    return "wsse_username_token", [
        f"the WSDL does not say how one enters, a UsernameToken was taken: {credentials}, "
        "or declare auth: {method: none}"
    ]


def _children(element: XsdElement) -> Iterator[XsdElement]:
    kind: Any = element.type
    if kind.has_complex_content():
        yield from (one for one in kind.content.iter_elements() if isinstance(one, XsdElement))


def _lists(element: XsdElement, path: str) -> Iterator[str]:
    for child in _children(element):
        here = f"{path}.{child.local_name}"
        if child.max_occurs != 1 and next(_children(child), None) is not None:
            yield here
        elif path.count(".") < 3:
            yield from _lists(child, here)


def _soap_stream(contract: WsdlContract, operation: SoapOperation, records: str) -> StreamDraft:
    schema = contract.record_schema(operation=operation.id, records=records)
    name = stream_name(operation.id)
    declared: dict[str, Any] = {"operation": operation.id, "records": records}
    draft = _stream(name, schema, declared)
    timely = sorted(one for one in operation.parameters if TIMELY.search(one))
    low = next((one for one in timely if FROM.search(one)), None)
    high = next((one for one in timely if UNTIL.search(one)), None)
    if draft.cursor and low and high:
        bounds = {"field": draft.cursor, "from": low, "until": high, "lookback": "PT10M"}
        if _is_day(operation, low):
            bounds |= {"format": "date", "lookback": "P1D"}
        draft.declared |= {"mode": "incremental", "cursor": bounds}
    elif draft.cursor or low:
        draft.left.append(WHOLE)
    paging = _paging(operation, draft.left)
    if paging:
        draft.declared["paging"] = paging
    known = {paging.get("parameter"), paging.get("size")}
    known |= {low, high} if "cursor" in draft.declared else set()
    wanted = [one for one in _children(operation.question) if one.min_occurs]
    names = [str(one.local_name) for one in wanted if one.local_name not in known]
    if names:
        draft.left.append(f"{operation.id} demands {', '.join(names)}: say it under parameters:")
    return draft


def _paging(operation: SoapOperation, left: list[str]) -> dict[str, Any]:
    """How one answer leads to the next; where nothing tells, a sentence of it in `left`."""
    told = [str(one.local_name) for one in _children(operation.answer)]

    def asked(pattern: re.Pattern[str]) -> str | None:
        return next((one for one in sorted(operation.parameters) if pattern.search(one)), None)

    following = next((one for one in told if NEXT.search(one)), None)
    total = next((one for one in told if TOTAL.search(one)), None)
    token, number, offset, size = map(asked, (TOKENS, PAGES, OFFSETS, SIZE))
    found: dict[str, Any] = {}
    if token and following:
        found = {"kind": "cursor", "parameter": token, "next": f"$.{following}"}
    elif number:
        found = {"kind": "page", "parameter": number}
        found |= {"total_pages": f"$.{total}"} if total else {}
    elif offset:
        found = {"kind": "offset", "parameter": offset}
    elif size:
        left.append(UNLED.format(size))
    return found | ({"size": size} if found and size else {})


def _is_day(operation: SoapOperation, parameter: str) -> bool:
    """Whether a parameter takes a day, not an instant."""
    found = next(one for one in _children(operation.question) if one.local_name == parameter)
    root = getattr(found.type, "root_type", None)
    return bool(getattr(root, "local_name", None) == "date")


def draft_xsd(name: str, source: Path) -> Draft:
    """A stream for the schema's record: a global element that another one repeats, or alone.

    Raises:
        ContractError: the file is no XML Schema, or has no element that can be a record.
    """
    contract = XsdContract(source)
    elements = {str(one.local_name): one for one in contract.schema.elements.values()}
    repeated = {
        str(child.local_name): outer
        for outer, one in elements.items()
        for child in _children(one)
        if child.max_occurs != 1 and str(child.local_name) in elements
    }
    for element in [*repeated, *(one for one in elements if one not in repeated.values())]:
        try:
            schema = contract.record_schema(record=element)
        except ContractError:
            continue
        path = f"{name}.xml" if element in repeated else f"{name}.zip"
        section = {"element": element, "path": path}
        if element in repeated:
            section["envelope"] = repeated[element]
        stream = stream_name(element) if element.isascii() else name
        draft = _stream(stream, schema, {"record": element, "xml": section})
        what = "the file" if element in repeated else "the ZIP of such documents"
        draft.left.append(f"where {what} is: xml.path says {path} below the address")
        file = f"{name}.xsd"
        return Draft(name, name, "xml", file, {file: source.read_bytes()}, [draft])
    raise ContractError(
        f"{source.name} has no global element that can be a record: "
        "one with children, no list inside a list, and no element that refers to itself"
    )


def _stream(name: str, schema: RecordSchema, declared: dict[str, Any]) -> StreamDraft:
    leaves = {leaf.path: leaf for leaf in schema.leaves}
    required = {path for path, leaf in leaves.items() if leaf.required}
    key = key_of(list(leaves), required, name) or next(iter(leaves))
    left = [] if key in required else [f"the contract does not require {key}, taken for the key"]
    late = late_of(list(leaves))
    whole = {**declared, "key": key, "mode": "snapshot"}
    return StreamDraft(name, name, whole, fields_of(schema), key, late, left)
