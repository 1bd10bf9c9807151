"""Flat records read as columns: only where the tolerant reader would say the very same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.records import ABSENT
from connectors.decoder import RecordDecoder
from connectors.flat import FlatColumns, FlatReader
from connectors.schema import Resolver
from tests.connectors.test_decoder_property import same

CONTRACT: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "名称": {"type": ["string", "null"]},
        "人数": {"type": ["integer", "null"]},
        "率": {"type": "number"},
        "同意": {"type": ["boolean", "null"]},
        "状態": {"type": "string", "enum": ["受付", "終了"]},
    },
}
SCHEMA = Resolver({}, "contract").record(CONTRACT)
DECODER = RecordDecoder(SCHEMA)
GOOD = {"id": "C1", "名称": "山田", "人数": 5, "率": 1.5, "同意": True, "状態": "受付"}

TEXT = st.text(max_size=5) | st.sampled_from([",", ":", "}", "{", "null", ABSENT, "𠮷", "\x7f"])
ANYTHING: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | TEXT | st.just([]) | st.just({})
)
RECORD = st.fixed_dictionaries(
    {"id": TEXT},
    optional={
        "名称": TEXT | st.none(),
        "人数": st.integers() | st.none(),
        "率": st.floats(allow_nan=False, allow_infinity=False),
        "同意": st.booleans() | st.none(),
        "状態": st.sampled_from(["受付", "終了", "保留"]) | ANYTHING,
        "未知": ANYTHING,
    },
)


def spelled(record: dict[str, Any], comma: str = ",", colon: str = ":") -> bytes:
    text = json.dumps(record, ensure_ascii=False, separators=(comma, colon))
    return text.encode("utf-8", "surrogatepass")


SPELLING = st.sampled_from([(",", ":"), (", ", ": "), (", ", ":"), (" ,", ":")])
ALIKE = st.builds(
    lambda records, spelling: [spelled(record, *spelling) for record in records],
    st.lists(RECORD, max_size=6),
    SPELLING,
)


def read(*raws: bytes) -> FlatColumns:
    reader = FlatReader.of(SCHEMA)
    assert reader is not None
    flat = reader.read(raws)
    assert flat is not None
    return flat


def column(flat: FlatColumns, name: str) -> list[str | None]:
    return next(values.to_list() for values in flat.columns if values.name == name)


@settings(max_examples=400, deadline=None)
@given(ALIKE)
def test_columns_equal_the_tolerant_path(raws: list[bytes]) -> None:
    same(DECODER.decode(raws), DECODER.decode_tolerant(raws))


@settings(max_examples=600, deadline=None)
@given(
    st.integers(0, 120),
    st.integers(0, 6),
    st.binary(max_size=2) | st.sampled_from([b'"', b",", b"}", b"{", b":", b"\\", b"\n", b'",']),
    SPELLING,
)
def test_no_damage_to_a_record_goes_unseen(
    place: int, length: int, put: bytes, spelling: tuple[str, str]
) -> None:
    whole = spelled(GOOD, *spelling)
    damaged = whole[:place] + put + whole[place + length :]
    raws = [whole, damaged, whole]
    same(DECODER.decode(raws), DECODER.decode_tolerant(raws))


@pytest.mark.parametrize("between", [(",", ":"), (", ", ": ")])
def test_records_spelled_alike_are_read_without_the_decoder(between: tuple[str, str]) -> None:
    nulls = GOOD | {"名称": None, "人数": None, "同意": None}
    flat = read(*(spelled(record, *between) for record in (GOOD, nulls, GOOD)))
    assert flat.left == []
    assert flat.rows.to_list() == [0, 1, 2]
    assert column(flat, "名称") == ["山田", None, "山田"]
    assert column(flat, "人数") == ["5", None, "5"]
    assert column(flat, "率") == ["1.5"] * 3
    assert column(flat, "同意") == ["true", None, "true"]


def test_fields_not_sent_are_absent_wherever_they_are_missing() -> None:
    def without(*names: str) -> bytes:
        return spelled({name: value for name, value in GOOD.items() if name not in names})

    flat = read(spelled(GOOD), without("名称"), without("同意", "状態"), without(*[*GOOD][1:]))
    assert flat.left == []
    assert column(flat, "名称") == ["山田", ABSENT, "山田", ABSENT]
    assert column(flat, "状態") == ["受付", "受付", ABSENT, ABSENT]
    assert flat.sent == {"id": 4, "名称": 2, "人数": 3, "率": 3, "同意": 2, "状態": 2}


def test_another_order_of_fields_is_the_first_records_own() -> None:
    turned = spelled(dict(reversed(GOOD.items())))
    flat = read(turned, turned, spelled(GOOD))
    assert flat.left == [2]
    assert [values.name for values in flat.columns] == list(GOOD)


@pytest.mark.parametrize(
    "body",
    [
        '"id":"a","id":"b"',
        '"id":"a","名称":"甲","名称":"乙"',
        '"id":"a","新":"甲"',
        '"id":"a","名称":5',
        '"id":"a","人数":"5"',
        '"id":"a","人数":05',
        '"id":"a","人数":1.0',
        '"id":"a","人数":٣',
        '"id":"a","率":null',
        '"id":"a","率":1.',
        '"id":"a","同意":1',
        '"id":null',
        '"名称":"甲"',
        '"id" :"a"',
        '"id":"a"}{"id":"b"',
        '"id":"a",',
        '"id":"a","人数":5}',
        '"id":"\\u0041"',
        '"id":"a\nb"',
        '"id":"a\x00"',
        f'"id":"{ABSENT}"',
    ],
)
def test_every_doubt_is_left_to_the_decoder(body: str) -> None:
    raws = [spelled(GOOD), f"{{{body}}}".encode(), spelled(GOOD)]
    assert read(*raws).left == [1]
    same(DECODER.decode(raws), DECODER.decode_tolerant(raws))


@pytest.mark.parametrize(
    "kind", [{"type": "array", "items": {"type": "string"}}, {}, {"type": ["string", "integer"]}]
)
def test_lists_and_open_types_have_no_flat_reader(kind: dict[str, Any]) -> None:
    schema = Resolver({}, "contract").record({"type": "object", "properties": {"a": kind}})
    assert FlatReader.of(schema) is None


def test_where_few_records_look_readable_none_is_tried() -> None:
    reader = FlatReader.of(SCHEMA)
    assert reader is not None
    assert reader.read([spelled(GOOD), b'{"id":"\\u0041"}', b'{"id":"\\u0042"}']) is None
    assert reader.read([b"\xff"]) is None
    assert reader.read([b"{}", spelled(GOOD)]) is None
    assert reader.read([]) is None


def test_a_field_that_only_records_left_over_send_is_not_missing() -> None:
    many = [spelled({"id": f"C{i}"}) for i in range(30)]
    raws = [*many, spelled(GOOD | {"新": 1})]
    same(DECODER.decode(raws), DECODER.decode_tolerant(raws))
    assert {f.path for f in DECODER.decode(raws).drift} == {"新"}
    assert {f.path for f in DECODER.decode(many).drift} == {*GOOD} - {"id"}
