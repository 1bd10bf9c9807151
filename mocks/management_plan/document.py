"""A plan as an XML document, valid against the contract unless the truth says that it is broken."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from mocks.management_plan.filings import Filing, Step
from mocks.management_plan.flaws import AMBIGUOUS_CITY, LOST_ZEROS
from mocks.world import World, spelling
from mocks.world.business import Business, FinancialYear
from mocks.world.dice import dice
from mocks.world.dirt import Flaw, outlived_era
from mocks.world.handed_in import Answers
from mocks.world.numbers import personal_number, wrong_corporate_number
from mocks.world.places import ambiguous_cities
from mocks.world.programs import JST

NAMESPACE = "urn:sme-hub:assumed:management-plan:1"
NIL = ' xsi:nil="true"'
MINISTERS = {
    "A": "農林水産大臣",
    "D": "国土交通大臣",
    "H": "国土交通大臣",
    "M": "厚生労働大臣",
    "P": "厚生労働大臣",
}
"""By division of JSIC; 経済産業大臣 where none is named."""

BUREAUS = ("関東経済産業局長", "近畿経済産業局長", "中部経済産業局長", "九州経済産業局長")
SHIFT_JIS_SHARE = 0.1

_NILLABLE = frozenset({"申請書.申請者.法人番号", "申請書.申請者.資本金又は出資の額"})
_OPTIONAL = frozenset(
    {
        "申請書.申請者.フリガナ",
        "申請書.申請者.代表者役職",
        "申請書.申請者.設立年月日",
        "申請書.連絡先.メールアドレス",
        "計画.財務.年間就業時間",
    }
)
"""Answers of the applicant that the contract lets be left out, by their dotted paths."""

Tree = list[Any]
"""Tag, content (text, None for nil, or another tree) and attributes, element by element."""


def japanese(at: datetime) -> str:
    """An instant in Japan's time, to the second."""
    return at.astimezone(JST).isoformat(timespec="seconds")


class PlanDocument:
    """One filing in one state."""

    def __init__(self, world: World, filing: Filing, step: Step, updated: datetime) -> None:
        self.world, self.filing, self.step, self.updated = world, filing, step, updated
        self.business = world.businesses[filing.business].as_of(filing.known)
        self.rng = dice(world.seed, "management_plan spelling", filing.index)
        self.year = self.business.closed_years(filing.known)[0]
        self.remarks: list[Flaw] = []
        self.fields = self._tree()
        if filing.given is not None:
            self.fields = _answered(self.fields, filing.given)
        for flaw in filing.flaws:
            self._spoil(flaw)

    def encoded(self) -> bytes:
        """The document's bytes: UTF-8, or Windows' Shift_JIS as older software writes it."""
        rules = {flaw.rule for flaw in self.filing.flaws}
        body = "".join(_lines(self.fields))
        space = f'xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        text = f'<経営力向上計画 {space} 様式="様式第1（令和5年4月）">{body}</経営力向上計画>\n'
        if "malformed" in rules:
            text = text[: text.index("</設備一覧>")]
        old = dice(self.world.seed, "shift_jis", self.filing.index).random() < SHIFT_JIS_SHARE
        if "encoding" in rules:
            return f'<?xml version="1.0" encoding="Shift_JIS"?>\n{text}'.encode()
        if old:
            try:
                return f'<?xml version="1.0" encoding="Shift_JIS"?>\n{text}'.encode("cp932")
            except UnicodeEncodeError:
                pass
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()

    def asked(self) -> frozenset[str]:
        """The fields that were answered, by their dotted paths."""
        return frozenset(_paths(self.fields))

    def _tree(self) -> Tree:
        filing, step = self.filing, self.step
        certified = next((s.at for s in filing.steps if s.state == "認定"), None)
        shown = certified if certified and certified <= step.at else None
        return [
            ("管理情報", [
                ("計画番号", filing.key),
                ("届出区分", filing.kind),
                *([("変更回数", str(filing.changes))] if filing.previous else []),
                *([("前回認定番号", filing.previous)] if filing.previous else []),
                ("状態", step.state),
                ("認定番号", filing.certificate if shown else None),
                ("認定年月日", shown.astimezone(JST).date().isoformat() if shown else None),
                ("更新日時", japanese(self.updated)),
            ]),
            ("申請書", [
                ("宛先", addressed_to(self.business)),
                ("申請年月日", spelling.day(self.rng, filing.known)),
                ("申請者", _applicant(self.business, self.rng, self.remarks)),
                ("連絡先", _contact(self.business, self.rng)),
            ]),
            ("計画", _plan(self.business, self.year, filing.known, self.rng)),
            *_lists(self.business, filing.known, self.rng),
            ("同意", [
                ("公表の可否", "可" if filing.publish else "否"),
                ("データ利活用", "同意する" if self.business.data_use_consent else "同意しない"),
                ("回答日時", japanese(filing.steps[0].at)),
            ]),
        ]  # fmt: skip

    def _spoil(self, flaw: Flaw) -> None:
        number = self.business.corporate_number or ""
        day = self.filing.known
        spoilt: dict[str, Any] = {
            "check_digit": lambda: wrong_corporate_number(number),
            "twelve_digits": lambda: number[1:],
            "number_missing": lambda: "",
            "impossible_date": lambda: "平成13年2月30日",
            "unknown_code": lambda: "宇宙開拓業",
            "era_out_of_range": lambda: outlived_era(day.year, day.month, day.day),
            "personal_number": lambda: (
                f"設備を更新する（連絡先マイナンバー {personal_number(self.filing.index)}）"
            ),
        }
        if flaw.rule == "schema":
            _put(self.fields, "計画.財務.売上高", f"{self.year.sales // 1000:,}.5")
        elif flaw.rule in spoilt:
            _put(self.fields, flaw.field, spoilt[flaw.rule]())


