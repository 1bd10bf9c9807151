"""The name a record is refused under: its own key wherever that can be read for certain."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.personal_number import guard_record, is_personal_number
from connectors.keys import KeyReader
from connectors.keysearch import key_of_broken
from tests.connectors.helpers import Reply, connector_to, raw, read_pages, serving

NUMBER = "123456789018"
OTHER = next(
    f"12345678902{digit}" for digit in "0123456789" if is_personal_number(f"12345678902{digit}")
)

KEYS = KeyReader.of("caseId", "updatedAt")


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (b'{"caseId":"C1","updatedAt":"\xff"}', "encoding"),
        (b'{"caseId":"C1","x":"\\q"}', "malformed"),
        (b'{"caseId":"C1","x":tru}', "malformed"),
        (b'{"caseId":"C1","x":"\x01"}', "malformed"),
        (b'{"caseId":"C1","x":,"y":1}', "malformed"),
        (b'{"caseId":"C1","x":1,}', "malformed"),
        (b'{"x":1 "caseId":"C1"}', "malformed"),
        (b'{"x":{"caseId":"C2","y":NaN},"caseId":"C1"}', "malformed"),
        (b'{"x":[{"caseId":"C2"},{}],"caseId":"C1","y":01}', "malformed"),
        (b'{"caseId":"C1","x":{"a":1,"a":2},"updatedAt":"\\ud800"}', "duplicate_key"),
        (b'{"case\\u0049d":"C\\u0031","x":tru}', "malformed"),
        (b'{"caseId": 17 ,"x":tru}', "malformed"),
    ],
)
def test_a_spoilt_record_has_the_name_of_the_good_one(bad: bytes, rule: str) -> None:
    (refused,) = KEYS.page([bad]).refused
    assert (refused.key, refused.rule) == ("17" if b"17" in bad else "C1", rule)
    assert refused.raw == bad


@pytest.mark.parametrize(
    "bad",
    [
        b'{"x":{"caseId":"C1"},"y":tru}',
        b'{"x":[{"caseId":"C1"}],"y":tru}',
        b'{"x":"caseId":"C1"}',
        b'{"caseId":"C1","caseId":"C2","x":tru}',
        b'{"caseId":"C1","caseId":{},"x":tru}',
        b'{"caseId":"C\xff1","x":tru}',
        b'{"caseId":"C\\q1"}',
        b'{"caseId":tru}',
        b'{"caseId":"C1","x":"so "called" y"}',
        b'{"caseId":"C1","x":[}]',
        b'{"caseId":"C1","x":1',
        b'{"caseId":"C1","x":1}}',
        b'{"caseId":"C1"}{"x":1}',
        b'{"caseId":"',
    ],
)
def test_a_key_in_doubt_is_no_name(bad: bytes) -> None:
    assert key_of_broken(bad, "caseId") is None
    digest = hashlib.sha256(bad).hexdigest()[:16]
    assert [one.key for one in KEYS.page([bad]).refused] == [f"sha256:{digest}"]


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        (b'{"a":{"id":"1"},"id":"2","x":tru}', "1"),
        (b'{"a":[{"id":"1"}],"x":tru}', None),
        (b'{"a":{"b":{"id":"1"}},"x":tru}', None),
        (b'{"a":{"id":"1"},"a":{"x":tru}}', None),
        (b'{"a":{"id":"1"},"a":2}', None),
        (b'{"a":,"a":{"id":"1"}}', None),
    ],
)
def test_a_key_inside_an_object_is_found_there_alone(bad: bytes, key: str | None) -> None:
    assert key_of_broken(bad, "a.id") == key


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["caseId", "x", "y"]), inner)
    ),
    max_leaves=5,
)


@given(VALUES, st.text(min_size=1, max_size=5), VALUES, st.booleans())
def test_a_good_record_has_the_same_key_either_way(
    before: Any, key: str, after: Any, ascii_only: bool
) -> None:
    record = {"x": before, "caseId": key, "y": after}
    text = json.dumps(record, ensure_ascii=ascii_only).encode("utf-8", "replace")
    assert key_of_broken(text, "caseId") in ({key, None} if "\ufffd" in key else {key})


@given(VALUES, VALUES, st.lists(st.integers(0, 200), min_size=1, max_size=2), st.booleans())
def test_no_loss_of_bytes_makes_a_nested_key_the_records(
    before: Any, after: Any, lost: list[int], with_key: bool
) -> None:
    head = b'{"caseId":"TOP",' if with_key else b"{"
    rest = b'"v":%b,"w":%b}' % (json.dumps(before).encode(), json.dumps(after).encode())
    for place in lost:
        rest = rest[: place % len(rest)] + rest[place % len(rest) + 1 :]
    assert key_of_broken(head + rest, "caseId") in ({"TOP", None} if with_key else {None})


def test_a_keyless_record_is_named_after_its_masked_bytes() -> None:
    one, other = (raw({"updatedAt": "2026-11-01", "note": n}) for n in (NUMBER, OTHER))
    named, again = KEYS.page([one, other]).refused
    masked = hashlib.sha256(one.replace(NUMBER.encode(), b"*" * 12)).hexdigest()[:16]
    assert named.key == again.key == f"sha256:{masked}"


def test_an_identifier_by_contract_tells_keyless_records_apart() -> None:
    keys = KeyReader.of("caseId", identifiers=frozenset({"x.agencyId"}))
    page = keys.page([raw({"x": {"agencyId": number}}) for number in (NUMBER, OTHER)])
    assert len({one.key for one in page.refused}) == 2


@pytest.mark.parametrize("number", [NUMBER, "1234-5678-9018", "１２３４５６７８９０１８"])
def test_a_personal_number_as_key_is_no_name(number: str) -> None:
    good, bad = raw({"caseId": "C1"}), raw({"caseId": number, "x": 1})
    page = KEYS.page([good, bad, raw({"caseId": "C3"})])
    assert (page.keys, page.raws[0], len(page.updated)) == (["C1", "C3"], good, 2)
    (refused,) = page.refused
    assert (refused.rule, refused.key[:7]) == ("personal_number", "sha256:")
    assert number not in refused.message
    masked = hashlib.sha256(guard_record(bad)[0]).hexdigest()[:16]
    assert refused.key == f"sha256:{masked}"


@pytest.mark.parametrize("slip", [b',"x":tru', b',"updatedAt":"\xff"', b' "y":1'])
def test_a_personal_number_in_a_spoilt_record_is_no_name_either(slip: bytes) -> None:
    for bad in (b'{"caseId":"%b"%b}', b'{"x":1 "caseId":"%b"%b}'):
        (refused,) = KEYS.page([bad % (NUMBER.encode(), slip)]).refused
        assert refused.key.startswith("sha256:")


def test_a_key_that_stands_twice_is_named_without_a_number() -> None:
    bad = b'{"caseId":"C1","%b":1,"%b":2,"updatedAt":5,"x":"\\ud800"}' % (2 * (NUMBER.encode(),))
    page = KEYS.page([bad])
    assert NUMBER not in str([one.message for one in page.refused])


def test_keys_that_are_identifiers_or_no_such_number_pass() -> None:
    keys = KeyReader.of("agencyId", identifiers=frozenset({"agencyId"}))
    assert keys.page([raw({"agencyId": NUMBER})]).keys == [NUMBER]
    assert KEYS.page([raw({"caseId": "123456789012"})]).keys == ["123456789012"]
    assert KEYS.page([raw({"caseId": f"a0W-{NUMBER}"})]).keys == [f"a0W-{NUMBER}"]


def test_a_key_field_that_says_it_holds_the_number_is_none() -> None:
    page = KeyReader.of("個人番号").page([raw({"個人番号": "12"}), raw({"個人番号": "x"})])
    assert (page.keys, [one.rule for one in page.refused]) == (["x"], ["personal_number"])


def test_a_connector_tells_its_reader_the_contracts_identifiers() -> None:
    body = {"items": [{"機関ID": NUMBER}, {"機関ID": OTHER}], "next": None}
    with serving(lambda _p, _q: Reply(body)) as served:
        (page,) = read_pages(connector_to(served.address))
    assert len({one.key for one in page.refused}) == 2
