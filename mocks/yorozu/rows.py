"""A consultation as a row of the files: the client's statements, and what the adviser wrote."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import connectors
from base.clock import JST
from connectors.contracts.table import TableContract
from mocks.world import World, spelling
from mocks.world.business import Business, FinancialYear
from mocks.world.dice import dice
from mocks.world.truth import RecordKey
from mocks.yorozu.consultations import Consultation, Step
from mocks.yorozu.flaws import Row, spoil

CONTRACT = Path(connectors.__file__).parent / "yorozu" / "consultations.table.yaml"
STAFFS = {
    "カルテ番号", "拠点コード", "受付日", "担当コーディネーター", "対応日時", "支援内容",
    "次回予約", "連携支援機関", "活用施策", "成果（売上・利益・雇用）", "更新日時", "削除フラグ",
}  # fmt: skip
"""Columns that no client is asked for."""

GAIJI = "\ue000"
"""F040 in CP932, the first of the characters that each base draws for itself."""

TOPICS = (
    ("売上拡大", "新商品の販路を広げたい。\r\nソーシャルメディア、展示会のどちらがよいか"),
    ("売上拡大", "十和田の土産物として表示を改めたい"),
    ("売上拡大", "チラシの予算と効果\r\n\"お試し価格\"の付け方"),
    ("経営改善・事業再生", "返済の猶予を申し入れたい。ソフトウェア投資が重い"),
    ("IT", "予約の表計算をやめ、能力に合うシステムを入れたい"),
    ("創業", "店舗の賃貸借、申請の順序、開業資金"),
    ("事業承継", "後継者に株式をいつ譲るか"),
    ("補助金活用", "申請書の書き方、対象経費の考え方"),
)  # fmt: skip
FOUNDING = TOPICS[5]
STAFF = ("高橋", "﨑山", "内村", "十文字")
ADVICE = (
    "強みを三つに絞り、既存客10社に聞き取りを行うこととした。",
    "資金繰り表（12か月）を一緒に作成。\r\n次回、金融機関への説明資料を確認する。",
    "専門家（デザイナー）を派遣。",
)
OUTCOMES = ("売上 前年比112%", "受注3件、パート1名を雇用", "返済条件の変更に合意", "")
AGENCIES = ("", "", "商工会議所", "商工会", "信用金庫", "日本政策金融公庫")
PROGRAMS = ("", "", "小規模事業者持続化補助金", "IT導入補助金", "ミラサポ専門家派遣")


@cache
def columns() -> tuple[str, ...]:
    """The names of the columns, in the contract's order."""
    return tuple(TableContract(CONTRACT).columns("consultations"))


def row(world: World, one: Consultation, until: datetime) -> Row:
    """The row as it stands just before an instant. States the truth beside it."""
    steps = one.by(until)
    known = next(step.known_until for step in reversed(steps) if step.known_until)
    business = world.businesses[one.business].as_of(known)
    rng = dice(world.seed, "yorozu row", one.key, known.isoformat())
    made = {"カルテ番号": one.key, "拠点コード": one.base}
    made["受付日"] = one.received_on.isoformat()
    made |= _client(business, rng) | _business(business, one, rng)
    made |= _figures(business, one, rng) | _consultation(business, one, steps, rng)
    made["更新日時"] = max(step.shown for step in steps).astimezone(JST).isoformat()
    made["削除フラグ"] = "1" if steps[-1].kind == "deleted" else "0"
    flaws = spoil(made, one.flaws, business)
    made = {name: writable(made[name]) for name in columns()}
    key = RecordKey("yorozu", "consultations", one.key)
    if made["削除フラグ"] == "1":
        world.truth.forget(key)
    else:
        asked = frozenset(name for name, text in made.items() if text and name not in STAFFS)
        world.truth.state(key, one.business, flaws, asked)
    return made


def writable(text: str) -> str:
    """The text with a 外字 in place of each character that CP932 does not have."""
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return "".join(sign if _in_cp932(sign) else GAIJI for sign in text)
    return text


