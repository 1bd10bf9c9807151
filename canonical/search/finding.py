"""Finds entries: every word of the query, and every narrowing, has to fit."""

# ruff: noqa: S608 - only parameters' places are put into statements

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from canonical.access.quick import Quick, as_instant
from canonical.search.texts import grams, reduced, terms

EVERYWHERE = "全国"
REGIONS = {
    "北海道地方": ("北海道",),
    "東北地方": ("青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県"),
    "関東・甲信越地方": (
        "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "山梨県",
        "長野県",
    ),
    "東海・北陸地方": ("富山県", "石川県", "福井県", "岐阜県", "静岡県", "愛知県", "三重県"),
    "近畿地方": ("滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県"),
    "中国地方": ("鳥取県", "島根県", "岡山県", "広島県", "山口県"),
    "四国地方": ("徳島県", "香川県", "愛媛県", "高知県"),
    "九州・沖縄地方": (
        "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
    ),
}  # fmt: skip
"""The target areas that jGrants' public API names, and the prefectures of each."""


_RARE, _COMMON, _MOST_COUNTED = 100, 3000, 12


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for.

    Attributes:
        kind: `program`, `agency` or `vendor`.
        region: a prefecture or region, in words; what is for all of Japan fits each.
        open_at: only what is open at that instant.
    """

    kind: str
    text: str = ""
    region: str | None = None
    industry: str | None = None
    topic: str | None = None
    open_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that was found."""

    record_id: int
    record_key: str
    title: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    values: Mapping[str, Any]


def search(
    quick: Quick, wanted: Search, *, below: int | None = None, limit: int = 20
) -> tuple[list[Found], bool]:
    """Entries that fit, the last known first; and whether there are more.

    Args:
        below: only entries with a smaller record_id: the last one of the page before.
    """
    words = terms(wanted.text)
    where: list[str] = ["e.kind = ?"]
    given: list[Any] = [wanted.kind]
    source = "search_entry e"
    if pair := _rarest(quick, wanted.kind, words):
        source = "search_gram g JOIN search_entry e ON e.record_id = g.record_id"
        where += ["g.gram = ?", "g.kind = ?"]
        given += [pair, wanted.kind]
    where += ["e.text LIKE ? ESCAPE '!'" for _ in words]
    given += map(_within, words)
    _narrowed("areas", _places(wanted.region), where, given)
    _narrowed("industries", [wanted.industry] if wanted.industry else [], where, given)
    _narrowed("topics", [wanted.topic] if wanted.topic else [], where, given)
    if wanted.open_at is not None:
        moment = wanted.open_at.strftime("%Y-%m-%d %H:%M:%S.%f")
        where.append("(e.opens_at IS NULL OR e.opens_at <= ?)")
        where.append("(e.closes_at IS NULL OR e.closes_at > ?)")
        given += [moment, moment]
    ordered = "g.record_id" if "g.gram = ?" in where else "e.record_id"
    if below is not None:
        where.append(f"{ordered} < ?")
        given.append(below)
    rows = quick.rows(
        "SELECT e.record_id, e.record_key, e.title, e.opens_at, e.closes_at, e.data"
        f" FROM {source} WHERE {' AND '.join(where)} ORDER BY {ordered} DESC LIMIT ?",
        [*given, limit + 1],
    )
    return [_found(row) for row in rows[:limit]], len(rows) > limit


def _rarest(quick: Quick, kind: str, words: list[str]) -> str | None:
    """The pair of characters of the words that the fewest entries have: what has it is looked
    through, in the order of the pages. Nothing is counted beyond what makes a difference."""
    pairs = sorted({pair for word in words for pair in grams(word)})
    if len(pairs) < 2:
        return pairs[0] if pairs else None
    counted = (
        "SELECT count(*) AS number FROM"
        " (SELECT 1 FROM search_gram WHERE gram = ? AND kind = ? LIMIT ?) AS few"
    )
    found = {}
    for pair in pairs[:_MOST_COUNTED]:
        found[pair] = quick.rows(counted, (pair, kind, _COMMON))[0]["number"]
        if found[pair] < _RARE:
            break
    return min(found, key=lambda pair: found[pair])


def _narrowed(column: str, words: list[str], where: list[str], given: list[Any]) -> None:
    if words:
        where.append("(" + " OR ".join(f"e.{column} LIKE ? ESCAPE '!'" for _ in words) + ")")
        given += [_within(reduced(word)) for word in words]


def _places(region: str | None) -> list[str]:
    """Under what a place may stand: itself, the region that it is in, all of Japan."""
    if not region:
        return []
    around = [name for name, within in REGIONS.items() if region in within]
    return list(dict.fromkeys([region, *around, *REGIONS.get(region, ()), EVERYWHERE]))


def _within(text: str) -> str:
    escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def _found(row: Mapping[str, Any]) -> Found:
    return Found(
        row["record_id"],
        row["record_key"],
        row["title"],
        as_instant(row["opens_at"]),
        as_instant(row["closes_at"]),
        json.loads(row["data"]),
    )
