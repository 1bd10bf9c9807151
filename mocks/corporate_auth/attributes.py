"""An account's attributes as GビズID spells them, the same in the register and in /userinfo."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import jaconv

from mocks.corporate_auth.accounts import Account
from mocks.world import dirt, spelling
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.numbers import personal_number, wrong_corporate_number
from mocks.world.places import Address

Attributes = dict[str, Any]

NUMBER, ADDRESS, USER_ADDRESS, KANA = (
    "corp_type", "prefecture_name", "user_post_code", "rep_last_nm_kana",
)  # fmt: skip
"""Fields that are read together go by the first of them."""

REFUSED = (
    Flaw("check_digit", "record", NUMBER, "refused"),
    Flaw("unknown_code", "field", ADDRESS, "refused"),
    Flaw("impossible_date", "field", "birthday_ymd", "refused"),
    Flaw("nul", "field", "user_department", "refused"),
)
NOTED = (
    Flaw("lost_zeros", "field", USER_ADDRESS, "noted"),
    Flaw("not_kana", "field", KANA, "noted"),
)
UNCHECKED = 4
"""Times as often as elsewhere something is wrong in an エントリー, which nobody has checked."""

MASKED = Flaw("personal_number", "field", "user_department", "masked")


def profile(account: Account, rng: Random) -> Attributes:
    """Scope `profile`: the business, that of the プライム above for a メンバー.

    prefecture_name holds the code of JIS X 0401; a sole proprietor's corporate_number is the
    13-digit 個人事業主管理番号; an エントリー has no birthday.
    """
    business, person = account.business, account.representative
    address = business.address
    half_width = account.type == "entry" and rng.random() < 0.2
    reading = jaconv.z2h if half_width else str
    found = {
        "corp_type": "1" if business.kind == "corporation" else "2",
        "corporate_number": _number(account, rng),
        "name": _name(business, account, rng),
        "en_name": _english(business) if rng.random() < 0.4 else "",
        "prefecture_name": address.place.code5[:2],
        "address1": address.place.city,
        "address2": _street(rng, address, building=True),
        "rep_last_nm": person.family,
        "rep_first_nm": person.given,
        "rep_last_nm_kana": reading(person.family_kana),
        "rep_first_nm_kana": reading(person.given_kana),
    }
    if account.type != "entry":
        found["birthday_ymd"] = compact(person.born_on)
    return found


def user(account: Account, rng: Random) -> Attributes:
    """Scope `user`: who signs in. The telephone has no separators, the postal code 7 digits."""
    business, person = account.business, account.user
    address = business.address
    if account.agent:
        phone, department = "0312345678", ""
    else:
        of_person = business.kind != "corporation"
        phone = (business.mobile if of_person else business.phone).replace("-", "")
        department = business.contact_department if account.type == "member" else ""
    return {
        "user_last_nm": person.family,
        "user_first_nm": person.given,
        "user_last_nm_kana": person.family_kana,
        "user_first_nm_kana": person.given_kana,
        "user_birthday_ymd": compact(person.born_on),
        "user_post_code": address.place.postal_code,
        "user_prefecture_name": address.place.code5[:2],
        "user_address1": address.place.city,
        "user_address2": _street(rng, address, building=False),
        "user_address3": address.building,
        "user_department": department,
        "user_tel_no_contact": phone,
    }


def email(account: Account) -> str:
    """Scope `email`; an agent has one address at all clients."""
    if account.agent:
        return f"{account.user.romaji}@agent.example.jp"
    host = account.business.email.partition("@")[2]
    return f"{account.user.romaji}.{account.number % 1000}@{host}"


def attributes(seed: int, account: Account) -> tuple[Attributes, tuple[Flaw, ...]]:
    """Profile, user and mail of an account, and what is wrong with them.

    The spelling depends on the account and on its business's address alone, so that it stays.
    """
    rng = dice(seed, "gbizid spelling", account.sub, account.business.address.full)
    found = {**profile(account, rng), **user(account, rng), "email": email(account)}
    flaws = _draw(dice(seed, "gbizid dirt", account.sub), account, found)
    for flaw in flaws:
        _spoil(flaw, found, account)
    return found, flaws


def compact(day: date) -> str:
    """YYYYMMDD."""
    return f"{day:%Y%m%d}"


def _number(account: Account, rng: Random) -> str | None:
    business = account.business
    if account.type == "entry" and rng.random() < 0.3:
        return None
    return business.corporate_number or business.individual_number


def _name(business: Business, account: Account, rng: Random) -> str:
    if business.name is not None:
        checked = account.type != "entry"
        return business.name.full if checked else spelling.legal_name(rng, business.name)
    return business.trade_names[0] if business.trade_names else business.representative.name


def _english(business: Business) -> str:
    return f"{business.representative.romaji.capitalize()} Co., Ltd."


def _street(rng: Random, address: Address, *, building: bool) -> str:
    place, block = address.place, address.block
    roll = rng.random()
    if roll < 0.3:
        block = spelling.wide(block)
    elif roll < 0.6:
        block = spelling.spelled_block(rng, block, has_chome=place.has_chome)
    tail = f" {address.building}" if building and address.building else ""
    return f"{place.town}{block}{tail}"


def _draw(rng: Random, account: Account, found: Attributes) -> tuple[Flaw, ...]:
    """None for most; where nobody has checked the number, it is the number that is wrong."""
    roll = rng.random()
    unchecked = UNCHECKED if account.type == "entry" else 1
    for share, pool in (
        (dirt.REFUSED_SHARE * unchecked, REFUSED),
        (dirt.NOTED_SHARE, NOTED),
        (dirt.MASKED_SHARE, (MASKED,)),
    ):
        if roll < share:
            fitting = [flaw for flaw in pool if _fits(flaw, account, found)]
            typed = [flaw for flaw in fitting if flaw.level == "record"]
            return (rng.choice(typed or fitting),) if fitting else ()
        roll -= share
    return ()


def _fits(flaw: Flaw, account: Account, found: Attributes) -> bool:
    """Whether the account has what the flaw spoils; the number of a checked one is right."""
    if flaw.rule == "check_digit":
        return account.type == "entry" and account.business.corporate_number is not None
    if flaw.rule == "impossible_date":
        return "birthday_ymd" in found
    if flaw.rule == "lost_zeros":
        return str(found["user_post_code"]).startswith("0")
    return True


def _spoil(flaw: Flaw, found: Attributes, account: Account) -> None:
    if flaw.rule == "check_digit":
        found["corporate_number"] = wrong_corporate_number(str(account.business.corporate_number))
    elif flaw.rule == "unknown_code":
        found["prefecture_name"] = "48"
    elif flaw.rule == "impossible_date":
        found["birthday_ymd"] = f"{account.representative.born_on.year}0230"
    elif flaw.rule == "nul":
        found["user_department"] = "総務\0部"
    elif flaw.rule == "lost_zeros":
        found["user_post_code"] = str(found["user_post_code"])[1:]
    elif flaw.rule == "not_kana":
        found["rep_last_nm_kana"] = account.representative.family
    else:
        number = personal_number(account.number)
        found["user_department"] = f"経理部（マイナンバー {number}）"
