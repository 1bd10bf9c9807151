"""Faults in the body: each takes the JSON text of a good answer and spoils it.

What an answer's parts are called is said by `JsonWords`; mostly, records are the first list of the
envelope (`items`, `result`). Records that a fault does not touch keep their bytes.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mocks.faults import Fault

Record = dict[str, Any]

SURROGATE = "\ue0f0"
"""Stands for the lone surrogate until the text is encoded, for JSON's encoder refuses one."""

FAR_FUTURE = "2099-01-01T00:00:00.000Z"

Body = Callable[[bytes, "Fault"], bytes]


@dataclass(frozen=True, slots=True)
class JsonWords:
    """What the parts of a system's answers are called.

    `records` is the path of the list, None for the first list of an answer (or the answer itself);
    `token` that of the next page's token. `keys` are fields of a record, `updated` and `text` too;
    without a text, one is found.
    """

    keys: tuple[str, ...]
    updated: str
    records: tuple[str, ...] | None = None
    token: tuple[str, ...] = ("nextCursor",)
    text: str | None = None


USUAL = JsonWords(("applicationId", "id"), "updatedAt")
"""The words of most of the mocks that answer in JSON."""

Spoil = Callable[[bytes, "Fault", JsonWords], bytes]
Change = Callable[[Record, "Fault", JsonWords], None]


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def records_of(page: Any, words: JsonWords = USUAL) -> list[Any]:
    """The list that holds the page's records; an empty one where there is none."""
    if words.records is None:
        lists = (
            [one for one in page.values() if isinstance(one, list)] if type(page) is dict else []
        )
        return next(iter(lists), [])
    for name in words.records:
        page = page.get(name) if isinstance(page, dict) else None
    return page if isinstance(page, list) else []


def _text_field(record: Record, words: JsonWords) -> str:
    """The dotted path of a text that may be spoilt without changing what the record is."""
    if words.text is not None:
        return words.text
    if "事業計画の概要" in record.get("answers", {}):
        return "answers.事業計画の概要"
    if "answers" in record:
        return "answers.商号又は名称"
    return "title" if "title" in record else next(iter(record))


def _holder(record: Record, path: str) -> tuple[Record, str]:
    *parents, last = path.split(".")
    for name in parents:
        record = record.setdefault(name, {})
    return record, last


def _on_record(change: Change) -> Spoil:
    """Spoil the record that the fault names; a page without records passes unharmed."""

    def spoil(body: bytes, fault: Fault, words: JsonWords) -> bytes:
        page = json.loads(body)
        records = records_of(page, words)
        if not records:
            return body
        change(records[min(fault.record, len(records) - 1)], fault, words)
        return _dumps(page)

    return spoil


def _gained(record: Record, fault: Fault, words: JsonWords) -> None:
    holder, name = _holder(record, fault.field or "newField")
    holder[name] = fault.value if fault.value is not None else "new"


def _lost(record: Record, fault: Fault, words: JsonWords) -> None:
    holder, name = _holder(record, fault.field or _text_field(record, words))
    holder.pop(name, None)


def _retyped(record: Record, fault: Fault, words: JsonWords) -> None:
    """Text becomes a list, anything else text."""
    holder, name = _holder(record, fault.field or _text_field(record, words))
    old = holder.get(name)
    if fault.value is not None:
        holder[name] = fault.value
    else:
        holder[name] = [old] if isinstance(old, str) else str(old)


def _future(record: Record, fault: Fault, words: JsonWords) -> None:
    holder, name = _holder(record, fault.field or words.updated)
    holder[name] = fault.value or FAR_FUTURE


def _changed(record: Record, fault: Fault, words: JsonWords) -> None:
    holder, name = _holder(record, fault.field or _text_field(record, words))
    holder[name] = fault.value


def _nul(record: Record, fault: Fault, words: JsonWords) -> None:
    holder, name = _holder(record, fault.field or _text_field(record, words))
    holder[name] = f"{holder.get(name) or ''}\0"


def _surrogate(record: Record, fault: Fault, words: JsonWords) -> None:
    holder, name = _holder(record, fault.field or _text_field(record, words))
    holder[name] = f"{holder.get(name) or ''}{SURROGATE}"


def _keyless(record: Record, fault: Fault, words: JsonWords) -> None:
    del fault
    for path in words.keys:
        holder, name = _holder(record, path)
        holder.pop(name, None)


