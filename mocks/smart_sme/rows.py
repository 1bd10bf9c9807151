"""The rows of the two lists, as the register writes them; each states the truth beside it."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from mocks.smart_sme.flaws import (
    COLUMNS,
    COMMA_SHARE,
    PRIVATE,
    PRIVATE_SHARE,
    Row,
    spoil,
)
from mocks.smart_sme.vendors import Vendor, ends
from mocks.world import World, spelling
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.truth import RecordKey

GAIJI = "\ue000"
"""F040 in CP932, the first of the characters that each sender draws for itself."""

KINDS = (
    ("表計算ソフト連携", "製造業／生産管理"),
    ("予約管理", "宿泊業／予約・顧客管理"),
    ("受発注管理", "卸売業／受発注"),
    ("勤怠・給与申請", "共通／人事労務"),
    ("十進会計", "共通／財務会計"),
    ("性能監視ソリューション", "情報通信業／運用"),
    ("ポイント顧客管理", "小売業／顧客管理"),
)
"""Names and classes of tools; in CP932 many of these characters end in 0x5C, a backslash."""

DELIVERY = ("クラウド（SaaS）", "パッケージ", "オンプレミス", "")
SECURITY = (
    "通信の暗号化、二要素認証",
    '操作記録の保存（1年間）\n"ISMS"認証取得',
    "自社の規程による",
    "",
)


def vendor_row(world: World, vendor: Vendor, term: date) -> Row:
    """A supporter's row of vendors.csv on a day of the term that began on `term`."""
    business = world.businesses[vendor.business].as_of(vendor.known_until)
    rng = dice(world.seed, "smart_sme row", vendor.number, vendor.known_until.isoformat())
    row = {"認定番号": vendor.number} | _business(business, rng) | _profile(business, rng)
    row |= {
        "認定日": spelling.day(rng, term),
        "更新期限": ends(term).isoformat(),
        "情報更新日": vendor.known_until.isoformat(),
    }
    flaws = spoil(row, vendor.flaws, business)
    asked = frozenset(name for name, text in row.items() if text)
    world.truth.state(_key("vendors", vendor.number), vendor.business, flaws, asked)
    return row


def _business(business: Business, rng: Random) -> Row:
    number, founded = business.corporate_number, business.established_on
    return {
        "法人/個人区分": "法人" if number else rng.choice(("個人", "個人", "")),
        "法人番号": spelling.number13(rng, number) if number else "",
        "事業者名": spelling.legal_name(rng, business.name)
        if business.name
        else spelling.person_name(rng, business.representative.name),
        "フリガナ": spelling.kana(rng, business.display_kana),
        "代表者氏名": spelling.person_name(rng, business.representative.name),
        "郵便番号": spelling.postal_code(rng, business.address.place.postal_code),
        "所在地": spelling.address(rng, business.address),
        "電話番号": spelling.phone(rng, business.phone),
        "担当者氏名": spelling.person_name(rng, business.contact.name),
        "担当者メール": spelling.email(rng, business.email),
        "URL": business.url or "",
        "設立年月日": spelling.day(rng, founded) if founded else "",
        "資本金": spelling.money(rng, business.capital_jpy) if business.capital_jpy else "",
        "従業員数": rng.choice((str, spelling.wide, "{}名".format))(str(business.employees)),
    }


def _profile(business: Business, rng: Random) -> Row:
    areas = dict.fromkeys([business.address.place.prefecture, rng.choice(("東京都", "大阪府"))])
    done = rng.randrange(1, 90)
    return {
        "支援可能地域": "、".join(areas) if rng.random() < 0.7 else "全国",
        "導入実績": f"{business.industry.name}を中心に{done}社\r\n（うち製造業、{done // 2}社）",
    }


def tools_of(world: World, vendor: Vendor) -> list[tuple[Row, bool]]:
    """The rows of a supporter's tools, and whether one's cells are put in quotes as they must be.

    A row that is not has a comma, and thereby a column, too many.
    """
    made = []
    for index in range(dice(world.seed, "smart_sme tools", vendor.number).randrange(1, 5)):
        rng = dice(world.seed, "smart_sme tool", vendor.number, index)
        row = _tool(vendor, index, rng)
        roll = rng.random()
        flaws = (COLUMNS,) if roll < COMMA_SHARE else ()
        if not flaws and roll < COMMA_SHARE + PRIVATE_SHARE:
            row["ITツール名"] += GAIJI
            flaws = (PRIVATE,)
        key = _key("tools", row["ITツール番号"])
        world.truth.state(key, vendor.business, flaws, frozenset())
        if COLUMNS in flaws:
            row |= {"料金": "月額12,000円", "セキュリティ対策": "自社の規程による"}
        made.append((row, COLUMNS not in flaws))
    return made


def _tool(vendor: Vendor, index: int, rng: Random) -> Row:
    name, kind = rng.choice(KINDS)
    price = rng.randrange(1, 60) * 500
    return {
        "ITツール番号": f"TL-{vendor.number[-6:]}-{index + 1:02d}",
        "認定番号": vendor.number,
        "ITツール名": f"{name}{rng.choice(('クラウド', '㈱ＰＲＯ', 'Ⅱ', 'ソ表'))}",
        "ITツール分類（業種/業務）": kind,
        "提供形態（クラウド等）": rng.choice(DELIVERY),
        "料金": rng.choice((f"月額{price:,}円～", f"初期費用{price}円、月額応相談", "")),
        "セキュリティ対策": rng.choice(SECURITY),
        "データ連携API有無": rng.choice(("有", "無", "")),
        "情報更新日": (vendor.terms[0] + timedelta(days=rng.randrange(30))).isoformat(),
    }


def forget(world: World, stream: str, key: str) -> None:
    """The record has left its list."""
    world.truth.forget(_key(stream, key))


def _key(stream: str, key: str) -> RecordKey:
    return RecordKey("smart_sme", stream, key)
