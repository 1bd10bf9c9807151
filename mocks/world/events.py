"""Scripted events: what each does to the world, and when the subsidy system shows it.

Businesses change at once. The subsidy system learns of it late: three to ten days after the
event, when the applicant corrects the answers of the applications that are still open
(`mocks.world.reactions`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from mocks.world.applications import hand_in
from mocks.world.business import Business, LegalName, Officer, Shareholder
from mocks.world.dice import dice
from mocks.world.founding import (
    draw_core_name,
    draw_shareholders,
    found_business,
    incorporate,
    year_end,
)
from mocks.world.handed_in import SYSTEMS, HandedIn, nested
from mocks.world.people import draw_person, families
from mocks.world.places import draw_address
from mocks.world.reactions import EventError, business_of, correct_later, day_of, end_open
from mocks.world.truth import Related
from mocks.world.world import Changes

if TYPE_CHECKING:
    from mocks.world.world import World

Effect = Callable[["World", dict[str, Any], Random], Changes]


def happen(world: World, event: dict[str, Any]) -> tuple[dict[str, Any], Changes]:
    """Let the event happen now; returns it completed (what was drawn is filled in).

    Keys: `kind`, `business` (id; drawn where left out), `on` (ISO day, default today), and the
    kind's own: `name`, `city`, `to`, `form_version`, `program`, `month`, `days`, `system`,
    `answers` (by path).
    """
    kind = event.get("kind")
    if kind not in EFFECTS:
        known = ", ".join(sorted(EFFECTS))
        msg = f"unknown event kind {kind!r}: use one of {known}"
        raise EventError(msg)
    done = {**event, "on": str(event.get("on") or world.today.isoformat())}
    rng = dice(world.seed, "event", len(world.truth.events), kind)
    changes = EFFECTS[kind](world, done, rng)
    return done, changes


def _founded(world: World, event: dict[str, Any], rng: Random) -> Changes:
    del rng
    made = found_business(world.seed, len(world.businesses), world.today)
    made.established_on = day_of(event) if made.kind != "pre_founder" else None
    made.years = ()
    world.businesses[made.id] = made
    event["business"] = made.id
    return Changes()


def _incorporated(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """法人成り: a new party takes over; the sole proprietor closes. They are related, not same."""
    owner = business_of(world, event, rng, "sole_proprietor")
    index = len(world.businesses)
    person = owner.representative
    made = replace(
        owner, id=f"B{index:07d}", individual_number=None, trade_names=(), past=[], years=(),
        established_on=day_of(event), account_id=f"gbiz-{index * 7001 % 100_000_007:09d}",
    )  # fmt: skip
    incorporate(made, rng, index, (person.family, person.family_kana, person.romaji))
    world.businesses[made.id] = made
    owner.closed_on = day_of(event)
    event["to"] = made.id
    world.truth.related.append(Related("incorporated_as", owner.id, made.id, day_of(event)))
    return end_open(world, event, rng, owner.id, "法人成りによる")


def _merged(world: World, event: dict[str, Any], rng: Random) -> Changes:
    gone = business_of(world, event, rng, "corporation")
    into = event.get("to")
    if into is None:
        others = [
            b.id for b in world.businesses.values()
            if b.kind == "corporation" and not b.closed_on and b.id != gone.id
        ]  # fmt: skip
        if not others:
            msg = "merged: no other corporation to merge into"
            raise EventError(msg)
        into = event["to"] = rng.choice(others)
    if into not in world.businesses or into == gone.id:
        msg = f"merged: there is no other business {into!r}"
        raise EventError(msg)
    gone.closed_on = day_of(event)
    world.truth.related.append(Related("merged_into", gone.id, into, day_of(event)))
    return end_open(world, event, rng, gone.id, "吸収合併による")


def _split(world: World, event: dict[str, Any], rng: Random) -> Changes:
    parent = business_of(world, event, rng, "corporation")
    index = len(world.businesses)
    family = families().draw(rng)
    made = replace(
        parent, id=f"B{index:07d}", past=[], years=(), established_on=day_of(event),
        address=draw_address(rng), account_id=f"gbiz-{index * 7001 % 100_000_007:09d}",
    )  # fmt: skip
    incorporate(made, rng, index, family)
    world.businesses[made.id] = made
    event["to"] = made.id
    world.truth.related.append(Related("split_from", made.id, parent.id, day_of(event)))
    return Changes()


def _renamed(world: World, event: dict[str, Any], rng: Random) -> Changes:
    business = business_of(world, event, rng, "corporation")
    old = business.name
    assert old is not None  # noqa: S101
    person = business.representative
    family = (person.family, person.family_kana, person.romaji)
    core, kana = draw_core_name(rng, business.industry, business.address, family)
    if wish := event.get("name"):
        core, kana = str(wish), event.get("kana") or old.core_kana
    business.change(day_of(event), name=LegalName(old.form, core, kana, old.prefix))
    event["name"] = core
    return correct_later(world, event, rng, business.id)


def _moved(world: World, event: dict[str, Any], rng: Random) -> Changes:
    business = business_of(world, event, rng)
    business.change(day_of(event), address=draw_address(rng))
    event["address"] = business.address.full
    return correct_later(world, event, rng, business.id)


def _place_renamed(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """A municipality takes another name; all who sit there correct their open applications."""
    city = event.setdefault("city", business_of(world, event, rng).address.place.city)
    new = event.setdefault("name", f"新{city}")
    changed = [b for b in world.businesses.values() if b.address.place.city == city]
    if not changed:
        msg = f"place_renamed: no business sits in {city!r}"
        raise EventError(msg)
    for business in changed:
        business.change(day_of(event), address=business.address.renamed(new))
        correct_later(world, event, rng, business.id)
    return Changes()


def _representative_changed(world: World, event: dict[str, Any], rng: Random) -> Changes:
    business = business_of(world, event, rng, "corporation")
    _new_head(business, event, rng)
    return correct_later(world, event, rng, business.id)


def _new_head(business: Business, event: dict[str, Any], rng: Random) -> None:
    person = draw_person(rng, day_of(event))
    officers = (Officer(business.representative_title, person), *business.officers[1:])
    business.change(day_of(event), representative=person, officers=officers)
    event["representative"] = person.name


def _died(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """The head dies: a corporation gets another one, a sole proprietor's business ends."""
    business = business_of(world, event, rng)
    if business.kind == "corporation":
        _new_head(business, event, rng)
        return correct_later(world, event, rng, business.id)
    business.closed_on = day_of(event)
    return end_open(world, event, rng, business.id, "事業主の死亡による")


