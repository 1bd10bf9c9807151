"""Which way a record came makes no difference: the fast path equals the tolerant one."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.decoder import Decoded
from tests.connectors.helpers import plain_decoder

DECODER = plain_decoder()
TEXT = st.text(max_size=6) | st.sampled_from(["\ud800", "\x00", '":"', "\ufdd0", "㈱", "𠮷"])
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT,
    st.just([]), st.just({}),
)  # fmt: skip


def mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(good, good, good, good, ANYTHING)


ADDRESS = st.fixed_dictionaries({}, optional={"県": mostly(TEXT), "番地": mostly(st.none())})
OFFICER = st.fixed_dictionaries({"氏名": mostly(TEXT)}, optional={"年": mostly(st.integers())})
RECORD = st.fixed_dictionaries(
    {"caseId": mostly(TEXT)},
    optional={
        "updatedAt": TEXT,
        "名称": mostly(TEXT | st.none()),
        "人数": mostly(st.integers() | st.none() | st.just(1e3)),
        "率": mostly(st.floats(allow_nan=False, allow_infinity=False)),
        "同意": mostly(st.booleans() | st.none()),
        "状態": st.sampled_from(["受付", "終了", "保留"]),
        "住所": mostly(ADDRESS | st.none()),
        "屋号": mostly(st.lists(TEXT, max_size=3)),
        "役員": mostly(st.lists(OFFICER, max_size=3) | st.none()),
        "未知": ANYTHING,
    },
)
RAW = st.builds(
    lambda record, ascii_only, pretty: json.dumps(
        {"updatedAt": "2026-11-01T00:00:00Z", **record},
        ensure_ascii=ascii_only,
        separators=(" : ", " , ")[::-1] if pretty else (",", ":"),
    ).encode("utf-8", "surrogatepass"),
    RECORD,
    st.booleans(),
    st.booleans(),
)


def same(fast: Decoded, slow: Decoded) -> None:
    assert fast.frame.root.equals(slow.frame.root)
    assert fast.frame.children.keys() == slow.frame.children.keys()
    for path, frame in fast.frame.children.items():
        assert frame.equals(slow.frame.children[path])
    assert fast.refusals == slow.refusals
    assert fast.drift == slow.drift


@settings(max_examples=300, deadline=None)
@given(st.lists(RAW, max_size=8))
def test_fast_path_equals_tolerant_path(raws: list[bytes]) -> None:
    same(DECODER.decode(raws), DECODER.decode_tolerant(raws))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=30), max_size=4))
def test_any_bytes_decode_without_an_exception(raws: list[bytes]) -> None:
    decoded = DECODER.decode(raws)
    refused = {r.row for r in decoded.refusals if r.level == "record"}
    assert refused.isdisjoint(decoded.frame.root["#row"].to_list())
    assert len(refused) + decoded.frame.root.height == len(raws)
