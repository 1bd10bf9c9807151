"""One programme: its details asked for, and put together with its list item as one record."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

import msgspec

from base.errors import ConnectError, ContractError, NotFound, ServerFault, Stage
from base.personal_number import mask_personal_numbers
from base.records import RefusedRecord
from connectors.contracts.openapi import OpenApiContract
from connectors.hooks import ReadContext
from connectors.slicing import Slicer
from connectors.tolerant import DuplicateKeyError, parse

FILES = ("application_guidelines", "outline_of_grant", "application_form")
PERIODS = ("acceptance_start_datetime", "acceptance_end_datetime")

FAILURES = 3
"""Details in a row that the system may fail at, before the whole system counts as down."""

UNAVAILABLE = "detail_unavailable"
"""The rule that refuses a programme without the detail that it must have."""

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_elements = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


@dataclass
class DetailReader:
    """Reads details; v2 first, v1 where v2 names no period."""

    context: ReadContext
    _slicer: Slicer = field(default_factory=lambda: Slicer("$.result"))
    _failed: int = 0

    def read(self, key: str, item: bytes) -> bytes | RefusedRecord | None:
        """The composed record; None where the system knows no detail of this id.

        A programme whose detail cannot be had is refused and does not stop the others: the system
        fails at it, does not answer in time, or answers outside the contract.

        Raises:
            HubError: several in a row could not be had; or what no other detail would mend.
        """
        try:
            v2 = self._detail("getSubsidyV2", key)
            v1 = None if v2 is not None and names_period(v2) else self._detail("getSubsidyV1", key)
        except (ServerFault, ConnectError, ContractError) as error:
            self._failed += 1
            if self._failed >= FAILURES:
                raise
            what = f"the system fails at this programme's detail: {error.what}"
            return RefusedRecord(key, item, Stage.READ, UNAVAILABLE, what)
        self._failed = 0
        if v2 is None and v1 is None:
            return None
        parts = {"id": json.dumps(key).encode(), "list": item}
        parts |= {name: raw for name, raw in (("v2", v2), ("v1", v1)) if raw is not None}
        for name in parts.keys() & {"v2", "v1"}:
            if (fault := unreadable(parts[name])) is not None:
                return RefusedRecord(key, joined(parts), Stage.CONTRACT, *fault)
        for name in parts.keys() & {"v2", "v1"}:
            parts[name] = self._with_stored_files(parts[name])
        return joined(parts)

    def without_detail(self, key: str, item: bytes) -> bytes:
        """The record of a programme of which only the list knows."""
        return joined({"id": json.dumps(key).encode(), "list": item})

    def lost(self, key: str, item: bytes) -> RefusedRecord:
        """A programme whose list item changed, but whose detail is there no more.

        The list alone would take away what the detail said; what is stored stays as it is.
        """
        what = "its list item changed, and the system no longer knows the detail it had"
        return RefusedRecord(key, item, Stage.READ, UNAVAILABLE, what)

    def _detail(self, operation_id: str, key: str) -> bytes | None:
        path = cast(OpenApiContract, self.context.contract).operation(operation_id).path
        try:
            answer = self.context.client.get_json_bytes(path.replace("{id}", quote(key, safe="")))
        except NotFound:
            return None
        found = self._slicer.cut(answer.body).raws
        return found[0] if found else None

    def _with_stored_files(self, detail: bytes) -> bytes:
        """The detail as received, but each file's base64 replaced by its SHA-256 and size."""
        try:
            fields = _fields.decode(detail)
        except (ValueError, RecursionError):
            return detail  # the decoder says what is wrong with it
        parts = {name: bytes(raw) for name, raw in fields.items()}
        for name in FILES:
            if name in parts:
                parts[name] = self._stored(parts[name])
        return joined(parts)

    def _stored(self, files: bytes) -> bytes:
        try:
            elements = _elements.decode(files)
        except (ValueError, RecursionError):
            return files
        return b"[" + b",".join(joined(self._file(element)) for element in elements) + b"]"

    def _file(self, element: dict[str, msgspec.Raw]) -> dict[str, bytes]:
        parts = {name: bytes(raw) for name, raw in element.items() if name != "data"}
        data = _bytes(element.get("data"))
        parts["sha256"] = b"null" if data is None else _json(self.context.put_file(data))
        parts["size"] = b"null" if data is None else _json(len(data))
        return parts


def unreadable(detail: bytes) -> tuple[str, str] | None:
    """Rule and message where a detail is no JSON text that can be read in one way only."""
    try:
        parse(detail)
    except DuplicateKeyError as error:
        name = mask_personal_numbers(error.key)[:40]
        return "duplicate_key", f"the key {name!r} stands twice in its detail"
    except UnicodeDecodeError:
        return "encoding", "its detail is not UTF-8"
    except (ValueError, RecursionError):
        return "malformed", "its detail is not JSON"
    return None


def names_period(detail: bytes) -> bool:
    """Whether a v2 detail has a round with a period; else v1 is asked for it."""
    try:
        rounds = msgspec.json.decode(detail).get("workflow")
    except (ValueError, AttributeError, RecursionError):
        return True
    return isinstance(rounds, list) and any(
        isinstance(one, dict) and any(one.get(name) for name in PERIODS) for one in rounds
    )


def joined(parts: dict[str, bytes]) -> bytes:
    """An object of raw JSON values, in this order."""
    return b"{" + b",".join(_json(name) + b":" + raw for name, raw in parts.items()) + b"}"


def _bytes(raw: msgspec.Raw | None) -> bytes | None:
    try:
        text = None if raw is None else msgspec.json.decode(raw)
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (ValueError, RecursionError, binascii.Error):
        return None


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
