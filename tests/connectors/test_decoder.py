"""What becomes of records that do and do not fit the contract."""

from __future__ import annotations

from typing import Any

import pytest

from base.errors import Stage
from base.records import ABSENT, ORDINAL, ROW, VALUE, DriftFinding
from connectors.decoder import Decoded, RecordDecoder
from connectors.schema import Resolver
from tests.connectors.helpers import case, plain_decoder, raw

DECODER = plain_decoder()
GOOD = raw(case(0, 名称="山田製作所", 人数=5))


def text(body: str) -> bytes:
    """A record with these further members, as JSON source text."""
    return f'{{"caseId":"C1","updatedAt":"2026-11-01T00:00:00Z",{body}}}'.encode()


def decode(*raws: bytes) -> Decoded:
    return DECODER.decode(raws)


def cell(decoded: Decoded, column: str, row: int = 0) -> Any:
    return decoded.frame.root[column][row]


def findings(decoded: Decoded) -> list[tuple[str, str, int]]:
    return [(f.path, f.kind, f.count) for f in decoded.drift]


def refusals(decoded: Decoded) -> list[tuple[int, str, str, str | None, str | None]]:
    assert all(r.stage is Stage.CONTRACT for r in decoded.refusals)
    return [(r.row, r.level, r.rule, r.field, r.value) for r in decoded.refusals]


def test_absent_null_and_empty_stay_apart() -> None:
    decoded = decode(text('"名称":""'), text('"名称":null'), raw(case(1)))
    assert decoded.frame.root["名称"].to_list() == ["", None, ABSENT]
    assert decoded.frame.root["人数"].to_list() == [ABSENT] * 3
    assert not decoded.refusals
    assert not decoded.drift


@pytest.mark.parametrize("number", ["0", "-0", "1.0", "1e3", "12345678901234567890123"])
def test_numbers_keep_their_source_text(number: str) -> None:
    decoded = decode(text(f'"人数":{number},"率":{number}'))
    assert cell(decoded, "人数") == cell(decoded, "率") == number
    assert not decoded.refusals


def test_booleans_are_words() -> None:
    decoded = decode(text('"同意":true'), text('"同意":false'), text('"同意":null'))
    assert decoded.frame.root["同意"].to_list() == ["true", "false", None]


def test_nested_objects_become_dotted_columns() -> None:
    decoded = decode(text('"住所":{"県":"大分県"}'), text('"住所":null'), GOOD)
    assert decoded.frame.root["住所.県"].to_list() == ["大分県", None, ABSENT]
    assert decoded.frame.root["住所.番地"].to_list() == [ABSENT, None, ABSENT]
    assert not decoded.drift


def test_lists_become_child_frames() -> None:
    decoded = decode(
        text('"役員":[{"氏名":"甲"},{"氏名":"乙","年":1970}],"屋号":["あ","い"]'),
        text('"役員":[]'),
        text('"役員":null'),
        text('"役員":[{"氏名":"丙"}]'),
    )
    officers = decoded.frame.children["役員"]
    assert officers.columns == [ROW, ORDINAL, "氏名", "年"]
    assert officers.rows() == [
        (0, 0, "甲", ABSENT), (0, 1, "乙", "1970"), (3, 0, "丙", ABSENT)
    ]  # fmt: skip
    assert decoded.frame.children["屋号"][VALUE].to_list() == ["あ", "い"]


def test_nothing_to_decode_gives_every_column() -> None:
    decoded = decode()
    assert set(decoded.frame.root.columns) == {ROW, *(leaf.path for leaf in DECODER.leaves)}
    assert set(decoded.frame.children) == {"役員", "屋号"}


def test_an_unknown_field_is_drift_and_the_record_loads() -> None:
    decoded = decode(
        GOOD, text('"新項目":"秘密","住所":{"郡":"某郡"},"役員":[{"氏名":"甲","歳":1}]')
    )
    assert findings(decoded) == [
        ("住所.郡", "added", 1), ("役員[].歳", "added", 1), ("新項目", "added", 1)
    ]  # fmt: skip
    assert decoded.frame.root[ROW].to_list() == [0, 1]
    assert "秘密" not in str(decoded.drift)


