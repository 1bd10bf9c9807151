"""One record that cannot be read costs no other one; a changed interface shows as drift."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.records import Page, RefusedRecord
from connectors.connector import Connector
from connectors.decoder import Decoded
from connectors.transports import soapanswer
from connectors.transports.soapcut import cut
from connectors.transports.xmlrecords import DEEPEST
from tests.connectors.helpers import Reply, read_pages
from tests.connectors.soap_service import NAMESPACE, agency, page, serving_soap, soap_connector, xml

TAG = f"{{{NAMESPACE}}}agency"
MARK = "ここ"


def pages_of(reply: Reply) -> tuple[Connector, Page]:
    with serving_soap(lambda _number, _asked: reply) as service:
        connector = soap_connector(service.address)
        (only,) = read_pages(connector, "agencies")
    return connector, only


def decoded(*records: str) -> Decoded:
    connector, only = pages_of(page(*records))
    return connector.decoder("agencies").decode(only.raws)


def five_with(spoilt: bytes, number: int = 2) -> Reply:
    """Five records; in one of them these bytes stand in the name."""
    records = [agency(n, 名称=MARK) if n == number else agency(n) for n in range(5)]
    return xml(page(*records).data.replace(MARK.encode(), spoilt))


SPOILT = {
    "a byte that is no UTF-8": (b"\x93\xfa", "encoding"),
    "a control character": (b"a\x08b", "malformed"),
    "a reference to one": (b"&#8;", "malformed"),
    "a lone ampersand": (b"A&B", "malformed"),
    "an unknown entity": (b"&nbsp;", "malformed"),
    "an element left open": (b"<b>", "malformed"),
    "an undeclared prefix": (b"<q:b/>", "malformed"),
    "a huge text": (b"x" * 10_100_000, "text_too_long"),
    "a long text": (b"x" * 5_000_000, "too_large"),
    "elements nested deeply": (b"<b>" * (DEEPEST + 9) + b"</b>" * (DEEPEST + 9), "structure"),
    "elements nested very deeply": (b"<b>" * 500 + b"</b>" * 500, "too_deep"),
}


@pytest.mark.parametrize(("spoilt", "rule"), SPOILT.values(), ids=SPOILT.keys())
def test_a_broken_record_is_refused_and_the_others_are_read(spoilt: bytes, rule: str) -> None:
    _, only = pages_of(five_with(spoilt))
    assert only.keys == [f"10000000{n:04}" for n in (0, 1, 3, 4)]
    (refused,) = only.refused
    assert (refused.key, refused.rule) == ("100000000002", rule)
    assert spoilt[:30] in refused.raw or rule == "structure"
    assert "ここ" not in refused.message


def test_a_large_answer_is_read_like_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records are emptied one by one; an element of their name inside one is no record."""
    inner = agency(3, 経済産業局備考="<agency><名称>x</名称></agency>")
    reply = page(*(agency(n) for n in range(3)), inner, agency(4, 新項目="x"))
    _, small = pages_of(reply)
    monkeypatch.setattr(soapanswer, "WHOLE", 0)
    _, large = pages_of(reply)
    assert large.keys == small.keys == [f"10000000{n:04}" for n in range(5)]
    assert large.raws == small.raws


def test_a_broken_record_without_its_key_has_one_of_its_bytes() -> None:
    records = [agency(0), f"<agency><名称>{MARK}</名称></agency>", agency(2)]
    reply = xml(page(*records).data.replace(MARK.encode(), b"\x01"))
    _, only = pages_of(reply)
    assert len(only.keys) == 2
    assert re.fullmatch("sha256:[0-9a-f]{16}", only.refused[0].key)


def test_a_record_without_its_key_is_refused_by_its_rule() -> None:
    connector, only = pages_of(page(agency(0), "<agency><名称>x</名称></agency>"))
    assert [one.rule for one in only.refused] == ["key"]
    assert only.keys == ["100000000000"]
    assert connector.decoder("agencies").decode(only.raws).refusals == []


def test_what_came_later_into_the_interface_shows_as_drift() -> None:
    found = decoded(agency(0, 新項目="x"), agency(1, 新項目="y", 状態="休止"))
    kinds = {(one.path, one.kind, one.count) for one in found.drift}
    assert {("新項目", "added", 2), ("状態", "enum", 1)} <= kinds


def test_an_element_that_went_shows_as_drift() -> None:
    gone = re.sub("<管轄経済産業局>.*?</管轄経済産業局>", "", agency(0))
    assert ("管轄経済産業局", "removed") in {(o.path, o.kind) for o in decoded(gone).drift}


def test_an_element_that_became_a_structure_shows_as_drift() -> None:
    found = decoded(agency(0), agency(1, 住所="<市>千代田区</市>"))
    assert ("住所", "retyped") in {(one.path, one.kind) for one in found.drift}
    assert {one.field for one in found.refusals} <= {"住所"}


def test_null_where_the_contract_has_none_shows_as_drift() -> None:
    null = agency(0).replace("<住所>東京都千代田区霞が関1-3-1</住所>", '<住所 xsi:nil="true"/>')
    assert ("住所", "null") in {(one.path, one.kind) for one in decoded(null).drift}


def test_an_element_that_stands_twice_is_not_lost() -> None:
    found = decoded(agency(0).replace("</agency>", "<住所>大阪府</住所></agency>"))
    assert "住所" in {one.path for one in found.drift}


texts = st.binary(max_size=24).map(lambda data: data.replace(b"\r", b""))


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, min_size=1, max_size=6))
def test_cutting_loses_no_record_whatever_stands_in_it(inner: list[bytes]) -> None:
    """Each record is either read or refused, in order; the rest around them stays readable."""
    body = b"".join(
        b"<agency><n>%d</n><t>%s</t></agency>"
        % (number, b64encode(text) + text.replace(b"<", b"&"))
        for number, text in enumerate(inner)
    )
    pieces = cut(f'<r xmlns="{NAMESPACE}">'.encode() + body + b"</r>", TAG, "n")
    assert pieces is not None
    assert len(pieces.records) == len(inner)
    for number, one in enumerate(pieces.records):
        if isinstance(one, RefusedRecord):
            assert b"<n>%d</n>" % number in one.raw
        else:
            assert one.findtext(f"{{{NAMESPACE}}}n") == str(number)
    assert len(pieces.rest) == 0


@pytest.mark.parametrize("tag", [b"<agency>", b"<agency x='", b"</agency>", b"<n:agency>"])
def test_elements_that_never_end_are_passed_over_once(tag: bytes) -> None:
    """Looking for the end of each one anew would take hours."""
    assert cut(b"<r>" + tag * 300_000 + b"</r>", "agency", "n") is None


def test_a_record_that_never_ends_does_not_hide_the_others() -> None:
    text = b'<r xmlns:a="urn:a"><a:agency><agency><n>1</n></agency><agency/></r>'
    assert cut(text, "agency", "n") is None, "what is left is not well-formed"
    pieces = cut(text.replace(b"<a:agency>", b""), "agency", "n")
    assert pieces is not None
    assert len(pieces.records) == 2


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<r><agency></r>",
        b"<r>&x;<agency/></r>",
        b"<agency/>",
        b"<!DOCTYPE r><r><agency/></r>",
        b"<r>no record</r>",
    ],
)
def test_what_cannot_be_cut_is_said(text: bytes) -> None:
    assert cut(text, "agency", "n") is None