def _in_cp932(sign: str) -> bool:
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def _client(business: Business, rng: Random) -> Row:
    person = business.representative if rng.random() < 0.7 else business.contact
    title = business.representative_title if person == business.representative else "経理担当"
    founder = business.kind == "pre_founder"
    return {
        "相談者氏名": spelling.person_name(rng, person.name),
        "相談者フリガナ": spelling.kana(rng, person.kana),
        "相談者役職": "" if founder else title,
        "相談者区分（既存/創業予定）": "創業予定" if founder else "既存",
        "電話番号": "" if founder else spelling.phone(rng, business.phone),
        "携帯": business.mobile if founder or rng.random() < 0.5 else "",
        "メール": spelling.email(rng, business.email) if rng.random() < 0.8 else "",
    }


def _business(business: Business, one: Consultation, rng: Random) -> Row:
    number, founded = business.corporate_number, business.established_on
    head = business.representative
    if business.name:
        name, kana = spelling.legal_name(rng, business.name), business.display_kana
    else:
        name, kana = next(iter(business.trade_names), ""), ""
    if name and rng.random() < 0.02:
        name = f"{GAIJI}{name[1:]}" if not business.name else f"{name}{GAIJI}"
    age = (one.received_on - head.born_on).days * 400 // 146_097
    founder = business.kind == "pre_founder"
    return {
        "企業名・屋号": name,
        "フリガナ": spelling.kana(rng, kana) if kana else "",
        "法人番号": spelling.number13(rng, number) if number and rng.random() < 0.85 else "",
        "法人/個人区分": "法人" if number else rng.choice(("個人", "個人", "")),
        "郵便番号": spelling.postal_code(rng, business.address.place.postal_code),
        "住所": spelling.address(rng, business.address),
        "代表者名": "" if founder else spelling.person_name(rng, head.name),
        "代表者年齢": rng.choice(("{}", "{}", "{}歳")).format(age),
        "創業・設立年月": spelling.month(rng, founded) if founded else "",
        "従業員数": "" if founder else rng.choice((str, spelling.wide))(str(business.employees)),
        "業種": spelling.industry(rng, business.industry),
        "事業内容": f"{business.industry.name}を営む" if not founder else "",
        "経営課題": rng.choice(("人手不足", "販路の開拓", "原価高", "")),
    }


def _figures(business: Business, one: Consultation, rng: Random) -> Row:
    """In 万円; what is not a whole number of it is rounded, as at the counter."""
    years = [] if business.kind == "pre_founder" else business.closed_years(one.received_on)
    year: FinancialYear | None = next(iter(years), None)
    capital = business.capital_jpy
    made = {"資本金（万円）": "", "年商": "", "経常利益": ""}
    if capital:
        made["資本金（万円）"] = rng.choice(("{:,}", "{}", "{}万円")).format(capital // 10_000 or 1)
    if year is not None:
        profit = year.ordinary_profit
        sign = rng.choice(("△", "▲", "-")) if profit < 0 else ""
        made["年商"] = f"{round(year.sales / 10_000):,}"
        made["経常利益"] = f"{sign}{abs(round(profit / 10_000)):,}"
    return made


def _consultation(business: Business, one: Consultation, steps: list[Step], rng: Random) -> Row:
    done = {step.kind: step.at.astimezone(JST) for step in steps}
    founder = business.kind == "pre_founder"
    topic, content = FOUNDING if founder else rng.choice(TOPICS)
    number, name = 37 * int(one.base[2:]) % 900, STAFF[int(one.base[2:]) % len(STAFF)]
    advised, finished = done.get("advised"), "outcome" in done
    following = advised + timedelta(days=21) if advised and not finished else None
    return {
        "相談方法": rng.choice(("来所", "訪問", "オンライン", "電話")),
        "相談分類（売上拡大/経営改善/創業/承継ほか）": topic,
        "相談内容": content,
        "紹介元機関": rng.choice(AGENCIES),
        "担当コーディネーター": f"CO{number:03d} {name}",
        "対応日時": f"{advised:%Y-%m-%d %H:%M}" if advised else "",
        "支援内容": rng.choice(ADVICE) if advised else "",
        "次回予約": f"{following:%Y-%m-%d %H:%M}" if following else "",
        "連携支援機関": rng.choice(AGENCIES) if advised else "",
        "活用施策": rng.choice(PROGRAMS) if advised else "",
        "成果（売上・利益・雇用）": rng.choice(OUTCOMES) if finished else "",
        "満足度": str(rng.randint(3, 5)) if finished else "",
        "情報共有の同意": {True: "同意する", False: "同意しない", None: ""}[one.consents],
    }
