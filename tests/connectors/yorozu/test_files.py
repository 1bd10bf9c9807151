"""The advisers' files through their own connector: which are read, and in which order."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from base.errors import ReadError
from base.records import Page, Window
from connectors.checks import check_connector
from connectors.transports.files import RemoteFile
from connectors.yorozu.hooks import chain_of, dated
from tests.connectors.yorozu.karte import (
    FIRST,
    FOLDER,
    FULL,
    SECOND,
    THIRD,
    UNTIL,
    Site,
    deleted,
    karte,
    records,
    struck,
    told,
    whole,
)


def test_the_declaration_fits_its_contract() -> None:
    assert check_connector(FOLDER) == []


def test_the_full_file_comes_first_and_then_the_differences_day_by_day(site: Site) -> None:
    site.lay_out(SECOND, karte(2, 17), karte(4, 17))
    site.lay_out(FULL, karte(1), karte(2), karte(3))
    site.lay_out(FIRST, karte(2, 16), struck(3, 16))
    pages = site.pages()
    assert told(pages) == [(1, 10), (2, 10), (2, 16), (2, 17), (4, 17)]
    assert deleted(pages) == [3, 3]
    assert whole(pages) == {True}
    assert [bool(page.notes) for page in pages] == [False, False, True]
    assert site.pages() == [Page(whole=False)]


def test_older_full_files_and_the_differences_before_the_newest_are_not_read(site: Site) -> None:
    site.lay_out("karte_full_20261108.csv", karte(9))
    site.lay_out("karte_diff_20261115.csv", karte(8))
    site.lay_out(FULL, karte(1))
    assert told(site.pages()) == [(1, 10)]


def test_differences_alone_say_nothing_of_absent_keys(site: Site) -> None:
    site.lay_out(FULL, karte(1), karte(2))
    site.pages()
    site.lay_out(FIRST, karte(2, 16))
    pages = site.pages()
    assert told(pages) == [(2, 16)]
    assert whole(pages) == {False}


def test_a_day_that_comes_late_is_read_and_the_days_after_it_once_more(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    site.lay_out(SECOND, struck(7, 17), karte(5, 17))
    site.pages()
    site.lay_out(FIRST, karte(7, 16), karte(6, 16))
    site.lay_out(THIRD, karte(8, 18))
    pages = site.pages()
    assert told(pages) == [(6, 16), (5, 17), (8, 18)]
    assert deleted(pages) == [7, 7]
    assert site.pages() == [Page(whole=False)]


def test_a_day_that_comes_after_the_next_full_file_says_nothing_new(site: Site) -> None:
    site.lay_out("karte_full_20261108.csv", karte(1))
    site.pages()
    site.lay_out(FULL, karte(1), karte(2, 14))
    site.pages()
    site.lay_out("karte_diff_20261114.csv", karte(2, 14))
    assert site.pages() == [Page(whole=False)]


def test_what_is_struck_and_entered_again_lives(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    site.lay_out(FIRST, struck(1, 16))
    site.lay_out(SECOND, karte(1, 17))
    pages = site.pages()
    assert told(pages) == [(1, 10), (1, 17)]


def test_a_file_issued_anew_is_read_again_and_those_after_it(site: Site) -> None:
    for name, row in ((FULL, karte(1)), (FIRST, karte(2, 16)), (SECOND, karte(3, 17))):
        site.lay_out(name, row)
    site.pages()
    site.lay_out(FIRST, karte(2, 16, 相談内容="改めた"))
    assert told(site.pages()) == [(2, 16), (3, 17)]
    site.lay_out(FULL, karte(1), karte(4))
    pages = site.pages()
    assert told(pages) == [(1, 10), (4, 10), (2, 16), (3, 17)]
    assert whole(pages) == {True}


def test_files_of_days_after_the_window_are_left_for_another_run(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    site.lay_out("karte_diff_20261120.csv", karte(2, 19))
    site.lay_out("karte_diff_20261121.csv", karte(3, 20))
    site.lay_out("karte_full_20991231.csv", karte(4))
    assert told(site.pages()) == [(1, 10), (2, 19)]
    later = Window(UNTIL, UNTIL + timedelta(days=1))
    assert told(site.pages(window=later)) == [(3, 20)]


def test_a_record_of_the_future_keeps_its_file_from_counting_as_read(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    site.lay_out(FIRST, karte(2, 29))
    site.lay_out(SECOND, karte(3, 17))
    assert told(site.pages()) == [(1, 10), (2, 29), (3, 17)]
    assert set(site.notes) == {f"file:{FULL}", "full"}
    assert told(site.pages()) == [(2, 29), (3, 17)]
    december = Window(UNTIL, UNTIL + timedelta(days=14))
    assert told(site.pages(window=december)) == [(2, 29), (3, 17)]
    assert site.pages(window=december) == [Page(whole=False)]


def test_a_window_before_the_oldest_full_file_is_read_from_that_one(site: Site) -> None:
    site.lay_out(FIRST, karte(1, 16))
    site.lay_out("karte_full_20261122.csv", karte(1, 16), karte(2, 21))
    pages = site.pages()
    assert told(pages) == [(1, 16), (2, 21)]
    assert whole(pages) == {False}
    assert site.notes == {}
    years_ago = Window(UNTIL - timedelta(days=900), UNTIL - timedelta(days=800))
    assert site.pages(window=years_ago) == [Page(whole=False)]


def test_without_a_full_file_nothing_begins(site: Site) -> None:
    with pytest.raises(ReadError, match="no full file"):
        site.pages()
    site.lay_out(FIRST, karte(1))
    with pytest.raises(ReadError, match="no full file"):
        site.pages()
    assert site.notes == {}


def test_when_old_full_files_are_taken_away_the_differences_go_on(site: Site) -> None:
    site.lay_out(FULL, karte(1))
    site.pages()
    (site.folder / FULL).unlink()
    assert site.pages() == [Page(whole=False)]
    site.lay_out(FIRST, karte(2, 16))
    assert told(site.pages()) == [(2, 16)]


def test_names_that_mean_nothing_are_left_alone() -> None:
    names = [
        "karte_full_20261115.csv.part", "karte_full_20261315.csv", "karte_full_2026111.csv",
        "KARTE_FULL_20261115.CSV", "karte_diff_20261116 (1).csv", "karte_diff_20261116.csv",
    ]  # fmt: skip
    chain = chain_of(dated([RemoteFile(name) for name in names]), date(2026, 12, 1))
    assert [one.file.name for one in chain] == ["karte_diff_20261116.csv"]


@pytest.mark.parametrize("at", range(5))
def test_reading_resumes_behind_any_page(
    site: Site, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr("connectors.yorozu.hooks.BLOCK_BYTES", 1024)
    site.lay_out(FULL, *map(karte, range(1, 30)))
    site.lay_out(FIRST, *(karte(n, 16) for n in range(20, 50)), struck(3, 16))
    site.lay_out(SECOND, struck(25, 17))
    pages = site.pages(commit=False)
    assert len(pages) > 6
    rest = site.pages(commit=False, resume=pages[at].resume)
    assert records(rest) == records(pages[at + 1 :])
    assert deleted(rest) == deleted(pages[at + 1 :])
    assert rest[-1].notes == pages[-1].notes
    assert whole(pages) == {True}


def test_a_position_in_a_file_that_was_issued_anew_is_not_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.yorozu.hooks.BLOCK_BYTES", 1024)
    site.lay_out(FULL, *map(karte, range(1, 30)))
    pages = site.pages(commit=False)
    site.lay_out(FULL, *map(karte, range(1, 31)))
    assert len(records(site.pages(commit=False, resume=pages[1].resume))) == 30


def test_a_read_ends_where_enough_was_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.yorozu.hooks.BLOCK_BYTES", 1024)
    site.lay_out(FULL, *map(karte, range(1, 30)))
    pages = site.pages(limit=1)
    assert len(pages) == 1
    assert not site.notes


def test_a_local_file_is_read_in_the_systems_place(site: Site, tmp_path: Path) -> None:
    site.lay_out("somewhere.csv", karte(1), struck(2, 16))
    site.server.stop()
    pages = site.pages(file=tmp_path / "somewhere.csv")
    assert (told(pages), deleted(pages)) == ([(1, 10)], [2])
