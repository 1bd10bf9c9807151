"""Businesses told by hand, and answers to a form that nothing is wrong with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from canonical.model.business import Business, Item, Origin, Said, Unit

DAY = date(2026, 11, 23)
NUMBER, OTHER_NUMBER = "7000012050002", "3000020141003"

IT_SUBSIDY: dict[str, Any] = {
    "法人/個人区分": "法人",
    "法人番号": NUMBER,
    "事業者名": "株式会社標本製作所",
    "事業者名フリガナ": "カブシキガイシャヒョウホンセイサクショ",
    "郵便番号": "380-0921",
    "都道府県": "長野県",
    "市区町村": "長野市",
    "番地・建物": "栗田1-2-3",
    "代表電話番号": "026-000-0000",
    "代表者役職": "代表取締役",
    "代表者氏名": "標本 太郎",
    "代表者フリガナ": "ヒョウホン タロウ",
    "代表者生年月日": "昭和45年4月1日",
    "担当者氏名": "標本 花子",
    "担当者フリガナ": "ヒョウホン ハナコ",
    "担当者電話番号": "026-000-0001",
    "担当者携帯番号（SMS）": "09000000000",
    "担当者メールアドレス": "hanako@example.jp",
    "設立年月日": "平成10年4月17日",
    "資本金": "10000000",
    "業種（大分類/中分類/コード）": {"大分類": "E", "中分類": "09"},
    "正規雇用従業員数": "20",
    "契約社員・パート数": "5",
    "決算月": "3",
    "事業内容": "食料品の製造",
    "経営課題": "人手が足りない",
    "直近決算売上高": "300000",
    "粗利益": "120000",
    "営業利益": "9000",
    "経常利益": "8500",
    "人件費": "90000",
    "減価償却費": "4000",
    "年間平均労働時間": "1900",
    "労働者数": "25",
    "労働生産性（直近）": "2526",
    "労働生産性（1-3年後）": ["2600", "2700", "2800"],
    "給与支給総額": "80000",
    "事業場内最低賃金": "1050",
    "申請枠・類型": "通常枠",
    "補助金申請額": "500000",
    "資金調達方法": [{"調達方法": "自己資金", "金額": "1000000"}],
    "SECURITY ACTION宣言ID": "40000000000",
    "gBizIDアカウント": "gbiz-000000001",
    "納税証明書": [{"ファイル名": "納税証明書その1.pdf"}],
    "データ利活用の同意": True,
}
"""All synthetic."""


def origin(
    system: str, stream: str, as_of: date | None, role: str = "self", key: str = "k1"
) -> Origin:
    """A word's origin."""
    return Origin(1, 1, system, stream, key, role, "procedure", as_of,
                  datetime(2026, 11, 1, tzinfo=UTC), "")  # fmt: skip


REGISTER = origin("corporate_number", "corporations", date(2020, 4, 1))
EARLIER = origin("it_subsidy", "applications", date(2026, 10, 1), "applicant", "IT-1")


def held(
    values: dict[str, Any], *units: tuple[str, Origin, dict[str, Any]], **more: Any
) -> Business:
    """A business of which each unit has one word."""
    told = tuple(Unit(name, (Said(by, row, holds=True, agrees=True),)) for name, by, row in units)
    every = values | {column: value for _, _, row in units for column, value in row.items()}
    return Business(1, 1, every, told, (), more.get("items", ()), (), beside=more.get("beside", ()))


def item(entity: str, by: Origin, **values: Any) -> Item:
    """A row of a list."""
    return Item(entity, "", by, values)
