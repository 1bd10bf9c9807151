"""What is wrong with the advisers' files, or with the way to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from base.errors import AuthenticationError, ContractError, ReadError, ServerFault
from base.records import Page
from mocks.faults import Fault
from tests.connectors.yorozu.karte import (
    FIRST,
    FULL,
    SECOND,
    Site,
    karte,
    records,
    refused,
    told,
    whole,
)

TRAP = "ソ表十能予申構貼暴―\\"
"""The last byte of each is 0x5C in CP932; only the last character is a backslash."""


def test_a_backslash_inside_a_character_is_none(site: Site) -> None:
    row = karte(1, 相談内容=f'{TRAP}"{TRAP},\r\n{TRAP}', メール=TRAP)
    site.lay_out(FULL, row, karte(2))
    found = records(site.pages())
    assert {name: found[0][name] for name in row} == row
    assert len(found) == 2


def test_characters_of_the_bases_own_and_half_width_kana_are_kept(site: Site) -> None:
    row = karte(1, 相談者役職="\ue000田\ue757商店", フリガナ="ｶﾌﾞｼｷｶﾞｲｼｬ", 相談者氏名="髙﨑 ①")
    site.lay_out(FULL, row)
    (found,) = records(site.pages())
    assert {name: found[name] for name in row} == row


def column_more(site: Site, row: dict[str, str]) -> bytes:
    return site.line(row) + b",one more\r\n"


def column_less(site: Site, row: dict[str, str]) -> bytes:
    return site.line(row).rpartition(b",")[0] + b"\r\n"


def quote_in_a_cell(site: Site, row: dict[str, str]) -> bytes:
    return site.line(row).replace(b",YZ13,", b',"YZ13"x,') + b"\r\n"


def no_character(site: Site, row: dict[str, str]) -> bytes:
    return site.line(row).replace(b",YZ13,", b",YZ13\x85\xff,") + b"\r\n"


@pytest.mark.parametrize(
    ("spoil", "rule", "named"),
    [
        (column_more, "columns", True),
        (column_less, "columns", True),
        (quote_in_a_cell, "unbalanced_quote", False),
        (no_character, "encoding", True),
    ],
)
def test_one_broken_row_is_refused_and_no_other(
    site: Site, spoil: Callable[[Site, dict[str, str]], bytes], rule: str, named: bool
) -> None:
    site.lay_out(FULL, karte(1), spoil(site, karte(2)), karte(3))
    pages = site.pages()
    assert told(pages) == [(1, 10), (3, 10)]
    ((found, key),) = refused(pages)
    assert found == rule
    assert (key == "YZ13-2026-0002") is named
    assert whole(pages) == {named}
    (one,) = (one for page in pages for one in page.refused)
    assert one.message.startswith(f"{FULL} line 3: ")
    assert site.pages() == [Page(whole=False)]


def test_a_quote_that_is_never_closed_costs_its_line(site: Site) -> None:
    opened = b'"' + site.line(karte(2)) + b"\r\n"
    site.lay_out(FULL, karte(1), opened, karte(3))
    pages = site.pages()
    assert told(pages) == [(1, 10), (3, 10)]
    assert [rule for rule, _ in refused(pages)] == ["unbalanced_quote"]
    assert whole(pages) == {False}


def test_a_nul_is_refused_in_its_field_alone(site: Site) -> None:
    site.lay_out(FULL, karte(1, 支援内容="途中\0まで"))
    raws = [raw for page in site.pages() for raw in page.raws]
    found = site.connector.decoder("consultations").decode(raws).refusals
    assert [(r.level, r.rule, r.field) for r in found] == [("field", "nul", "支援内容")]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_line_ends_may_be_others_or_mixed(site: Site, end: bytes) -> None:
    site.lay_out(FULL, site.line(karte(1)) + b"\r\n", karte(2), karte(3), end=end)
    assert told(site.pages()) == [(1, 10), (2, 10), (3, 10)]


def test_a_file_that_breaks_off_in_a_row_is_not_taken(site: Site) -> None:
    site.lay_out(FULL, karte(1), karte(2))
    body = (site.folder / FULL).read_bytes()
    for cut in (1, 2, 30):
        site.put(FULL, body[:-cut] if cut > 1 else body.rstrip(b"\r\n"))
        with pytest.raises(ReadError, match="breaks off"):
            site.pages()
    site.put(FULL, body)
    assert told(site.pages()) == [(1, 10), (2, 10)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "no row of column names"),
        (b"<html><body>maintenance</body></html>\r\n", "none of the contract's"),
        ("カルテ番号,カルテ番号\r\n".encode("cp932"), "twice"),
    ],
)
def test_what_is_no_such_file_stops_the_read(site: Site, body: bytes, message: str) -> None:
    site.put(FULL, body)
    with pytest.raises(ContractError, match=message):
        site.pages()


def test_a_broken_difference_file_does_not_take_what_came_before_it(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    site.pages()
    site.lay_out(FIRST, karte(2, 16))
    site.put(SECOND, "カルテ番号,".encode("cp932"))
    with pytest.raises(ReadError, match="breaks off"):
        site.pages()
    site.lay_out(SECOND, karte(3, 17))
    assert told(site.pages()) == [(2, 16), (3, 17)]


def test_utf_8_in_place_of_cp932_stops_the_read(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    body = (site.folder / FULL).read_bytes().decode("cp932").encode("utf-8-sig")
    site.put(FULL, body)
    with pytest.raises(ContractError):
        site.pages()


@pytest.mark.parametrize("kind", ["replaced", "reset", "truncated", "server_error", "refused"])
def test_what_happens_once_on_the_way_is_got_over(site: Site, kind: str) -> None:
    site.lay_out(FULL, *map(karte, range(1, 200)))
    site.box.add(Fault(kind, "yorozu"))
    assert len(records(site.pages())) == 199
    assert not site.box.waiting()


def test_a_file_replaced_again_and_again_is_an_error(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    site.box.add(Fault("replaced", "yorozu", count=None))
    with pytest.raises(ServerFault, match="was replaced"):
        site.pages()
    assert site.notes == {}


def test_another_host_key_stops_the_read(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    site.box.add(Fault("host_key_changed", "yorozu"))
    with pytest.raises(AuthenticationError, match="another host key") as caught:
        site.pages()
    assert caught.value.system == "yorozu"
    assert caught.value.stream == "consultations"


def test_a_row_without_a_key_is_refused_and_then_absent_keys_say_nothing(site: Site) -> None:
    site.lay_out(FULL, karte(1), karte(2) | {"カルテ番号": ""})
    pages = site.pages()
    assert [rule for rule, _ in refused(pages)] == ["key"]
    assert whole(pages) == {False}
