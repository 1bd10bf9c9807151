"""Subsidy programmes with the traps that recorded answers of jGrants show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random

from mocks.world.dice import Weighted, dice, salesforce_id
from mocks.world.industries import DIVISIONS
from mocks.world.places import AREA_CODES

JST = timezone(timedelta(hours=9))

PURPOSES = (
    "新たな事業を行いたい", "販路拡大・海外展開をしたい", "イベント・事業運営支援がほしい",
    "事業を引き継ぎたい", "研究開発・実証事業を行いたい", "人材育成を行いたい",
    "資金繰りを改善したい", "設備整備・IT導入をしたい", "雇用・職場環境を改善したい",
    "エコ・SDGs活動支援がほしい", "災害（自然災害、感染症等）支援がほしい",
    "教育・子育て・少子化支援がほしい", "スポーツ・文化支援がほしい", "安全・防災対策支援がほしい",
    "まちづくり・地域振興支援がほしい",
)  # fmt: skip
BANDS: Weighted[str] = Weighted.of(
    [("従業員数の制約なし", 60), ("300名以下", 12), ("20名以下", 8), ("5名以下", 5),
     ("50名以下", 5), ("100名以下", 5), ("900名以下", 2), ("901名以上", 3)]
)  # fmt: skip
RATES: Weighted[str | None] = Weighted.of(
    [(None, 15), ("1/2", 12), ("2/3", 12), ("20%", 4), ("50%", 5), ("2/3 以内又は 1/2 以内", 8),
     ("1/2（施設・設備整備事業は2/3）", 5), ("定額（上限あり）", 5), ("１０／１０", 3),
     ("補助対象経費の３分の２以内", 5), ("小規模事業者 2/3、それ以外 1/2", 6), ("3/4", 3)]
)  # fmt: skip
REGIONS = (
    "北海道地方", "東北地方", "関東・甲信越地方", "東海・北陸地方", "近畿地方", "中国地方",
    "四国地方", "九州・沖縄地方",
)  # fmt: skip
THEMES = (
    ("設備導入", 7), ("省エネルギー設備更新", 9), ("販路開拓", 1), ("海外展開", 1), ("人材育成", 5),
    ("事業承継", 3), ("研究開発", 4), ("デジタル化推進", 7), ("創業", 0), ("防災対策", 13),
    ("商店街活性化", 14), ("雇用環境改善", 8), ("子育て支援", 11), ("文化芸術振興", 12),
)  # fmt: skip
RADICALS = str.maketrans({"高": "⾼", "支": "⽀", "金": "⾦", "生": "⽣", "立": "⽴", "人": "⼈"})


@dataclass(frozen=True, slots=True)
class Round:
    """One element of v2's `workflow`; instants in UTC, None where not stated."""

    id: str
    label: str | None
    area: str
    area_detail: str | None
    start: datetime | None
    end: datetime | None
    project_end: datetime | None


@dataclass(slots=True)
class Program:
    """One programme as jGrants holds it."""

    id: str
    number: str
    title: str
    catch_phrase: str | None
    detail: str
    purposes: tuple[str, ...]
    industries: tuple[str, ...]
    area: str
    area_detail: str | None
    employees: str
    rate: str | None
    limit: int
    rounds: tuple[Round, ...]
    reception: bool
    multiple: bool
    grant_type: str | None
    institution: str | None
    created_at: datetime
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    form_version: str = "2026-1"
    takes_applications: bool = False
    silent_workflow: bool = False
    """v2's workflow names no period; only the list and v1 do."""

    @property
    def start(self) -> datetime | None:
        """Start of acceptance over all rounds."""
        return min((r.start for r in self.rounds if r.start), default=None)

    @property
    def end(self) -> datetime | None:
        """End of acceptance over all rounds."""
        return max((r.end for r in self.rounds if r.end), default=None)


