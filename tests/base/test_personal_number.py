from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.jp import in_

from base.personal_number import (
    guard_record,
    guard_records,
    is_personal_number,
    mask_personal_numbers,
    scan_page,
)

NUMBER = "621498320257"
FULL_WIDTH = "６２１４９８３２０２５７"

digits11 = st.text("0123456789", min_size=11, max_size=11)


def record(value: object, field: str = "備考") -> bytes:
    return json.dumps({"id": "a0W", field: value}, ensure_ascii=False).encode()


@given(digits11)
def test_check_digit_agrees_with_stdnum(base: str) -> None:
    valid = base + in_.calc_check_digit(base)
    assert is_personal_number(valid)
    assert [d for d in "0123456789" if is_personal_number(base + d)] == [valid[11]]


@pytest.mark.parametrize("text", ["", "6214983202", "6214983202570"])
def test_another_length_is_no_personal_number(text: str) -> None:
    assert not is_personal_number(text)


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        FULL_WIDTH,
        "６２１４98320257",
        "6214 9832 0257",
        "6214-9832-0257",
        "6214－9832－0257",
        "６２１４ー９８３２ー０２５７",
        "6214\u30009832\u30000257",
        "6214‐9832−0257",
        "6214\u00a09832\u00a00257",
        f"私の番号は{NUMBER}です",
        f"No{NUMBER}",
        f"MN:{NUMBER}。",
        f"03-1234-5678 {NUMBER}",
        f"{NUMBER}\nと改行",
        f'"{NUMBER}"と引用',
        f"123456789012 {NUMBER}",
        f"1111 {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}",
    ],
)
def test_every_way_people_write_it(written: str) -> None:
    for raw in (record(written), json.dumps({"a": {"備考": written}}).encode()):
        assert scan_page(raw)
        masked, paths = guard_record(raw)
        assert paths in (["備考"], ["a.備考"])
        json.loads(masked)
        assert guard_record(masked) == (masked, [])


@pytest.mark.parametrize(
    "text",
    [
        "621498320258",
        "7000012050002",
        "6214983202570",
        "550e8400-e29b-41d4-a716-" + NUMBER,
        "a0W" + NUMBER + "AAA",
        "2025-" + NUMBER,
        "6214983202",
        "0123456789abcdef" + NUMBER + "abcdef",
        "6214-9832-025",
        "6214--9832--0257",
    ],
)
def test_what_is_none_stays_byte_for_byte(text: str) -> None:
    raw = record(text)
    assert guard_record(raw) == (raw, [])


def test_the_rest_of_a_record_stays_byte_for_byte() -> None:
    raw = (
        f'{{ "金額":1.10, "x" : 1e3,"a":"\\u65e5\\/\\ud800\t","備考":"番号 {NUMBER}、\\uff16 以上",'
        f'"x":null , "list":[ "{NUMBER}" ,{{"deep":"{FULL_WIDTH}"}}] }}'
    ).encode("utf-8", "surrogatepass")
    masked, paths = guard_record(raw)
    assert paths == ["備考", "list", "list.deep"]
    expected = raw.replace(NUMBER.encode(), b"*" * 12).replace(FULL_WIDTH.encode(), b"*" * 12)
    assert masked == expected


def test_escaped_digits_are_masked_one_for_one() -> None:
    raw = '{{"備考": "a\\n{}\\u3002"}}'.format("".join(f"\\uFF1{digit}" for digit in NUMBER))
    masked = '{"備考": "a\\n%s\\u3002"}' % ("*" * 12)
    assert guard_record(raw.encode()) == (masked.encode(), ["備考"])


@pytest.mark.parametrize(
    "field",
    [
        "個人番号",
        "代表者個人番号（任意）",
        "マイナンバー",
        "ﾏｲﾅﾝﾊﾞｰ",
        "my_number",
        "MyNumber",
        "MYNUMBER",
        "individualNumber",
        "individual_number",
        "kojin_bango",
    ],
)
@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("12", "**"),
        ("未提出", "未提出"),
        (120, 999),
        (-1.5, -9.9),
        (["1", {"v": "２"}], ["*", {"v": "*"}]),
        (None, None),
        (True, True),
    ],
)
def test_a_field_that_says_so_is_masked_whatever_it_holds(
    field: str, value: object, masked: object
) -> None:
    raw = record(value, field)
    assert scan_page(raw)
    got, paths = guard_record(raw, frozenset({field}))
    assert json.loads(got) == {"id": "a0W", field: masked}
    assert bool(paths) is (value != masked)