def _lone_surrogate(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    spoilt = _on_record(_surrogate)(body, fault, words)
    return spoilt.replace(SURROGATE.encode(), b"\\ud83d")


def _number_text(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """A number where text is expected, its own spelling kept (`1.10`, `1e3`)."""
    mark = "\ue0f1"

    def change(record: Record, fault: Fault, words: JsonWords) -> None:
        holder, name = _holder(record, fault.field or _text_field(record, words))
        holder[name] = mark

    return _on_record(change)(body, fault, words).replace(
        f'"{mark}"'.encode(), str(fault.value or "1.10").encode()
    )


def _duplicate_in_object(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """The record's object has one name twice, the second value another."""
    page = json.loads(body)
    records = records_of(page, words)
    if not records:
        return body
    record = records[min(fault.record, len(records) - 1)]
    name = fault.field or next(n for n in ("status", "title", *record) if n in record)
    whole = _dumps(record)
    twice = whole[:-1] + b"," + _dumps(name) + b":" + _dumps(fault.value or "twice") + b"}"
    return _dumps(page).replace(whole, twice, 1)


def _duplicate_in_page(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """The same key twice on a page; the later one differs."""
    page = json.loads(body)
    records = records_of(page, words)
    if records:
        again = copy.deepcopy(records[min(fault.record, len(records) - 1)])
        holder, name = _holder(again, fault.field or _text_field(again, words))
        holder[name] = fault.value or "later"
        records.append(again)
    return _dumps(page)


def _withheld(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """A record that is not shown (yet)."""
    page = json.loads(body)
    records = records_of(page, words)
    if records:
        del records[min(fault.record, len(records) - 1)]
    return _dumps(page)


def _twice(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """The very same record once more."""
    page = json.loads(body)
    records = records_of(page, words)
    if records:
        records.append(records[min(fault.record, len(records) - 1)])
    return _dumps(page)


def _key_changed(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """A record of one page is updated while paging, and comes again on the next one.

    Set it with `count: 2` (or more): it needs the page and the one after it.
    """
    page = json.loads(body)
    records = records_of(page, words)
    seen = fault.memory.get("record")
    if seen is None:
        if records:
            fault.memory["record"] = copy.deepcopy(records[min(fault.record, len(records) - 1)])
        return body
    if fault.memory.get("done") or not records:
        return body
    fault.memory["done"] = True
    holder, name = _holder(seen, fault.field or _text_field(seen, words))
    holder[name] = fault.value or "updated while paging"
    if words.updated in seen:
        seen[words.updated] = records[-1][words.updated]
    records.append(seen)
    return _dumps(page)


def _page_repeated(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """The first page again and again, each with a next cursor. Set it with `count: null`."""
    page = fault.memory.get("page")
    if page is None:
        page = json.loads(body)
        holder, name = _holder(page, ".".join(words.token)) if type(page) is dict else ({}, "")
        if name in holder and holder[name] is None:
            holder[name] = "again"
        fault.memory["page"] = page
    return _dumps(page)


def _wrong_encoding(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """CP932 bytes under a header that says JSON, which is UTF-8."""
    del fault, words
    return body.decode().encode("cp932", errors="replace")


def _not_objects(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """One item of the list is a text."""
    page = json.loads(body)
    records = records_of(page, words)
    records.insert(min(fault.record, len(records)), "not an object")
    return _dumps(page)


def _broken_json(body: bytes, fault: Fault, words: JsonWords) -> bytes:
    """Half of the JSON text in an answer that is whole on the wire."""
    del fault, words
    return body[: len(body) // 2]


_SPOILERS: dict[str, Spoil] = {
    "wrong_encoding": _wrong_encoding,
    "broken_json": _broken_json,
    "field_gained": _on_record(_gained),
    "field_lost": _on_record(_lost),
    "field_retyped": _on_record(_retyped),
    "field_changed": _on_record(_changed),
    "future_record": _on_record(_future),
    "record_withheld": _withheld,
    "record_twice": _twice,
    "nul": _on_record(_nul),
    "key_missing": _on_record(_keyless),
    "lone_surrogate": _lone_surrogate,
    "number_text": _number_text,
    "duplicate_key_in_object": _duplicate_in_object,
    "duplicate_key_in_page": _duplicate_in_page,
    "key_changed": _key_changed,
    "page_repeated": _page_repeated,
    "not_an_object": _not_objects,
}


def _with(spoil: Spoil, known: tuple[JsonWords, ...]) -> Body:
    def body_of(body: bytes, fault: Fault) -> bytes:
        return spoil(body, fault, _fitting(body, known))

    return body_of


def _fitting(body: bytes, known: tuple[JsonWords, ...]) -> JsonWords:
    """The words that this answer uses: those by whose key it has records, else the first."""
    if len(known) == 1:
        return known[0]
    page = json.loads(body)
    for words in known:
        records = records_of(page, words)
        if records and words.keys[0].partition(".")[0] in records[0]:
            return words
    return known[0]


def json_bodies(*known: JsonWords) -> dict[str, Body]:
    """The faults that the answers of a system with these words can have, by their kind."""
    return {kind: _with(spoil, known) for kind, spoil in _SPOILERS.items()}


BODIES = json_bodies(USUAL)
