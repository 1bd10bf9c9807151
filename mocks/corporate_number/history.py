"""The events of one corporation, and the row that the register writes of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mocks.corporate_number.rows import (
    ABROAD,
    OLD_WARDS,
    Row,
    empty,
    place_of,
    street,
)
from mocks.world import World
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.numbers import wrong_corporate_number
from mocks.world.spelling import wide

FIRST = date(2015, 10, 5)
"""The day on which the first numbers were assigned."""

REWRITTEN = date(2024, 1, 9)
"""The day on which the register rewrote the addresses in 浜松市."""

REFUSED = (
    (0.002, Flaw("check_digit", "record", "corporateNumber", "refused")),
    (0.004, Flaw("unknown_code", "field", "closeCause", "refused")),
)
IMAGE = Flaw("shown_as_image", "field", "name", "noted")
IMAGE_SHARE = 0.01
RESENT_SHARE = 0.02
"""So many corporations had all their rows corrected, and sent again on one day."""

REVIVED_SHARE = 0.01
DELETED_SHARE = 0.002
ABROAD_SHARE = 0.004
ENGLISH_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day; `other` is the other corporation of a merger."""

    day: date
    process: str
    other: str = ""


def events_of(world: World, business: Business) -> list[Event]:
    """All events up to now, in order."""
    founded = business.established_on or FIRST
    assigned = max(FIRST, founded)
    found = [Event(assigned, "01")]
    for on, before in business.past:
        if on > assigned:
            found += [Event(on, "11")] if "name" in before else []
            found += [Event(on, "12")] if "address" in before else []
    if business.address.place.code5 in OLD_WARDS and assigned < REWRITTEN:
        found.append(Event(REWRITTEN, "12"))
    rng = dice(world.seed, "revived", business.id)
    if rng.random() < REVIVED_SHARE and assigned < date(2020, 1, 1):
        found += [Event(date(2021, 12, 14), "21"), Event(date(2022, 3, 8), "22")]
    if rng.random() < DELETED_SHARE and assigned < date(2020, 1, 1):
        found.append(Event(date(2023, 5, 10), "99"))
    found += _mergers(world, business)
    merged = any(event.process == "21" and event.other for event in found)
    if business.closed_on and not merged:
        found.append(Event(business.closed_on, "21"))
    return sorted(set(found), key=lambda event: (event.day, event.process))


def _mergers(world: World, business: Business) -> Iterator[Event]:
    for related in world.truth.related:
        if related.relation == "merged_into" and business.id in (related.of, related.to):
            gone = related.of == business.id
            other = world.businesses[related.to if gone else related.of]
            yield Event(related.since, "21" if gone else "71", other.corporate_number or "")


def event_rows(
    world: World,
    business: Business,
    events: list[Event],
    fresh: Iterable[Event],
    today: date | None,
) -> Iterator[tuple[Row, tuple[Flaw, ...]]]:
    """The rows of `fresh` among a corporation's events, and what is wrong with each.

    `today` is the day of update; None for events of the past, each of which has its own.
    """
    rng = dice(world.seed, "corporate_number", business.id)
    traits = [rng.random() for _ in range(5)]
    resent = world.start - timedelta(days=rng.randrange(5, 400)) if today is None else None
    resent = resent if traits[0] < RESENT_SHARE and resent and resent > events[-1].day else None
    for event in fresh:
        own = dice(world.seed, "registered", business.id, event.day, event.process)
        registered = today or resent or min(
            world.start, event.day + timedelta(days=own.randint(0, 8))
        )  # fmt: skip
        row = _row(world, business, event, own, traits)
        row |= {
            "updateDate": registered.isoformat(),
            "correct": "1" if resent else "0",
            "latest": "1" if event == events[-1] else "0",
            "assignmentDate": events[0].day.isoformat(),
        }
        if event.process == "99":
            row |= {"correct": "", "latest": ""}
        flaws = _spoil(row, own, traits)
        yield Row(row), flaws


def _row(
    world: World, business: Business, event: Event, rng: Random, traits: list[float]
) -> dict[str, str]:
    then = business.as_of(event.day)
    name = then.name or business.name
    assert name is not None  # noqa: S101
    row = empty() | place_of(then, event.day)
    row |= {
        "corporateNumber": business.corporate_number or "",
        "process": event.process,
        "changeDate": event.day.isoformat(),
        "name": wide(name.full),
        "kind": name.form,
        "streetNumber": street(dice(world.seed, "street", business.id), then),
        "furigana": name.core_kana,
        "hihyoji": "1" if traits[4] < 0.001 else "0",
    }
    if traits[1] < ENGLISH_SHARE:
        row |= {"enName": f"Synthetic {business.id} Co.,Ltd.", "enPrefectureName": "Tokyo",
                "enCityName": "1-1, Kasumigaseki, Chiyoda ku"}  # fmt: skip
    if traits[2] < ABROAD_SHARE:
        row |= {"kind": "401", "addressOutside": ABROAD, "addressOutsideImageId": "00900001",
                "enAddressOutside": "10 Collyer Quay, Singapore"}  # fmt: skip
    if event.process == "21":
        _close(row, event, rng)
    if event.process == "71":
        row["changeCause"] = f"{_written(event.day)}{_other(world, event)}を合併"
    if event.process == "21" and event.other:
        row["changeCause"] = f"{_written(event.day)}{_other(world, event)}に合併し解散"
    return row


def _close(row: dict[str, str], event: Event, rng: Random) -> None:
    row["closeDate"] = event.day.isoformat()
    row["closeCause"] = "11" if event.other else rng.choice(("01", "01", "1", "21", "31"))
    row["successorCorporateNumber"] = event.other


def _written(day: date) -> str:
    return f"令和{wide(str(day.year - 2018))}年{wide(str(day.month))}月{wide(str(day.day))}日"


def _other(world: World, event: Event) -> str:
    other = next(b for b in world.businesses.values() if b.corporate_number == event.other)
    place = other.address.place
    return f"{place.prefecture}{place.city}{place.town}{other.display_name}（{event.other}）"


def _spoil(row: dict[str, str], rng: Random, traits: list[float]) -> tuple[Flaw, ...]:
    flaws: list[Flaw] = []
    if traits[3] < IMAGE_SHARE:
        row |= {"nameImageId": "00123456", "addressImageId": "00123457"}
        flaws.append(IMAGE)
    for share, flaw in REFUSED:
        if rng.random() >= share:
            continue
        if flaw.field == "corporateNumber":
            row["corporateNumber"] = wrong_corporate_number(row["corporateNumber"])
            flaws.append(flaw)
        elif row["closeCause"]:
            row["closeCause"] = "77"
            flaws.append(flaw)
    return tuple(flaws)