def test_a_lost_required_field_refuses_the_record() -> None:
    decoded = decode(GOOD, b'{"caseId":"C1"}', GOOD)
    assert refusals(decoded) == [(1, "record", "required", "updatedAt", None)]
    assert findings(decoded) == [("updatedAt", "removed", 1)]
    assert decoded.frame.root[ROW].to_list() == [0, 2]


def test_a_required_field_sent_as_null_refuses_the_record() -> None:
    decoded = decode(b'{"caseId":"C1","updatedAt":null}')
    assert refusals(decoded) == [(0, "record", "required", "updatedAt", None)]
    assert findings(decoded) == [("updatedAt", "null", 1)]


def test_a_null_the_contract_does_not_allow_is_drift_only() -> None:
    decoded = decode(text('"状態":null'))
    assert findings(decoded) == [("状態", "null", 1)]
    assert not decoded.refusals
    assert cell(decoded, "状態") is None


def test_a_field_that_no_record_of_a_batch_sends_is_drift() -> None:
    many = [raw({**case(0, 名称="名"), "caseId": f"C{i}"}) for i in range(20)]
    lost = {path for path, kind, _count in findings(decode(*many)) if kind == "removed"}
    assert {"人数", "住所", "役員"} <= lost
    assert not lost & {"名称", "caseId", "住所.県"}
    assert not findings(decode(*many[:19]))


@pytest.mark.parametrize(
    ("body", "field", "value", "detail"),
    [
        ('"名称":1.10', "名称", "1.10", "expected string or null, got number"),
        ('"名称":1e3', "名称", "1e3", "expected string or null, got number"),
        ('"名称":true', "名称", "true", "expected string or null, got boolean"),
        ('"人数":"5"', "人数", "5", "expected integer or null, got string"),
        ('"人数":5.5', "人数", "5.5", "expected integer or null, got number"),
        ('"率":"半分"', "率", "半分", "expected number or null, got string"),
        ('"同意":"有"', "同意", "有", "expected boolean or null, got string"),
        ('"同意":1', "同意", "1", "expected boolean or null, got integer"),
        ('"屋号":[3]', "屋号[]", "3", "expected string, got integer"),
        (
            '"役員":[{"氏名":"甲","年":"昭和"}]',
            "役員[].年",
            "昭和",
            "expected integer or null, got string",
        ),
    ],
)
def test_a_retyped_field_is_refused_with_its_source_text(
    body: str, field: str, value: str, detail: str
) -> None:
    decoded = decode(GOOD, text(body))
    assert refusals(decoded) == [(1, "field", "retyped", field, value)]
    assert decoded.drift == [DriftFinding(field, "retyped", detail)]
    assert decoded.frame.root[ROW].to_list() == [0, 1]
    if "[]" not in field:
        assert decoded.frame.root[field][1] is None


def test_a_refused_personal_value_is_masked() -> None:
    decoded = decode(text('"担当者":12345'))
    assert refusals(decoded) == [(0, "field", "retyped", "担当者", "99999")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('"名称":{"a":1}', "名称"),
        ('"人数":[1]', "人数"),
        ('"住所":"大分県"', "住所"),
        ('"役員":{"氏名":"甲"}', "役員"),
        ('"役員":["甲"]', "役員[]"),
    ],
)
def test_another_structure_refuses_the_record(body: str, field: str) -> None:
    decoded = decode(GOOD, text(body))
    assert refusals(decoded) == [(1, "record", "structure", field, None)]
    assert findings(decoded) == [(field, "retyped", 1)]
    assert decoded.frame.root.height == 1


