"""Proposals, and above all what is never taken without asking."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.forms import load_forms
from mappings.forms.suggesting import (
    AskedField,
    Knowledge,
    Suggested,
    Verdict,
    knowledge,
    suggest,
)
from mappings.forms.suggesting.asked import safe_samples
from mocks.world.numbers import corporate_number

F = AskedField
OWN = "申請者情報"
NUMBERS = tuple(corporate_number(n) for n in range(5))


@cache
def known() -> Knowledge:
    return knowledge(load_forms())


def only(asked: AskedField) -> Suggested:
    (found,) = suggest([asked], known())
    return found


def best(found: Suggested) -> str | None:
    return found.ranked[0] if found.ranked else None


@pytest.mark.parametrize(
    ("asked", "concept"),
    [
        (F("法人番号", OWN), "corporate_number"),
        (F("会社名", OWN), "party_name"),
        (F("本社所在地", OWN), "registered_address"),
        (F("氏名", "代表者"), "representative_name"),
        (F("フリガナ", "連絡担当者"), "contact_kana"),
        (F("常時雇用する従業員数", OWN, unit="人"), "employees_regular"),
        (F("売上総利益", "決算情報", unit="千円"), "gross_profit"),
        (F("", name="corporate_number"), "corporate_number"),
        (F("", "applicant", "capital"), "capital"),
    ],
)
def test_what_is_clear_is_taken(asked: AskedField, concept: str) -> None:
    found = only(asked)
    assert (best(found), found.verdict) == (concept, Verdict.TAKE), found.unclear
    assert found.proposals[0].why


CHANGED = """\
親会社の資本金|連結売上高|グループ全体の従業員数|旧商号|変更前の商号|変更後の本店所在地|計画売上高|来期売上高
売上高（前期）|1店舗当たり売上高|補助事業の売上高|輸出売上高|資本金の増加額|出資先の名称|紹介者氏名
代表者の配偶者氏名|前代表者氏名|新代表者氏名|共同代表者氏名|従業員氏名|設立予定日|法人番号（親会社）
法人番号（連携先）|委託先の法人番号|納税証明書（地方税）|本店移転年月日|代表者就任年月日|工場の郵便番号
支店所在地|登記予定地|請求先住所|経理担当電話番号|資本金（親会社）|商号（変更後）|代表者氏名（後継者）
売上高（見込）|売上高（補助事業分）|営業利益（連結）|営業利益率|従業員数（グループ全体）|設立年月日（親会社）
主たる業種（親会社）|決算月（変更後）|役員一覧（変更後）|事業内容（新事業）|担当者氏名（税理士）|電話番号（緊急）
外注先名称|購入先企業名|会社名（納入業者）|会社名（旧）|1人当たり給与支給総額|給与支給総額の増加率
地域別最低賃金|付加価値額（1人当たり）|納税証明書の有無|決算書の有無|後継者の氏名|相続人氏名|店舗のURL
法人番号指定年月日|本店所在地と実施場所が異なる理由|資本金の変更の有無|口座名義人氏名|海外売上高|投資額
対象会社の商号|買い手の資本金|被災事業所の所在地|代理人の氏名|労働生産性|従業員数""".replace(
    "\n", "|"
)


@pytest.mark.parametrize("label", CHANGED.split("|"))
@pytest.mark.parametrize("section", ["", OWN])
def test_a_word_that_changes_the_meaning_is_asked_about(label: str, section: str) -> None:
    found = only(F(label, section))
    assert found.verdict is not Verdict.TAKE, best(found)


OF_A_BUSINESS = """\
名称|商号又は名称|フリガナ|法人番号|郵便番号|所在地|本店所在地|電話番号|代表者氏名|代表者役職|担当者氏名|担当者電話番号
資本金|常時使用する従業員の数|売上高|営業利益|設立年月日|主たる業種|決算月|URL|役員一覧|株主一覧|事業内容|決算書
履歴事項全部証明書|正社員数|純資産""".replace("\n", "|")
HEADINGS = """\
連携先|親会社|共同申請者|譲受人|対象会社|買い手企業|委託先|取引先|支援機関|金融機関|計画1年目|事業計画（5年後）|前期
変更後|補助事業|新事業|グループ会社|連結|後継者|実施場所|納入業者|被災事業所|フランチャイズ本部|代表企業|貸付先|保証人
リース会社|元請企業|みなし同一法人|会社分割の承継会社|代行申請者|申請者情報 / 連携先""".replace(
    "\n", "|"
)


@pytest.mark.parametrize("heading", HEADINGS.split("|"))
def test_nothing_is_taken_under_a_heading_that_may_change_it(heading: str) -> None:
    found = suggest([F(label, heading) for label in OF_A_BUSINESS.split("|")], known())
    assert [each.field.label for each in found if each.verdict is Verdict.TAKE] == []


@pytest.mark.parametrize(
    "first",
    ["連携先名称", "委託先の名称", "譲受人の氏名", "金融機関名", "リース会社名", "購入先の会社名",
     "親会社名", "紹介元の企業名", "フランチャイズ本部名", "納入業者名", "親会社の法人番号"],
)  # fmt: skip
@pytest.mark.parametrize("section", ["", OWN])
def test_nothing_is_taken_after_the_name_of_another_party(first: str, section: str) -> None:
    labels = [
        "法人番号",
        "会社名",
        "所在地",
        "電話番号",
        "資本金",
        "設立年月日",
        "主たる業種",
        "代表者氏名",
    ]
    found = suggest([F(label, section) for label in (first, *labels)], known())
    assert [each.field.label for each in found if each.verdict is Verdict.TAKE] == []


def test_the_applicants_own_word_ends_another_partys_run() -> None:
    found = suggest([F("金融機関名"), F("申請者の資本金"), F("申請者の法人番号")], known())
    assert [each.verdict for each in found[1:]] == [Verdict.TAKE, Verdict.TAKE]


@pytest.mark.parametrize(
    "label",
    [
        "データ利活用に同意する",
        "反社会的勢力でないことの誓約",
        "みなし大企業に該当しません",
        "公表の可否",
        "賃上げの表明",
        "記載内容に相違ありません",
        "個人情報の取扱いについて承諾しました",
        "SECURITY ACTIONの宣誓",
        "課税所得が15億円を超えない",
    ],
)
def test_a_declaration_is_new_in_every_form(label: str) -> None:
    found = only(F(label, "確認事項", type="checkbox"))
    assert (found.verdict, found.proposals) == (Verdict.DECLARATION, ())


@pytest.mark.parametrize(
    "label", ["SECURITY ACTION宣言ID", "同意書の提出日", "同意した担当者の氏名", "宣言番号"]
)
def test_a_number_a_day_or_a_name_is_no_declaration(label: str) -> None:
    assert only(F(label)).verdict is not Verdict.DECLARATION


def test_sheet_b_is_never_taken() -> None:
    for label in ("申請枠・類型", "補助金交付申請額", "経費明細表", "満足度", "希望価格"):
        found = only(F(label))
        assert found.verdict is Verdict.ASK
        assert "what belongs to one filing is its own" in found.unclear


@pytest.mark.parametrize("label", ["宇宙旅行の経験", "好きな色", "機種依存文字", "ABC", "", "！？"])
def test_nothing_fits(label: str) -> None:
    assert only(F(label)).verdict is Verdict.NEW


def test_neighbours_tell_whose_it_is() -> None:
    labels = [
        "商号又は名称",
        "フリガナ",
        "代表者氏名",
        "フリガナ",
        "生年月日",
        "担当者氏名",
        "フリガナ",
    ]
    found = suggest([F(label) for label in labels], known())
    assert [best(each) for each in found] == [
        "party_name", "party_name_kana", "representative_name", "representative_kana",
        "representative_birth_on", "contact_name", "contact_kana",
    ]  # fmt: skip


def test_a_figure_that_is_asked_of_several_years_is_not_sure() -> None:
    found = suggest([F("売上高"), F("売上高（計画1年目）")], known())
    assert found[0].verdict is Verdict.ASK
    assert best(suggest([F("売上高")], known())[0]) == "sales"
    assert only(F("売上高")).verdict is Verdict.TAKE


def test_unit_and_length_speak_against() -> None:
    assert only(F("資本金", OWN, unit="人")).verdict is Verdict.NEW
    assert only(F("法人番号", OWN, max_length=12)).verdict is not Verdict.TAKE
    few = F("主たる業種", OWN, choices=("製造業その他", "卸売業", "小売業"))
    assert only(few).verdict is not Verdict.TAKE


def test_a_description_can_change_the_meaning() -> None:
    found = only(F("資本金", OWN, description="親会社の資本金を記入"))
    assert found.verdict is Verdict.ASK
    assert "親会社" in found.unclear[-1]
    assert only(F("資本金", OWN, description="円単位で記入")).verdict is Verdict.TAKE


def test_samples_tell_by_their_check_digit() -> None:
    found = only(F("管理コード", samples=NUMBERS))
    assert best(found) == "corporate_number"
    assert "samples look like corporate_number" in found.proposals[0].why
    assert found.verdict is Verdict.ASK


def test_samples_speak_against_a_label() -> None:
    found = only(F("電話番号", OWN, samples=("a@example.jp", "b@example.jp")))
    assert found.verdict is not Verdict.TAKE
    dates = ("昭和63年4月1日", "2001-02-03")
    assert only(F("設立年月日", OWN, samples=dates)).verdict is Verdict.TAKE


def test_samples_are_never_told() -> None:
    found = only(F("秘密欄", samples=NUMBERS))
    assert not any(number in repr(found) for number in NUMBERS)


def test_a_personal_number_is_no_sample() -> None:
    synthetic = "123456789018"
    assert safe_samples([synthetic, "１２３４-５６７８-９０１８", "資本", None, 3]) == ("資本", "3")


def test_at_most_five_are_shown_the_best_first() -> None:
    for label in ("名称", "利益", "所在地", "労働生産性", "氏名"):
        scores = [each.score for each in only(F(label)).proposals]
        assert scores == sorted(scores, reverse=True)
        assert 0 < len(scores) <= 5


LABELS = st.sampled_from([*OF_A_BUSINESS.split("|"), *CHANGED.split("|"), "同意する", "x"])


@settings(max_examples=40, deadline=None)
@given(st.lists(LABELS | st.text(max_size=12), max_size=8), st.sampled_from(["", OWN, "代表者"]))
def test_any_form_is_answered_field_by_field(labels: list[str], section: str) -> None:
    fields = [F(label, section) for label in labels]
    found = suggest(fields, known())
    assert [each.field for each in found] == fields
    assert all(0 <= one.score <= 1 for each in found for one in each.proposals)
    for each in found:
        assert (each.verdict is Verdict.ASK) == bool(each.unclear)
        if each.verdict is Verdict.TAKE:
            assert each.proposals[0].concept.reusable


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(OF_A_BUSINESS.split("|")), st.sampled_from(HEADINGS.split("|")))
def test_a_heading_never_makes_a_field_surer(label: str, heading: str) -> None:
    asked = F(label)
    if only(replace(asked, section=heading)).verdict is Verdict.TAKE:
        assert only(asked).verdict is Verdict.TAKE