def test_a_field_that_says_so_is_never_taken_for_an_identifier() -> None:
    raw = b'{"individual_number": "%s"}' % NUMBER.encode()
    fields = frozenset({"individual_number"})
    assert scan_page(raw, fields)
    assert guard_record(raw, fields)[1] == ["individual_number"]


@pytest.mark.parametrize("declared", ["認定支援機関ID", "answers.認定支援機関ID"])
def test_a_declared_identifier_field_is_left_alone(declared: str) -> None:
    raw = json.dumps(
        {"answers": {"認定支援機関ID": NUMBER, "備考": "なし"}}, ensure_ascii=False
    ).encode()
    assert scan_page(raw)
    assert guard_record(raw)[1] == ["answers.認定支援機関ID"]
    fields = frozenset({declared})
    assert not scan_page(raw, fields)
    assert guard_record(raw, fields) == (raw, [])


def test_another_field_beside_a_declared_one_is_still_guarded() -> None:
    raw = record([{"agencyId": NUMBER, "memo": NUMBER}, {"agencyId": NUMBER}])
    fields = frozenset({"agencyId"})
    assert scan_page(raw, fields)
    assert guard_record(raw, fields)[1] == ["備考.memo"]


def test_a_number_as_a_key_does_not_get_into_the_path() -> None:
    masked, paths = guard_record(record({NUMBER: "x", "y": NUMBER}))
    assert NUMBER.encode() not in masked
    assert paths == ["備考." + "*" * 12, "備考.y"]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": "' + NUMBER.encode(),
        b"]}," + NUMBER.encode() + b'"x": "' + NUMBER.encode() + b'"}',
        b'{"a": "\xff\x83' + b" " + NUMBER.encode() + b'"}',
        b'{"a": "' + NUMBER.encode() + b"\\",
    ],
)
def test_broken_json_is_guarded_as_far_as_it_goes(raw: bytes) -> None:
    masked, paths = guard_record(raw)
    assert paths
    assert len(masked) == len(raw)
    assert b'"' + NUMBER.encode() not in masked.replace(b"\xff\x83 ", b'"')


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.text("0123456789０１９ -－ー\u3000_a", max_size=30)
    | st.sampled_from([NUMBER, FULL_WIDTH, "6214 9832 0257", "7000012050002", "a-1" + NUMBER]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=6) | st.just("my_number"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values, st.booleans(), st.sampled_from([None, 2]))
@example({"a": NUMBER + NUMBER, "b": NUMBER + " " + NUMBER}, False, None)
def test_guarding_is_safe_for_any_json(value: object, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps({"r": value}, ensure_ascii=ascii_only, indent=indent)
    raw = text.encode("utf-8", "surrogatepass")
    masked, paths = guard_record(raw)
    if paths:
        assert scan_page(raw), "the scan must never miss what the guard masks"
    else:
        assert masked is raw
    json.loads(masked.decode("utf-8", "surrogatepass"))
    assert guard_record(masked)[0] == masked
    unchanged = re.sub(rb"[*0-9]|\xef\xbc[\x90-\x99]|\\u(?:ff1|003)[0-9]", b"", raw)
    assert re.sub(rb"[*0-9]|\xef\xbc[\x90-\x99]|\\u(?:ff1|003)[0-9]", b"", masked) == unchanged


@pytest.mark.parametrize("start", ["<x><備考>", '"1","', "1,", "\x07", "  <!--"])
def test_what_is_no_json_is_guarded_as_one_text(start: str) -> None:
    raw = f"{start}番号 {NUMBER}、電話 03-1234-5678".encode() + b"\xff"
    masked, paths = guard_record(raw)
    assert masked == raw.replace(NUMBER.encode(), b"*" * 12)
    assert paths == ["#text"]
    assert guard_records([raw]) == {0: (masked, paths)}
    assert scan_page(raw)
    assert guard_record(start.encode() + b"1234")[1] == []


def test_a_text_that_names_the_number_loses_every_digit() -> None:
    assert guard_record("<個人番号>12</個人番号>".encode())[0] == "<個人番号>**</個人番号>".encode()


def test_many_records_at_once() -> None:
    clean, hit = record("x"), record(NUMBER)
    found = guard_records([clean, hit, clean, b"\xff" + hit, record("個人番号について")])
    assert list(found) == [1, 3]
    assert found[1] == guard_record(hit)
    assert guard_records([]) == {}


def test_text_for_messages() -> None:
    text = f"a {NUMBER} b 6214-9832-0257 c 7000012050002"
    assert mask_personal_numbers(text) == f"a {'*' * 12} b {'*' * 14} c 7000012050002"