def test_an_unknown_code_is_drift_and_left_to_the_mapping() -> None:
    decoded = decode(text('"状態":"保留"'), text('"状態":"受付"'))
    assert findings(decoded) == [("状態", "enum", 1)]
    assert decoded.frame.root["状態"].to_list() == ["保留", "受付"]
    assert "保留" not in str(decoded.drift)


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (text('"名称":"甲","名称":"乙"'), "duplicate_key"),
        (text('"住所":{"県":"甲","県":"乙"}'), "duplicate_key"),
        (text('"役員":[{"氏名":"甲","氏名" : "乙"}]'), "duplicate_key"),
        (text('"名称":"甲","名称"  :"乙"'), "duplicate_key"),
        (text('"名称":"甲","名称"\n:"乙"'), "duplicate_key"),
        (text('"名称":"甲","名称"\t:"乙"'), "duplicate_key"),
        (text('"名称":"\\ud800"'), "lone_surrogate"),
        (text('"名称":"\\udc00\\ud800"'), "lone_surrogate"),
        (text('"未知":["\\ud800"]'), "lone_surrogate"),
        (b'{"caseId":"C1","updatedAt":"x","\xe5\x90\x8d":"\x82\xa0"}', "encoding"),
        (text('"名称":"\x82\xa0"').replace("\x82\xa0".encode(), b"\x82\xa0"), "encoding"),
        (text('"率":NaN'), "malformed"),
        (text('"名称":"a\nb"'), "malformed"),
        (b'{"caseId":"C1"', "malformed"),
        (b"[1]", "structure"),
    ],
)
def test_a_record_that_cannot_be_trusted_is_refused_alone(bad: bytes, rule: str) -> None:
    decoded = decode(GOOD, bad, GOOD)
    assert [(r[0], r[1], r[2]) for r in refusals(decoded)] == [(1, "record", rule)]
    assert decoded.frame.root[ROW].to_list() == [0, 2]


def test_the_encoding_of_a_field_of_any_type_is_checked_too() -> None:
    anything: dict[str, Any] = {"type": "object", "properties": {"a": {}}}
    decoder = RecordDecoder(Resolver({}, "contract").record(anything))
    raws = [b'{"a":"\x82\xa0"}', b'{"a":1.10}']
    decoded = decoder.decode(raws)
    assert [(r.row, r.level, r.rule) for r in decoded.refusals] == [(0, "record", "encoding")]
    assert decoded.frame.root.rows() == [(1, "1.10")]


def test_a_misfit_hides_no_duplicate_key_of_another_record() -> None:
    twice = text('"名称":"甲","名称":"乙","名称":"丙"')
    decoded = decode(text('"新項目":1'), twice, text('"人数":"5"'), GOOD)
    assert [(r[0], r[1], r[2]) for r in refusals(decoded)] == [
        (1, "record", "duplicate_key"), (2, "field", "retyped")
    ]  # fmt: skip


def test_text_that_looks_like_keys_is_no_duplicate() -> None:
    decoded = decode(text('"名称":"{\\"a\\":1,\\"a\\":2}"'), text('"名称" : "甲"'))
    assert not decoded.refusals
    assert decoded.frame.root["名称"].to_list() == ['{"a":1,"a":2}', "甲"]


def test_nul_empties_its_field() -> None:
    decoded = decode(GOOD, text('"名称":"甲\\u0000乙","人数":5'))
    assert refusals(decoded) == [(1, "field", "nul", "名称", "甲␀乙")]
    assert decoded.frame.root["名称"].to_list() == ["山田製作所", None]
    assert cell(decoded, "人数", 1) == "5"


@pytest.mark.parametrize("spelling", ['"\\ufdd0"', '"\\uFdD0"', f'"{ABSENT}"'])
def test_a_text_cannot_pass_for_a_field_not_sent(spelling: str) -> None:
    decoded = decode(GOOD, text(f'"名称":{spelling}'))
    assert refusals(decoded) == [(1, "field", "noncharacter", "名称", "\ufffd")]
    assert cell(decoded, "名称", 1) is None


def test_paths_identifiers_and_version_come_from_the_contract() -> None:
    assert {"caseId", "住所.県", "役員[].氏名", "屋号[]"} <= set(DECODER.fields)
    assert DECODER.schema.identifiers == {"機関ID"}
    assert plain_decoder().contract_version == DECODER.contract_version