def _succeeded(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """An heir goes on: a new sole proprietor (related), or a corporation's next head (same)."""
    business = business_of(world, event, rng)
    if business.kind == "corporation":
        _new_head(business, event, rng)
        return correct_later(world, event, rng, business.id)
    made = found_business(world.seed, len(world.businesses), world.today)
    person = business.representative
    heir = draw_person(rng, day_of(event), (person.family, person.family_kana, person.romaji))
    made = replace(
        business, id=made.id, account_id=made.account_id, past=[], representative=heir,
        contact=heir, individual_number=f"9{made.id[1:]:0>12}", established_on=day_of(event),
    )  # fmt: skip
    world.businesses[made.id] = made
    business.closed_on = day_of(event)
    event["to"] = made.id
    world.truth.related.append(Related("succeeded_by", business.id, made.id, day_of(event)))
    return end_open(world, event, rng, business.id, "事業承継による")


def _delegation(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """Kept in the truth; the subsidy system does not show delegations."""
    business = business_of(world, event, rng)
    to = event.setdefault("to", business_of(world, {"kind": event["kind"]}, rng).id)
    link = [r for r in world.truth.related if r.relation == "delegate_of" and r.to == business.id]
    if event["kind"] == "delegation_given":
        world.truth.related.append(Related("delegate_of", to, business.id, day_of(event)))
    else:
        for found in link:
            world.truth.related.remove(found)
    return Changes()


def _consent(world: World, event: dict[str, Any], rng: Random) -> Changes:
    business = business_of(world, event, rng)
    business.change(day_of(event), data_use_consent=event["kind"] == "consent_given")
    return correct_later(world, event, rng, business.id)


def _form_version(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """A programme's form gets a new version; drafts move to it at once."""
    open_ = [p for p in world.visible_programs() if p.takes_applications]
    program = world.programs.get(event.setdefault("program", rng.choice(open_).id))
    if program is None:
        msg = f"form_version: there is no programme {event['program']!r}"
        raise EventError(msg)
    program.form_version = event.setdefault("form_version", f"{world.today.year}-9")
    changes = Changes()
    for application in world.applications.values():
        shown = application.shown(world.now)
        if application.program == program.id and (not shown or shown[-1].state == "下書き"):
            application.form_version = program.form_version
            if shown:
                application.touched.append(world.stamp(world.now))
                changes.applications.add(application.id)
    return changes


def _fiscal_year_changed(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """決算期変更: the next closed year is a short one that ends in the new month."""
    business = business_of(world, event, rng, "corporation")
    month = int(event.setdefault("month", rng.choice((3, 6, 9, 12))))
    if not 1 <= month <= 12:
        msg = f"fiscal_year_changed: month must be 1 to 12, not {month}"
        raise EventError(msg)
    day = day_of(event)
    closed = [year for year in business.years if year.end <= day]
    coming = [
        replace(y, end=year_end(y.end.year, month), months=12)
        for y in business.years
        if y.end > day and year_end(y.end.year, month) > day
    ]
    if closed and coming:
        last = closed[0].end
        gap = (coming[-1].end.year - last.year) * 12 + coming[-1].end.month - last.month
        coming[-1] = replace(coming[-1], months=min(12, max(1, gap)))
    business.change(day, fiscal_year_end_month=month, years=(*coming, *closed))
    return correct_later(world, event, rng, business.id)


def _ownership_changed(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """A large company takes 60 %: the business becomes みなし大企業."""
    business = business_of(world, event, rng, "corporation")
    large = event.setdefault("name", "大日本模擬ホールディングス株式会社")
    shares: tuple[Shareholder, ...] = draw_shareholders(rng, business, large)
    business.change(day_of(event), shareholders=shares, deemed_large=True)
    return correct_later(world, event, rng, business.id)


def _answers_submitted(world: World, event: dict[str, Any], rng: Random) -> Changes:
    """An application is handed in with the `answers` given by path, and no others."""
    business = business_of(world, event, rng)
    system = event.setdefault("system", SYSTEMS[0])
    given = event.setdefault("answers", {})
    if system not in SYSTEMS or not isinstance(given, dict):
        msg = f"answers_submitted: it needs `answers` by path, and a `system` of {SYSTEMS}"
        raise EventError(msg)
    number = len(world.handed_in) + 1
    key = event["application"] = (
        f"KP{world.today:%Y}-{9_000_000 + number}"
        if system == "management_plan"
        else f"HI{world.today:%Y%m%d}-{number:06d}"
    )
    handed_in = HandedIn(key, system, business.id, nested(given))
    world.handed_in.append(handed_in)
    if system != "subsidy":
        return Changes()
    program = next(p for p in world.visible_programs() if p.takes_applications)
    index = len(world.applications) + 1_000_000
    made = hand_in(world.seed, index, business, program, at=world.now, given=handed_in.answers)
    world.applications[made.id] = made
    event["application"] = made.id
    return Changes(applications={made.id})


EFFECTS: dict[str, Effect] = {
    "founded": _founded,
    "incorporated": _incorporated,
    "merged": _merged,
    "split": _split,
    "renamed": _renamed,
    "moved": _moved,
    "place_renamed": _place_renamed,
    "representative_changed": _representative_changed,
    "died": _died,
    "succeeded": _succeeded,
    "delegation_given": _delegation,
    "delegation_withdrawn": _delegation,
    "consent_given": _consent,
    "consent_withdrawn": _consent,
    "form_version": _form_version,
    "fiscal_year_changed": _fiscal_year_changed,
    "ownership_changed": _ownership_changed,
    "answers_submitted": _answers_submitted,
}
