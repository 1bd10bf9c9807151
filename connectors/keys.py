"""The key of each record of a page, and the value of its cursor field."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import GenericAlias
from typing import Any

import msgspec

from base.errors import Stage
from base.personal_number import (
    guard_record,
    mask_personal_numbers,
    names_personal_number,
    scan_page,
)
from base.records import Page, RefusedRecord
from connectors.declaration import DeletedWhen
from connectors.keysearch import key_of_broken
from connectors.slicing import envelope, getter
from connectors.tolerant import DuplicateKeyError, parse

LONGEST = 255
"""Characters of a key."""


LONGEST_DATE = len("2026-W01-1Z")
"""A text this long need not hold a time of day."""


@dataclass(frozen=True, slots=True)
class KeyReader:
    """Reads key and cursor of records; `key` and `cursor` are dotted paths in the record.

    `identifiers` are the fields that hold 12-digit identifiers by contract, as the guard
    (`base.personal_number`) takes them.
    """

    key: str
    cursor: str | None
    identifiers: frozenset[str]
    _many: Any
    _one: Any
    _key_of: Callable[[Any], Any]
    _cursor_of: Callable[[Any], Any]
    _deleted: Callable[[Any], bool] | None = None

    @classmethod
    def of(
        cls,
        key: str,
        cursor: str | None = None,
        identifiers: frozenset[str] = frozenset(),
        *,
        deleted_when: DeletedWhen | None = None,
    ) -> KeyReader:
        """A reader for these fields; records that `deleted_when` fits only name a deleted key."""
        wanted: dict[str, Any] = {f"$.{key}": str | int}
        if cursor is not None:
            wanted[f"$.{cursor}"] = str | None
        if deleted_when is not None:
            wanted[f"$.{deleted_when.field}"] = Any
        header = envelope(wanted, required={f"$.{key}"})
        return cls(
            key,
            cursor,
            identifiers,
            msgspec.json.Decoder(GenericAlias(list, (header,))),
            msgspec.json.Decoder(header),
            getter(header, f"$.{key}"),
            getter(header, f"$.{cursor}") if cursor is not None else lambda _header: None,
            _deletion(header, deleted_when) if deleted_when is not None else None,
        )

    def page(self, raws: Sequence[bytes]) -> Page:
        """A page of these records; those without a usable key are among its refused."""
        page = Page()
        try:
            headers = self._many.decode(b"[" + b",".join(raws) + b"]")
        except (ValueError, RecursionError):
            headers = []
        if len(headers) != len(raws):
            headers = list(map(self._header, raws))
        for raw, header in zip(raws, headers, strict=True):
            self._place(page, raw, header)
        if names_personal_number(self.key) or scan_page("\n".join(page.keys).encode()):
            self._take_out_personal(page)
        return page

    def _header(self, raw: bytes) -> Any:
        try:
            return self._one.decode(raw)
        except (ValueError, RecursionError):
            return None

    def _place(self, page: Page, raw: bytes, header: Any) -> None:
        fault = None
        if header is None:
            key, updated, fault = self._tolerant(raw)
        else:
            key = str(self._key_of(header))
            updated = self._cursor_of(header)
        if fault is None and not _usable(key):
            what = f"empty, longer than {LONGEST} characters, or with control characters"
            fault = ("key", f"the key {self.key} is {what}")
        if fault is not None:
            page.refused.append(self._refused(raw, *fault))
            return
        if header is not None and self._deleted is not None and self._deleted(header):
            page.deleted.append(key)
            page.deleted_at.append(None if updated is None else instant_text(updated))
            return
        page.keys.append(key)
        page.raws.append(raw)
        page.updated.append(None if updated is None else instant_text(updated))

    def _tolerant(self, raw: bytes) -> tuple[str, str | None, tuple[str, str] | None]:
        """Key and cursor of a record that msgspec does not take, or why it is refused."""
        try:
            record = parse(raw)
        except DuplicateKeyError as error:
            name = mask_personal_numbers(error.key)[:40]
            return "", None, ("duplicate_key", f"the key {name!r} stands twice")
        except UnicodeDecodeError:
            return "", None, ("encoding", "not UTF-8")
        except (ValueError, RecursionError):
            return "", None, ("malformed", "not JSON")
        if not isinstance(record, dict):
            return "", None, ("structure", "a record must be an object")
        key = _inside(record, self.key)
        if not isinstance(key, str):
            return "", None, ("key", f"the record has no key: {self.key} is missing or no text")
        updated = _inside(record, self.cursor) if self.cursor else None
        return key, updated if type(updated) is str else None, None

    def _refused(self, raw: bytes, rule: str, message: str) -> RefusedRecord:
        """A record kept raw for the quarantine, under its key, or else a hash of its bytes.

        The hash is that of the bytes without 個人番号, whose hash tells the number by trial.
        """
        key = key_of_broken(raw, self.key)
        if key is None or not _usable(key) or self._may_be_personal(key):
            masked, _paths = guard_record(raw, self.identifiers)
            key = f"sha256:{hashlib.sha256(masked).hexdigest()[:16]}"
        return RefusedRecord(key, raw, Stage.CONTRACT, rule, message)

    def _may_be_personal(self, key: str) -> bool:
        if self.key.rpartition(".")[2] in {path.rpartition(".")[2] for path in self.identifiers}:
            return False
        return names_personal_number(self.key) or mask_personal_numbers(key) != key

    def _take_out_personal(self, page: Page) -> None:
        """Refuse the records whose key the guard masks: the number must stand nowhere."""
        records = list(zip(page.keys, page.raws, page.updated, strict=True))
        page.keys, page.raws, page.updated = [], [], []
        for key, raw, updated in records:
            if self._may_be_personal(key) and self.key in guard_record(raw, self.identifiers)[1]:
                what = f"its key {self.key} holds a 個人番号, which the hub must not keep"
                page.refused.append(self._refused(raw, "personal_number", what))
                continue
            page.keys.append(key)
            page.raws.append(raw)
            page.updated.append(updated)


def _deletion(header: Any, deleted_when: DeletedWhen) -> Callable[[Any], bool]:
    """Whether a record's flag has one of the values that mean deleted, written as text."""
    value_of = getter(header, f"$.{deleted_when.field}")

    def deleted(record: Any) -> bool:
        value = value_of(record)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return text in deleted_when.values

    return deleted


def _usable(key: str) -> bool:
    return 0 < len(key) <= LONGEST and key.isprintable()


def instant_text(text: str) -> str | None:
    """A source's instant as UTC ISO text with microseconds, so that text order is time order.

    None where it is no instant, or has no offset: such a record counts as within the window, and
    its field is refused later.

    >>> instant_text("2026-04-01T09:55:00+09:00")
    '2026-04-01T00:55:00.000000Z'
    """
    try:
        if text.endswith("Z") and len(text) > LONGEST_DATE:  # a quarter of the work for most
            local = datetime.fromisoformat(text[:-1])
            if local.tzinfo is None:
                return f"{local.isoformat('T', 'microseconds')}Z"
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            return None
        return f"{instant.astimezone(UTC).isoformat('T', 'microseconds')[:26]}Z"
    except (ValueError, OverflowError):
        return None


def _inside(record: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(name)
    return record
