"""Applications: who applies for which round with what plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from mocks.world.business import Business
from mocks.world.dice import Weighted, dice, salesforce_id
from mocks.world.dirt import Flaw, draw_flaws
from mocks.world.numbers import check_digit
from mocks.world.people import families
from mocks.world.programs import Program
from mocks.world.timeline import FINAL, Step, write_timeline

EXPENSES = (
    "機械装置・システム構築費",
    "技術導入費",
    "専門家経費",
    "運搬費",
    "クラウドサービス利用費",
)
LENDERS = ("自己資金", "日本政策金融公庫", "地方銀行", "信用金庫")
GRANTS = ("小規模事業者持続化補助金", "IT導入補助金", "事業再構築補助金", "ものづくり補助金")


@dataclass(slots=True)
class Application:
    """One application; `steps` reach into the future, `flaws` say what is wrong with its record.

    `touched` are updates that have happened beside the steps (an answer was corrected).
    `known_until` is the day up to which the answers follow the business: the submission, later
    where an answer was corrected. `given` are answers that were handed in word for word.
    """

    id: str
    index: int
    business: str
    program: str
    steps: list[Step]
    form_version: str
    project_number: str
    plan_title: str
    plan_summary: str
    machine: str
    frame: str
    expenses: tuple[tuple[str, str, int], ...]
    funding: tuple[tuple[str, int], ...]
    past_grants: tuple[tuple[str, int, int], ...]
    agency: tuple[str, str]
    flaws: tuple[Flaw, ...]
    known_until: date
    touched: list[datetime] = field(default_factory=list)
    consent: bool | None = None
    given: dict[str, Any] | None = None

    @property
    def requested_jpy(self) -> int:
        """Half of the eligible expenses, in whole thousands of yen."""
        return sum(amount for _, _, amount in self.expenses) // 2 // 1000 * 1000

    def shown(self, now: datetime) -> list[Step]:
        """The steps up to `now`."""
        return [step for step in self.steps if step.at <= now]

    def submitted_at(self, now: datetime) -> datetime | None:
        """When 公募申請 was last submitted, None while it is a draft."""
        times = [s.at for s in self.shown(now) if s.kind == "公募申請" and s.state == "申請済"]
        return times[-1] if times else None

    def updated_at(self, now: datetime) -> datetime:
        """The last touch of the record up to `now`."""
        return max([*(step.at for step in self.shown(now)), *self.touched])

    def is_open(self, now: datetime) -> bool:
        """Whether its answers may still change: shown, and neither ended nor paid."""
        shown = self.shown(now)
        return bool(shown) and shown[-1].state not in FINAL | {"支払済"}

    def cut(self, step: Step) -> None:
        """End the story with this step: what was to come does not happen."""
        self.steps = [s for s in self.steps if s.at < step.at] + [step]


def make_applications(
    seed: int, count: int, businesses: list[Business], programs: list[Program]
) -> list[Application]:
    """`count` applications over the rounds; some businesses apply several times."""
    rounds = [program for program in programs if program.takes_applications]
    if not rounds or not businesses:
        return []
    draw: Weighted[Program] = Weighted.of((program, 1.0) for program in rounds)
    return [_application(seed, index, businesses, draw) for index in range(count)]


def _application(
    seed: int, index: int, businesses: list[Business], rounds: Weighted[Program]
) -> Application:
    rng = dice(seed, "application", index)
    business = businesses[int(rng.random() ** 1.4 * len(businesses))]
    program = rounds.draw(rng)
    record_id = salesforce_id("a0XJ2", 500_000 + index * 53)
    steps = write_timeline(rng, record_id, program)
    submitted = [step.at for step in steps if step.state == "申請済"]
    known = (submitted[0] if submitted else steps[0].at) + timedelta(hours=9)
    machine = business.industry.machine
    expenses = _expenses(rng, machine)
    total = sum(amount for _, _, amount in expenses)
    own = total // 3 // 1000 * 1000
    return Application(
        id=record_id,
        index=index,
        business=business.id,
        program=program.id,
        steps=steps,
        form_version=program.form_version,
        project_number=f"{program.number[-4:]}R{index:07d}",
        plan_title=f"{machine}導入による{rng.choice(('生産性向上', '新製品開発', '短納期化'))}"[
            :30
        ],
        plan_summary=(
            f"{machine}を導入し、{business.industry.name[:12]}における工程を見直して"
            f"付加価値額を年率{rng.randint(3, 9)}％向上させる。"
        ),
        machine=machine,
        frame=rng.choice(("製品・サービス高付加価値化枠", "グローバル枠", "省力化枠")),
        expenses=expenses,
        funding=((LENDERS[0], own), (rng.choice(LENDERS[1:]), total - own)),
        past_grants=_past(rng),
        agency=_agency(rng),
        flaws=draw_flaws(dice(seed, "flaw", index), business),
        known_until=known.date(),
    )


def _expenses(rng: Random, machine: str) -> tuple[tuple[str, str, int], ...]:
    lines = [(EXPENSES[0], machine, rng.randint(300, 3000) * 10_000)]
    lines += [
        (kind, f"{kind}一式", rng.randint(5, 200) * 10_000)
        for kind in EXPENSES[1:]
        if rng.random() < 0.3
    ]
    return tuple(lines)


def _past(rng: Random) -> tuple[tuple[str, int, int], ...]:
    return tuple(
        (name, rng.randint(2019, 2024), rng.randint(30, 1000) * 10_000)
        for name in GRANTS
        if rng.random() < 0.18
    )


AGENCIES = 400
AGENCY_KINDS = ("税理士法人", "商工会議所", "信用金庫", "経営コンサルティング")


def _agency(rng: Random) -> tuple[str, str]:
    return agency(rng.randrange(AGENCIES))


def agency(number: int) -> tuple[str, str]:
    """Name and 12-digit id of the 認定支援機関 of that number (400 of them help applicants)."""
    kanji = families().values[number * 3][0]
    kind = AGENCY_KINDS[number % 4]
    base = f"10{number * 7:09d}"
    return f"{kanji}{kind}", f"{base}{check_digit(base) % 10}"


def hand_in(
    seed: int,
    index: int,
    business: Business,
    program: Program,
    *,
    at: datetime,
    given: dict[str, Any],
) -> Application:
    """An application with these answers and no others, begun and submitted at `at`."""
    drawn: Weighted[Program] = Weighted.of([(program, 1.0)])
    made = _application(seed, index, [business], drawn)
    first = made.steps[0]
    made.steps = [
        Step(at - timedelta(hours=1), first.procedure, first.kind, first.state),
        Step(at, first.procedure, first.kind, "申請済"),
    ]
    made.flaws = ()
    made.given = given
    made.known_until = (at + timedelta(hours=9)).date()
    return made
