"""Who applies for the IT subsidy, with which vendor, for which tool."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from mocks.it_subsidy.flaws import draw_flaws
from mocks.it_subsidy.timeline import DRAFT, FINAL, ROUNDS, closing_day, write_life
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.handed_in import HandedIn
from mocks.world.timeline import Step
from mocks.world.world import World

SHARE = 0.3
"""Of the businesses that are in business, so many have applied."""

FRAMES = ("通常枠", "インボイス枠（インボイス対応類型）", "セキュリティ対策推進枠", "通常枠")
TOOLS = ("クラウド会計", "受発注管理", "在庫管理", "予約管理", "勤怠給与", "顧客管理")
COSTS = ("ソフトウェア購入費", "クラウド利用費", "導入関連費")
VENDOR_EVERY = 40
"""One corporation in so many is an IT導入支援事業者."""


@dataclass(slots=True)
class ItApplication:
    """One application of a business; `steps` reach into the future.

    `touched` are updates beside the steps; `known_until` is the day up to which the answers
    follow the business. `vendor` is None where the vendor is a consortium outside the world.
    `given` are answers that were handed in word for word.
    """

    seed: int
    id: str
    business: str
    vendor: str | None
    vendor_key: str
    vendor_name: str
    vendor_number: str | None
    round: int
    frame: str
    steps: list[Step]
    tools: tuple[tuple[str, str], ...]
    costs: tuple[tuple[str, int], ...]
    funding: tuple[tuple[str, int], ...]
    past_grants: tuple[tuple[int, int], ...]
    security_action_id: str
    known_until: date
    flaws: tuple[Flaw, ...] = ()
    touched: list[datetime] = field(default_factory=list)
    given: dict[str, Any] | None = None

    @property
    def requested_jpy(self) -> int:
        """Half of the cost, in whole thousands of yen."""
        return sum(amount for _, amount in self.costs) // 2 // 1000 * 1000

    def dice(self, *names: object) -> Random:
        """A generator of this application's own."""
        return dice(self.seed, "it_subsidy", self.id, *names)

    def shown(self, now: datetime) -> list[Step]:
        """The steps up to `now`."""
        return [step for step in self.steps if step.at <= now]

    def submitted_at(self, now: datetime) -> datetime | None:
        """When it was first submitted, None while it is a draft."""
        return next((s.at for s in self.shown(now) if s.state == "提出済"), None)

    def is_open(self, now: datetime) -> bool:
        """Whether its answers may still change: shown, and neither ended nor paid."""
        shown = self.shown(now)
        return bool(shown) and shown[-1].state not in FINAL | {"交付済"}

    def end(self, at: datetime, now: datetime, note: str) -> None:
        """End the story: 取下げ before the decision, 辞退 after it."""
        granted = any(step.decision == "交付決定" for step in self.shown(now))
        first, state = self.steps[0], "辞退" if granted else "取下げ"
        decision = "交付決定" if granted else None
        self.steps = [s for s in self.steps if s.at < at]
        self.steps.append(Step(at, first.procedure, first.kind, state, decision, note))


def make_it_applications(world: World, flaws: float = 1.0) -> dict[str, ItApplication]:
    """The applications of a world's businesses by id; `flaws` multiplies how many are flawed."""
    vendors = [
        b for index, b in enumerate(world.businesses.values())
        if index % VENDOR_EVERY == 7 and b.corporate_number
    ]  # fmt: skip
    found: dict[str, ItApplication] = {}
    for business in world.businesses.values():
        if business.kind == "pre_founder":
            continue
        rng = dice(world.seed, "it_subsidy", business.id)
        if rng.random() < SHARE:
            made = _application(world, rng, business, vendors)
            made.flaws = draw_flaws(
                dice(world.seed, "it_subsidy flaw", business.id), business, flaws
            )
            found[made.id] = made
    return found


def handed_in_application(world: World, handed_in: HandedIn) -> ItApplication:
    """An application with these answers and no others, begun and submitted at present."""
    rng = dice(world.seed, "it_subsidy", handed_in.id)
    made = _application(world, rng, world.businesses[handed_in.business], [])
    key, at = handed_in.id, world.now
    made.id, made.given, made.known_until = key, handed_in.answers, world.today
    made.steps = [
        Step(at - timedelta(hours=1), f"{key}-A", "交付申請", "作成中"),
        Step(at, f"{key}-A", "交付申請", "提出済"),
    ]
    return made


def _application(
    world: World, rng: Random, business: Business, vendors: list[Business]
) -> ItApplication:
    number = int(rng.random() ** 0.5 * ROUNDS)
    closing = closing_day(world.start, number)
    key = f"IT{closing.year}-{int(business.id[1:]) * 7919 % 100_000_000:08d}"
    steps = write_life(rng, key, closing)
    partners = [v for v in vendors if v.id != business.id]
    vendor = rng.choice(partners) if partners and rng.random() > 0.08 else None
    costs = tuple((kind, rng.randint(10, 200) * 10_000) for kind in COSTS[: rng.randint(1, 3)])
    total = sum(amount for _, amount in costs)
    tool = rng.choice(TOOLS)
    submitted = next((step.at for step in steps if step.state not in DRAFT), steps[-1].at)
    return ItApplication(
        seed=world.seed,
        id=key,
        business=business.id,
        vendor=vendor.id if vendor else None,
        vendor_key=f"V{int(vendor.id[1:]) if vendor else 900_000 + number:06d}",
        vendor_name=vendor.display_name if vendor else f"IT導入コンソーシアム第{number + 1}",
        vendor_number=vendor.corporate_number if vendor else None,
        round=number,
        frame=rng.choice(FRAMES),
        steps=steps,
        tools=((f"TL{rng.randrange(10**8):08d}", f"{tool}クラウド"),),
        costs=costs,
        funding=(("自己資金", total // 2), ("金融機関からの借入", total - total // 2)),
        past_grants=((closing.year - 3, rng.randint(10, 40) * 10_000),)
        if rng.random() < 0.15
        else (),
        security_action_id=f"4{rng.randrange(10**10):010d}",
        known_until=(submitted + timedelta(hours=9)).date(),
    )
