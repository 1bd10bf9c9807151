"""What goes wrong when the same business is stated a second time.

The mix follows Febrl's generator (one to a few errors a record: missing values, slips of the
keyboard, swapped values) with what happens to Japanese businesses: they move, change their name
and representative, write the trade name for their own, or know a date to the month alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from benchmarks.matching.statement import STATED, Statement, homophones
from mocks.world.business import LegalName
from mocks.world.dice import Weighted
from mocks.world.founding import draw_core_name
from mocks.world.industries import INDUSTRIES
from mocks.world.people import draw_person
from mocks.world.places import draw_address, draw_mobile, draw_phone
from mocks.world.spelling import VARIANTS

HOW_MANY: Weighted[int] = Weighted.of([(1, 40), (2, 32), (3, 19), (4, 9)])
"""Errors of one duplicate."""

Before = Callable[[Random, Statement], bool]
"""An error in what is stated; tells whether it could be made."""

After = Callable[[Random, dict[str, "str | None"]], bool]
"""An error in how it is written; tells whether it could be made."""


def _moved(rng: Random, stated: Statement) -> bool:
    near = stated.address.place if rng.random() < 0.3 else None
    stated.address = draw_address(rng, near)
    stated.stated_on -= timedelta(days=rng.randrange(200, 2000))
    if rng.random() < 0.4:
        stated.phone = draw_phone(rng, stated.address.place.prefecture)
    return True


def _renamed(rng: Random, stated: Statement) -> bool:
    """The name before a change: another core, or the same core in another legal form."""
    old, person = stated.legal_name, stated.person
    if old is None or person is None:
        return False
    stated.stated_on -= timedelta(days=rng.randrange(200, 2000))
    if rng.random() < 0.3 and old.form == "302":
        stated.legal_name = replace(old, form="301")
        return True
    family = (person.family, person.family_kana, person.romaji)
    core, kana = draw_core_name(rng, INDUSTRIES.draw(rng), stated.address, family)
    stated.legal_name = replace(old, core=core, core_kana=kana)
    return True


def _represented(rng: Random, stated: Statement) -> bool:
    """The representative before: a parent as often as a stranger."""
    person = stated.person
    if stated.legal_name is None or person is None:
        return False
    kin = (person.family, person.family_kana, person.romaji) if rng.random() < 0.5 else None
    stated.person = draw_person(rng, date(2006, 1, 1), kin)
    return True


def _other_phone(rng: Random, stated: Statement) -> bool:
    line = draw_phone(rng, stated.address.place.prefecture)
    stated.phone = draw_mobile(rng) if rng.random() < 0.6 else line
    return True


def _other_email(rng: Random, stated: Statement) -> bool:
    local = rng.choice(("info", "office", "soumu", "contact"))
    stated.email = f"{local}@{stated.email.partition('@')[2]}"
    return True


def _kana_only(rng: Random, stated: Statement) -> bool:
    legal, person = stated.legal_name, stated.person
    if legal:
        stated.typed_name = legal.kana if rng.random() < 0.5 else legal.core_kana
    elif person:
        stated.typed_name = person.kana
    return stated.typed_name is not None


def _trade_name_as_name(_rng: Random, stated: Statement) -> bool:
    if stated.legal_name or stated.trade_name is None:
        return False
    stated.typed_name = stated.trade_name
    return True


def _form_left_out(_rng: Random, stated: Statement) -> bool:
    if stated.legal_name is None:
        return False
    stated.typed_name = stated.legal_name.core
    return True


def _building_left_out(_rng: Random, stated: Statement) -> bool:
    if not stated.address.building:
        return False
    stated.address = replace(stated.address, building="")
    return True


def _block_cut(_rng: Random, stated: Statement) -> bool:
    """The last number left out: 2-1 for 2-1-5."""
    head, hyphen, _ = stated.address.block.rpartition("-")
    if not hyphen:
        return False
    stated.address = replace(stated.address, block=head)
    return True


def _month_only(_rng: Random, stated: Statement) -> bool:
    if stated.established_on is None:
        return False
    stated.month_only = True
    return True


def _other_date(rng: Random, stated: Statement) -> bool:
    """創業 for 設立, or a slip: another year, or day and month changed about."""
    day = stated.established_on
    if day is None:
        return False
    if rng.random() < 0.5:
        stated.established_on = day - timedelta(days=rng.randrange(200, 6000))
    else:
        stated.established_on = _slipped(rng, day)
    return True


def _birthday(rng: Random, stated: Statement) -> bool:
    if stated.person is None:
        return False
    stated.person = replace(stated.person, born_on=_slipped(rng, stated.person.born_on))
    return True


def _homophone(rng: Random, stated: Statement) -> bool:
    """A name converted into other kanji of the same reading."""
    person = stated.person
    if person is None:
        return False
    family = rng.random() < 0.4
    kana, written = (
        (person.family_kana, person.family) if family else (person.given_kana, person.given)
    )
    others = [name for name in homophones(family).get(kana, ()) if name != written]
    if not others:
        return False
    name = rng.choice(others)
    stated.person = replace(person, family=name) if family else replace(person, given=name)
    return True


def _slipped(rng: Random, day: date) -> date:
    if day.day <= 12 and day.day != day.month and rng.random() < 0.4:
        return date(day.year, day.day, day.month)
    if rng.random() < 0.5:
        return date(day.year + rng.choice((-10, -1, 1, 10)), day.month, min(day.day, 28))
    return date(day.year, day.month, 1 + (day.day + rng.randrange(1, 27)) % 28)


def _missing(rng: Random, values: dict[str, str | None]) -> bool:
    there = [name for name in STATED if values[name]]
    for name in rng.sample(there, min(len(there), rng.choice((1, 1, 2, 3)))):
        values[name] = None
    return bool(there)


def slip(rng: Random, text: str) -> str:
    """One slip of the keyboard: a character left out, doubled, replaced or changed about."""
    place = rng.randrange(len(text))
    roll = rng.random()
    if roll < 0.3:
        return text[:place] + text[place + 1 :]
    if roll < 0.5:
        return text[: place + 1] + text[place:]
    if roll < 0.75 and place + 1 < len(text):
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + _near(rng, text[place]) + text[place + 1 :]


def _near(rng: Random, sign: str) -> str:
    if sign.isascii() and sign.isdigit():
        return str((int(sign) + rng.randrange(1, 10)) % 10)
    if sign.isascii() and sign.isalpha():
        return rng.choice("abcdefghijklmnopqrstuvwxyz")
    if "ァ" <= sign <= "ヴ":
        return chr(min(ord("ヴ"), max(ord("ァ"), ord(sign) + rng.choice((-1, 1)))))
    return rng.choice("一口二大小本木田山川東西南北上中下")


def _slip_in(*fields: str) -> After:
    def make(rng: Random, values: dict[str, str | None]) -> bool:
        there = [name for name in fields if len(values[name] or "") > 2]
        if not there:
            return False
        name = rng.choice(there)
        values[name] = slip(rng, values[name] or "")
        return True

    return make


def _slip_in_number(rng: Random, values: dict[str, str | None]) -> bool:
    """A wrong digit in the telephone number: its length stays right."""
    text = values["phone"]
    places = [n for n, sign in enumerate(text or "") if sign.isascii() and sign.isdigit()][-6:]
    if not text or not places:
        return False
    place = rng.choice(places)
    values["phone"] = text[:place] + _near(rng, text[place]) + text[place + 1 :]
    return True


def _variants(_rng: Random, values: dict[str, str | None]) -> bool:
    for name in ("name", "representative", "trade_name"):
        text = values[name]
        values[name] = text and text.translate(VARIANTS)
    return True


def _oaza(rng: Random, values: dict[str, str | None]) -> bool:
    """大字 written, or ヶ as ケ or が."""
    text = values["address"] or ""
    spelled = text.replace("ケ", rng.choice("ヶがヵ")).replace("ヶ", rng.choice("ケが"))
    if spelled == text:
        for sign in "市区町村":
            head, found, tail = text.partition(sign)
            if found and tail[:1] and not tail[0].isascii():
                spelled = f"{head}{found}大字{tail}" if sign in "町村" else text
                break
    values["address"] = spelled
    return spelled != text


BEFORE: tuple[tuple[Before, float], ...] = (
    (_moved, 7),
    (_renamed, 4),
    (_represented, 5),
    (_other_phone, 9),
    (_other_email, 3),
    (_kana_only, 4),
    (_trade_name_as_name, 7),
    (_form_left_out, 3),
    (_building_left_out, 5),
    (_block_cut, 3),
    (_month_only, 6),
    (_other_date, 5),
    (_birthday, 4),
    (_homophone, 6),
)
AFTER: tuple[tuple[After, float], ...] = (
    (_missing, 16),
    (_slip_in("name", "kana"), 8),
    (_slip_in("representative", "representative_kana"), 5),
    (_slip_in("address"), 5),
    (_slip_in("email"), 2),
    (_slip_in("postal_code"), 2),
    (_slip_in_number, 4),
    (_variants, 3),
    (_oaza, 3),
)
_ALL: Weighted[tuple[Before | None, After | None]] = Weighted.of(
    [((before, None), weight) for before, weight in BEFORE]
    + [((None, after), weight) for after, weight in AFTER]
)


def draw_errors(rng: Random, stated: Statement) -> tuple[After, ...]:
    """Make the errors in what a duplicate states; those in how it is written are still to make."""
    later: list[After] = []
    left = HOW_MANY.draw(rng)
    while left:
        before, after = _ALL.draw(rng)
        if after is not None:
            later.append(after)
            left -= 1
        elif before is not None and before(rng, stated):
            left -= 1
    return tuple(later)


def opposite_position(name: LegalName) -> LegalName:
    """前株 for 後株: another company's name."""
    return replace(name, prefix=not name.prefix)