def addressed_to(business: Business) -> str:
    """The ministers in charge of an industry; food makers answer to two."""
    industry = business.industry
    first = MINISTERS.get(industry.division, "経済産業大臣")
    if industry.code in {"09", "52"}:
        return "農林水産大臣、経済産業大臣"
    if first == "経済産業大臣":
        return f"{first}（{BUREAUS[int(business.address.place.code5) % len(BUREAUS)]}）"
    return first


def _applicant(business: Business, rng: Random, remarks: list[Flaw]) -> Tree:
    number = business.corporate_number and spelling.number13(rng, business.corporate_number)
    head = business.representative
    name = (
        spelling.legal_name(rng, business.name)
        if business.name
        else spelling.person_name(rng, head.name)
    )
    postal = spelling.postal_code(rng, business.address.place.postal_code)
    street = spelling.address(rng, business.address)
    place = business.address.place
    if sum(sign.isdecimal() for sign in postal) < 7:
        remarks.append(LOST_ZEROS)
    if place.city in ambiguous_cities() and place.prefecture not in street:
        remarks.append(AMBIGUOUS_CITY)
    founded = business.established_on
    capital = None if business.capital_jpy is None else str(business.capital_jpy // 1000)
    return [
        ("区分", "法人" if business.kind == "corporation" else "個人事業主"),
        ("法人番号", number),
        *([("個人事業主管理番号", business.individual_number)] if business.individual_number
          else []),
        ("名称", name),
        ("フリガナ", spelling.kana(rng, business.display_kana)),
        ("郵便番号", postal),
        ("住所", street),
        *([("代表者役職", business.representative_title)] if business.representative_title
          else []),
        ("代表者氏名", spelling.person_name(rng, head.name)),
        ("資本金又は出資の額", capital),
        ("常時使用する従業員の数", str(business.employees)),
        *([("設立年月日", spelling.day(rng, founded))] if founded else []),
    ]  # fmt: skip


def _contact(business: Business, rng: Random) -> Tree:
    return [
        ("担当者氏名", spelling.person_name(rng, business.contact.name)),
        ("電話番号", spelling.phone(rng, business.phone)),
        ("メールアドレス", spelling.email(rng, business.email)),
    ]


def _plan(business: Business, year: FinancialYear, on: date, rng: Random) -> Tree:
    industry = business.industry
    workers = max(1, business.employees + 1)
    productivity = year.value_added // workers // 1000
    growth = rng.choice((100, 150, 200))
    target = productivity + abs(productivity) * growth // 10_000
    starts = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    years = rng.choice((3, 4, 5))
    ends = starts.replace(year=starts.year + years) - timedelta(days=1)
    return [
        ("事業分野", [("中分類コード", industry.code), ("項目名", industry.name)]),
        ("事業分野別指針名", f"{industry.name[:20]}に係る経営力向上に関する指針"),
        ("実施時期", [("開始", f"{starts:%Y-%m}"), ("終了", f"{ends:%Y-%m}")]),
        ("現状認識", [
            ("自社の事業概要", f"{business.address.place.city}で{industry.name}を営む。"),
            ("商品サービス", f"主力は{industry.words[0]}向けで、顧客は県内が中心である。"),
            ("経営状況", f"売上高は{year.sales // 1_000_000}百万円、営業利益は横ばいである。"),
            ("経営課題", f"{industry.machine}が老朽化し、納期と品質に課題がある。"),
        ]),
        ("目標", [
            ("指標の種類", "労働生産性"),
            ("現状", str(productivity)),
            ("計画終了時", str(target)),
            ("伸び率", f"{growth / 100:.2f}"),
        ]),
        ("財務", [
            ("決算年月", f"{year.end:%Y-%m}"),
            ("売上高", str(year.sales // 1000)),
            ("営業利益", str(year.operating_profit // 1000)),
            ("人件費", str(year.personnel_cost // 1000)),
            ("減価償却費", str(year.depreciation // 1000)),
            ("労働者数", str(workers)),
            *([("年間就業時間", str(rng.randint(1700, 2100)))] if rng.random() < 0.4 else []),
        ]),
        ("労働生産性", [("現状", str(productivity)), ("計画終了時", str(target))]),
        ("経営資源の有無", "有" if rng.random() < 0.1 else "無"),
        ("実施事項", f"{industry.machine}を導入し、多能工化と合わせて工程を見直す。"),
        *([("事業承継等の種類", str(rng.randint(1, 10)))] if rng.random() < 0.05 else []),
    ]  # fmt: skip


def _lists(business: Business, on: date, rng: Random) -> Tree:
    lines = [_equipment(business, on, rng) for _ in range(rng.randint(1, 4))]
    equipment = [
        ("設備", line, f' 連番="{number}"') for number, (line, _) in enumerate(lines, start=1)
    ]
    total = sum(amount for _, amount in lines)
    own = total // 4
    funds = [("設備投資", "自己資金", own), ("設備投資", "融資", total - own)]
    found: Tree = [
        ("資金一覧", [
            ("資金", [("使途", use), ("調達方法", source), ("金額", str(amount))])
            for use, source, amount in funds
        ]),
        ("設備一覧", equipment),
    ]  # fmt: skip
    if rng.random() < 0.5:
        found.append(("支援機関", [("名称", f"{business.representative.family}税理士事務所")]))
    return found


def _equipment(business: Business, on: date, rng: Random) -> tuple[Tree, int]:
    price, count = rng.randint(30, 3000) * 10, rng.choice((1, 1, 1, 2, 3))
    when = on + timedelta(days=rng.randint(30, 300))
    scheme = rng.choice(("経営強化税制A類型", "経営強化税制B類型", None))
    number = f"証{rng.randint(10_000, 99_999)}号"
    line: Tree = [
        ("名称型式", f"{business.industry.machine} X-{rng.randint(100, 999)}"),
        ("種類", rng.choice(("機械装置", "器具備品", "ソフトウエア"))),
        ("所在地", business.address.full),
        ("取得年月", f"{when:%Y-%m}"),
        ("単価", str(price)),
        ("数量", str(count)),
        ("金額", str(price * count)),
        *([("支援措置", scheme), ("証明書等の文書番号", number)] if scheme else []),
    ]
    return line, price * count


def _lines(tree: Tree) -> list[str]:
    found = []
    for tag, value, *attributes in tree:
        extra = "".join(attributes)
        if value is None:
            found.append(f"<{tag}{extra}{NIL}/>")
        elif isinstance(value, str):
            found.append(f"<{tag}{extra}>{escape(value)}</{tag}>" if value else f"<{tag}{extra}/>")
        else:
            found.append(f"<{tag}{extra}>{''.join(_lines(value))}</{tag}>")
    return found


def _answered(tree: Tree, given: Answers, above: str = "") -> Tree:
    """The tree with the answers that were given, and without others that may be left out."""
    found: Tree = []
    for tag, value, *attributes in tree:
        path, told = f"{above}{tag}", given.get(tag)
        if isinstance(value, list):
            below = told if isinstance(told, dict) else {}
            found.append((tag, _answered(value, below, f"{path}."), *attributes))
        elif told is not None:
            found.append((tag, str(told), *attributes))
        elif path in _NILLABLE:
            found.append((tag, None, *attributes))
        elif path not in _OPTIONAL:
            found.append((tag, value, *attributes))
    return found


def _paths(tree: Tree, above: str = "") -> list[str]:
    found = []
    for tag, value, *_ in tree:
        if isinstance(value, list):
            found += _paths(value, f"{above}{tag}.")
        elif value:
            found.append(f"{above}{tag}")
    return found


def _put(tree: Tree, path: str, value: str) -> None:
    name, _, rest = path.partition(".")
    at = next(index for index, entry in enumerate(tree) if entry[0] == name)
    if rest:
        _put(tree[at][1], rest, value)
    else:
        tree[at] = (name, value)