def japan(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in UTC from Japan's calendar."""
    return datetime.combine(day, time(hour, minute), JST).astimezone(UTC)


def make_programs(seed: int, count: int, today: date) -> list[Program]:
    """`count` programmes; the first ten are rounds of ものづくり補助金 that take applications."""
    monozukuri = [_monozukuri(seed, n, today) for n in range(min(10, count))]
    return monozukuri + [_program(seed, n, today) for n in range(len(monozukuri), count)]


def _monozukuri(seed: int, index: int, today: date) -> Program:
    """Round 15 + index: one every four months, the eighth open today."""
    rng = dice(seed, "monozukuri", index)
    label = f"第{15 + index}次締切"
    begin = today - timedelta(days=30 + 120 * (7 - index))
    end = begin + timedelta(days=75)
    made = Program(
        id=salesforce_id("a0WJ2", 9_000_001 + index * 37),
        number=f"S-{9100 + index:08d}",
        title=f"ものづくり・商業・サービス生産性向上促進補助金（{15 + index}次締切）",
        catch_phrase="革新的な製品・サービスの開発に必要な設備投資等を支援します",
        detail=_detail("中小企業者等が行う革新的な製品・サービス開発の設備投資等"),
        purposes=("設備整備・IT導入をしたい", "研究開発・実証事業を行いたい"),
        industries=DIVISIONS,
        area="全国",
        area_detail=None,
        employees="300名以下",
        rate="1/2（小規模事業者は2/3）",
        limit=25_000_000,
        rounds=(_round(rng, index, label, "全国", (begin, end)),),
        reception=True,
        multiple=False,
        grant_type=("一般型", "一般形", "一般枠")[index % 3],
        institution="ものづくり・商業・サービス生産性向上促進補助金",
        created_at=japan(begin - timedelta(days=14), 10),
        files=_files(rng, "ものづくり補助金"),
        form_version=f"{begin.year}-{1 + index % 3}",
    )
    made.takes_applications = True
    return made


def _program(seed: int, index: int, today: date) -> Program:
    rng = dice(seed, "program", index)
    theme, purpose = rng.choice(THEMES)
    area = _area(rng)
    title = _title(rng, theme, area)
    rounds = _rounds(rng, index, area, today)
    institution = title if rng.random() < 0.4 else None
    return Program(
        id=salesforce_id("a0WJ2", 1_000 + index * 41),
        number=f"S-{100 + index:08d}",
        title=title,
        catch_phrase=f"{theme}に取り組む事業者を応援" if rng.random() < 0.5 else None,
        detail=_detail(f"{theme}に要する経費"),
        purposes=tuple(sorted({PURPOSES[purpose], rng.choice(PURPOSES)})),
        industries=tuple(d for d in DIVISIONS if rng.random() < 0.5) or DIVISIONS[:1],
        area=area,
        area_detail=f"{area}内に事業所を有すること" if rng.random() < 0.3 else None,
        employees=BANDS.draw(rng),
        rate=RATES.draw(rng),
        limit=rng.choice((0, 0, 500_000, 1_000_000, 3_000_000, 10_000_000, 100_000_000)),
        rounds=rounds,
        reception=rng.random() < 0.6,
        multiple=rng.random() < 0.3,
        grant_type=rng.choice((None,) * 9 + ("一般型", "一般形", "一般枠")),
        institution=institution,
        created_at=japan(today - timedelta(days=rng.randrange(20, 500)), 9, 30),
        files=_files(rng, theme),
        silent_workflow=rng.random() < 0.03,
    )


def _area(rng: Random) -> str:
    roll = rng.random()
    if roll < 0.2:
        return "全国"
    if roll < 0.3:
        return rng.choice(REGIONS)
    if roll < 0.32:
        return "海外"
    return " / ".join(sorted({rng.choice(tuple(AREA_CODES)) for _ in range(1 + (roll > 0.9))}))


def _title(rng: Random, theme: str, area: str) -> str:
    """84 % of the titles are not NFKC: full-width digits, ideographic spaces, some radicals."""
    name = area.partition(" / ")[0].removesuffix("地方")
    number = str(rng.randint(1, 9))
    year = "令和８年度" if rng.random() < 0.84 else "令和8年度"
    kind = rng.choice(("支援事業補助金", "促進事業", "助成金", "推進事業費補助金", "支援金"))
    title = f"{year}　{name}{theme}{kind}" + (f"（第{number}回）" if rng.random() < 0.4 else "")
    if rng.random() < 0.08:
        title = title.translate(RADICALS)
    if rng.random() < 0.02:
        title = f"【練習用】{title}"
    return title


def _detail(what: str) -> str:
    return (
        '<p><strong style="color: rgb(0, 111, 173);">■目的・概要</strong></p>'
        f"<p>{what}の一部を補助することにより、地域経済の活性化を図る事業です。</p><p><br></p>"
        "<p><strong>■公募期間</strong></p><p>公募要領をご覧ください。</p>"
    )


def _round(
    rng: Random, index: int, label: str | None, area: str, days: tuple[date, date], *, part: int = 0
) -> Round:
    begin, end = days
    return Round(
        id=salesforce_id("a0GBE", 70_000 + index * 16 + part),
        label=label,
        area=area.replace(" / ", "/"),
        area_detail=None,
        start=japan(begin) if rng.random() < 0.7 else japan(begin, 9, 55),
        end=japan(end, 23, 59) if rng.random() < 0.8 else japan(end, 17),
        project_end=japan(end + timedelta(days=300), 23, 59) if rng.random() < 0.6 else None,
    )


def _rounds(rng: Random, index: int, area: str, today: date) -> tuple[Round, ...]:
    """Mostly one round; some have three, or twelve (one a region); one ends in the year 2124."""
    begin = today - timedelta(days=rng.randrange(0, 240))
    end = begin + timedelta(days=rng.randrange(20, 400))
    if index % 97 == 11:
        end = date(2124, 3, 31)
    roll = rng.random()
    if roll < 0.035:
        areas = [*REGIONS, "沖縄県", "東京都", "大阪府", "海外"]
        return tuple(
            _round(rng, index, f"{name}分", name, (begin, end), part=part)
            for part, name in enumerate(areas)
        )
    if roll < 0.07:
        step = timedelta(days=60)
        return tuple(
            _round(
                rng, index, f"第{n + 1}回", area, (begin + step * n, begin + step * (n + 1)), part=n
            )
            for n in range(3)
        )
    return (_round(rng, index, None, area, (begin, end)),)


def _files(rng: Random, theme: str) -> dict[str, tuple[str, ...]]:
    return {
        "application_guidelines": (f"01_{theme}公募要領.pdf",) if rng.random() < 0.7 else (),
        "outline_of_grant": (f"02_{theme}交付要綱.pdf",) if rng.random() < 0.6 else (),
        "application_form": tuple(
            f"0{n}_様式第{n}号.docx" for n in range(1, 1 + rng.randrange(0, 4))
        ),
    }


def reuse_id(program: Program, rng: Random) -> None:
    """A new fiscal year under the old id: another title and amount, the end a year later."""
    year = timedelta(days=365)
    program.title = program.title.replace("８年度", "９年度").replace("8年度", "9年度")
    if "９年度" not in program.title and "9年度" not in program.title:
        program.title = f"（再公募）{program.title}"
    program.limit = rng.choice((0, 2_000_000, 5_000_000, 15_000_000))
    program.rounds = tuple(
        Round(
            r.id, r.label, r.area, r.area_detail,
            r.start and r.start + year, r.end and r.end + year, r.project_end,
        )
        for r in program.rounds
        if r.end is None or r.end.year < 2100
    ) or program.rounds  # fmt: skip
