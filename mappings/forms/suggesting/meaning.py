"""What a label says: of what kind the answer is, whose, of which place and year, and the rest.

Words that change the meaning (常時使用, 税込, 計画, 連携先 …) are *facets* and are compared one by
one; only what is left, the *core*, is compared by its spelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from mappings.forms.suggesting.words import parts, same_words, tokens

Facets = dict[str, frozenset[str]]

NAMES = frozenset({"person_name", "org_name", "name"})
PERSONAL = NAMES | {"kana", "title", "birth", "age", "sex", "mobile", "department"}
REACHED = frozenset({"phone", "fax", "email", "mobile", "url"})
PLACES = frozenset({"address", "postal", "prefecture", "city", "street", "region"})
NUMBERED = frozenset({"corporate_number", "registry_number", "invoice_number"})
ATTRIBUTES = PERSONAL | REACHED | PLACES | NUMBERED | {"trade_name"}
"""Heads that say something of a person, an organisation or a place, whichever it is."""

_ORDER = ("kana", "department", "street", "region", "city", "prefecture", "postal", "mobile", "fax",
          "email", "url", "phone", "title", "birth", "age", "sex", "invoice_number",
          "registry_number", "corporate_number", "trade_name", "org_name", "person_name", "name",
          "address")  # fmt: skip
_OF_NUMBERS = frozenset(
    {"year", "period", "tax", "formula", "scope", "employees", "state", "taxed"}
)
_PEOPLE = frozenset({"representative", "contact", "client", "successor", "guarantor", "officer",
                     "person_in_charge", "agent"})  # fmt: skip

_NUMBER = re.compile(
    r"売上|利益|損益|付加価値|給与|賃金|労働生産性|減価償却|人件費|労務費|従業員|社員|従業者|労働者"
    r"|(?:額|高|費|資産|負債|資本金|借入金|単価|価格|料金|収入|所得|年商|数|率|割合|比率|時間|金)$"
)
_PROSE = re.compile(
    r"(?:理由|内容|状況|成果|方法|概要|書|一覧|名簿|有無|可否|意向|効果|に関する事項|事項)$"
)
_KINDS = (
    ("flag", r"(?:有無|可否|要否|該当|当否)$"),
    ("document", r"(?:証明書|謄本|写し|決算書|書類|定款|計算書|申告書|財務諸表|許可証|通知書)$"),
    ("list", r"(?:一覧|一覧表|名簿|明細|明細表|内訳|リスト|一覧情報)$"),
    ("id", r"(?:番号|id|コード|no|記号|符号|アカウント)$"),
    ("date", r"(?:年月日|年月|日|日付|時期|期間|期日|期限|日時|年|開始月|終了月)$"),
    ("rate", r"(?:率|割合|比率|伸び)$"),
    ("count", r"(?:数|人数|件数|従業員|社員|労働者)$"),
    ("money", r"(?:額|高|金|費|費用|利益|損益|資産|負債|賃金|売上|単価|価格|料金|収入|所得|年商"
              r"|粗利|生産性)$"),
    ("choice", r"(?:区分|種別|種類|分類|類型|別|枠|形態|ステータス|状態)$"),
    ("text", r"(?:内容|概要|理由|課題|強み|目的|効果|状況|展望|事項|背景|方針|成果|意向)$"),
)  # fmt: skip
_LITTLE = re.compile(
    r"[のをにがは・/／、,&＆]|及び|および|又は|または|もしくは|若しくは|など|等|における|に関する|に係る|について"
)
_FORMAT = re.compile(
    r"^(?:[0-9tT+]*桁|最大.*|.*(?:字|文字)(?:以内|以下)?|百万円|千円|万円|億円|円|人|名|歳|才|%|年|月"
    r"|月期|時間|sms|必須|任意|半角.*|全角.*|西暦|和暦|元号|ハイフン.*|.*記載不要|.*と記載"
    r"|非公開|公開|代表|別紙|直近|該当者のみ|姓|せい|めい|セイ|メイ|共通|申請時点)$"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meaning:
    """A label taken apart.

    `rest` is what stands in brackets and nothing explains: it may change the meaning.
    """

    bare: str
    head: str | None
    core: str
    kind: str | None
    facets: Facets = field(default_factory=dict, hash=False)
    rest: tuple[str, ...] = ()

    @property
    def attribute(self) -> bool:
        """Whether it is an attribute of whoever or whatever is meant."""
        return self.head in ATTRIBUTES

    @property
    def whose(self) -> frozenset[str]:
        """Whose it is, as far as the label says; empty where it says nothing."""
        return self.facets.get("whose", frozenset())

    def with_facets(self, more: Facets) -> Meaning:
        """The meaning with facets that stand elsewhere, its own first."""
        return replace(self, facets={**more, **self.facets})


@cache
def meaning(label: str) -> Meaning:
    """Take a label apart; pure spelling, nothing is looked up in the concepts."""
    base, asides = parts(label)
    found = list(tokens(base))
    heads = {value for facet, value, _ in found if facet == "head"}
    rest: list[str] = []
    if "trade_name" in heads and heads & NAMES:  # the one or the other, as the applicant has it
        heads.discard("trade_name")
        rest += [word for _, value, word in found if value == "trade_name"]
        found = [one for one in found if one[1] != "trade_name"]
    for aside in filter(lambda text: not _FORMAT.match(text), asides):
        told = list(tokens(aside))
        names = _regional({value for facet, value, _ in told if facet == "head"})
        if not _explains(told, names, base, heads):
            rest.append(aside)
        elif names <= {"kana", "region"}:
            heads |= names
            found += [(facet, value, "") for facet, value, _ in told if facet != "head"]
    return _made(base, found, _regional(heads), tuple(rest))


def _explains(
    told: list[tuple[str, str, str]], names: set[str], base: str, heads: set[str]
) -> bool:
    """Whether all that stands in brackets says something of this label that is understood."""
    if _clean("".join(word for facet, _, word in told if not facet)) or len(names) > 1:
        return False
    if not names <= {"kana", "region"} | heads | _same_heads(heads):
        return False
    head = _head(heads | names)
    return all(
        facet == "head" or value == "self" or _applies(facet, value, head, _numeric(head, base))
        for facet, value, _ in told
    )


def _regional(heads: set[str]) -> set[str]:
    """An address no finer than the municipality, in one field."""
    if {"prefecture", "city"} <= heads and not heads & {"street", "kana"}:
        return heads - {"prefecture", "city"} | {"region"}
    return heads


def _same_heads(heads: set[str]) -> set[str]:
    return set(NAMES) if heads & NAMES else set()


def _made(
    base: str, found: list[tuple[str, str, str]], heads: set[str], rest: tuple[str, ...]
) -> Meaning:
    head = _head(heads)
    numeric = _numeric(head, base)
    texts: list[str] = []
    facets: dict[str, set[str]] = {}
    for facet, value, word in found:
        if not facet:
            texts.append(word)
        elif facet == "head":
            texts += [] if _explained(value, head) else [word]
        elif _applies(facet, value, head, numeric):
            facets.setdefault(facet, set()).add(value)
        else:
            texts.append(word)
    core = _clean("".join(texts))
    if head is None and core.endswith("名") and not core.endswith(("件名", "人名")):
        head, core = "name", core[:-1]
    head, core = _alone(head, core, facets)
    if "employees" in facets and core in _STAFF:
        core = "従業員数"
    kind = next((name for name, pattern in _KINDS if re.search(pattern, base)), None)
    if facets.get("whose", set()) - {"self"}:
        facets["whose"].discard("self")
    kept = {name: frozenset(values) for name, values in facets.items()}
    return Meaning(base, head, core, None if head in ATTRIBUTES else kind, kept, rest)


def _head(heads: set[str]) -> str | None:
    return next((one for one in _ORDER if one in heads), None)


def _numeric(head: str | None, base: str) -> bool:
    return head is None and bool(_NUMBER.search(base)) and not _PROSE.search(base)


_STAFF = {"", "数", "人数", "従業員数", "労働者数", "者数", "従業員"}


def _explained(value: str, head: str | None) -> bool:
    return (
        value == head
        or (value in NAMES and head in {"kana", *NAMES})
        or (value in PLACES and head in PLACES)
        or (value == "title" and head == "department")
    )


def _applies(facet: str, value: str, head: str | None, numeric: bool) -> bool:
    if facet in _OF_NUMBERS:
        return numeric or (facet == "state" and head is not None)
    if facet == "language":
        return True
    if facet == "place":
        return head in ATTRIBUTES or (head is None and value != "establishment" and not numeric)
    return value != "self" or head in ATTRIBUTES or numeric


def _alone(head: str | None, core: str, facets: dict[str, set[str]]) -> tuple[str | None, str]:
    """代表者 alone is a name, 実施場所 alone an address."""
    whose = facets.get("whose", set())
    if head is None and not core and "language" in facets:
        return "org_name", core
    if head is None and not core and whose & _PEOPLE:
        return "person_name", core
    if head is None and not core and whose:
        return "org_name", core
    if head is None and "place" in facets:
        return ("address", core) if not core else (None, core)
    return head, core


def _clean(text: str) -> str:
    return _same(_LITTLE.sub("", text))


@cache
def _same(text: str) -> str:
    table = dict(same_words()) | {word: word for _, word in same_words()}
    ordered = sorted(table, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, ordered)), lambda match: table[match[0]], text)
