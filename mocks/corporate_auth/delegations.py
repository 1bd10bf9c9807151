"""Delegations: per system, category and procedure, with dates; withdrawn ones stay and say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from mocks.corporate_auth.accounts import Account
from mocks.corporate_auth.attributes import Attributes, compact
from mocks.world import dirt
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.numbers import personal_number

OPEN_END = "20990101"
KINDS = {"1": "法人", "2": "個人事業主"}
TO_OTHER, TO_MEMBER = "1", "2"
REFUSED = (
    Flaw("impossible_date", "field", "delegation_end", "refused"),
    Flaw("nul", "field", "note", "refused"),
)
MASKED = Flaw("personal_number", "field", "note", "masked")
NOTES = ("", "", "補助金の申請を任せます。", "顧問契約の期間中に限る。", "担当：営業部")


@dataclass(frozen=True, slots=True)
class Category:
    """One category of a system, whole or for one procedure of it."""

    code: str
    name: str
    active: bool
    procedure: tuple[str, str] | None = None


@dataclass(slots=True)
class Delegation:
    """A delegation between two accounts; `shown_from` is when the register begins to show it."""

    number: str
    delegator: str
    delegate: str
    system: str
    kind: str
    delegated_on: date
    start: date
    end: date | None
    categories: tuple[Category, ...]
    note: str = ""
    withdrawn_on: date | None = None
    flaws: tuple[Flaw, ...] = field(default=())

    def active(self, day: date) -> bool:
        """Whether it has not been withdrawn."""
        return self.withdrawn_on is None or day < self.withdrawn_on

    def in_force(self, day: date) -> bool:
        """Whether the delegate may act for the delegator."""
        return self.active(day) and self.start <= day and (self.end is None or day <= self.end)


@cache
def delegable() -> dict[str, Any]:
    """System code → its name and categories."""
    path = Path(__file__).with_name("delegable.yaml")
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def draw_categories(rng: Random, system: str, wish: str | None = None) -> tuple[Category, ...]:
    """Categories of a system, some out of force, some for one procedure alone."""
    known = delegable()[system]["categories"]
    chosen = [wish] if wish else sorted(rng.sample(sorted(known), rng.randint(1, len(known))))
    found = []
    for code in chosen:
        about = known.get(code, {"name": code, "procedures": {}})
        procedures = sorted(about["procedures"].items())
        only = rng.choice(procedures) if procedures and rng.random() < 0.25 else None
        active = bool(wish) or rng.random() < 0.92
        found.append(Category(code, about["name"], active, only))
    return tuple(found)


def draw_delegation(
    seed: int, number: str, delegator: Account, delegate: Account, today: date
) -> Delegation:
    """A delegation as it stands when the world begins: running, ended, withdrawn or to come."""
    rng = dice(seed, "gbizid delegation", number)
    system = rng.choice(sorted(delegable()))
    start = today - timedelta(days=rng.randint(20, 900))
    delegated = start
    if rng.random() < 0.04:
        delegated, start = today - timedelta(days=3), today + timedelta(days=rng.randint(5, 60))
    end = None if rng.random() < 0.6 else start + timedelta(days=rng.choice((90, 365, 730)))
    made = Delegation(
        number, delegator.sub, delegate.sub, system,
        TO_MEMBER if delegate.parent == delegator.sub else TO_OTHER,
        delegated, start, end, draw_categories(rng, system), rng.choice(NOTES),
    )  # fmt: skip
    if rng.random() < 0.1 and start < today - timedelta(days=10):
        made.withdrawn_on = today - timedelta(days=rng.randint(2, (today - start).days - 1))
    made.flaws = _draw_flaws(rng, made)
    return made


def _draw_flaws(rng: Random, made: Delegation) -> tuple[Flaw, ...]:
    roll = rng.random()
    if roll < dirt.REFUSED_SHARE:
        return (rng.choice(REFUSED),) if made.end else (REFUSED[1],)
    return (MASKED,) if roll < dirt.REFUSED_SHARE + dirt.MASKED_SHARE else ()


def delegation_info(made: Delegation, delegator: Account, found: Attributes) -> Attributes:
    """The published fields: they describe the delegator, in spellings of their own.

    Args:
        found: the delegator's own attributes (`attributes.attributes`).
    """
    address = delegator.business.address
    place = address.place
    return {
        "delegation_no": made.number,
        "system_cd": made.system,
        "delegation_start": compact(made.start),
        "delegation_end": _end(made),
        "category_info": [_category(category) for category in made.categories],
        "meti_id": delegator.number,
        "business_type": KINDS[found["corp_type"]],
        "corp_no": delegator.business.corporate_number or delegator.business.individual_number,
        "firm_nm": found["name"],
        "firm_nm_en": found["en_name"],
        "address_pref": place.prefecture,
        "address_city": place.city,
        "address_number": f"{place.town}{address.block}",
        "last_nm": delegator.representative.family,
        "first_nm": delegator.representative.given,
        "last_nm_kana": delegator.representative.family_kana,
        "first_nm_kana": delegator.representative.given_kana,
        "birthday": compact(delegator.representative.born_on),
        "user_last_nm": found["user_last_nm"],
        "user_first_nm": found["user_first_nm"],
        "user_last_nm_kana": found["user_last_nm_kana"],
        "user_first_nm_kana": found["user_first_nm_kana"],
        "user_post_cd": found["user_post_code"],
        "user_address_pref": place.prefecture,
        "user_address_city": place.city,
        "user_address_number": f"{place.town}{address.block}",
        "user_address_bldg": address.building,
        "user_department": found["user_department"],
        "user_tel_no_contact": found["user_tel_no_contact"],
        "user_email": found["email"],
        "note": _note(made, delegator),
    }


def change_record(
    made: Delegation, delegator: Account, delegate: Account, found: Attributes, day: date
) -> Attributes:
    """The record of the assumed list of changes."""
    business = delegate.business
    withdrawn = None if made.active(day) else made.withdrawn_on
    return {
        **delegation_info(made, delegator, found),
        "active_flg": withdrawn is None,
        "delegated_on": compact(made.delegated_on),
        "withdrawn_on": compact(withdrawn) if withdrawn else None,
        "delegation_kind": made.kind,
        "delegator_id": made.delegator,
        "delegate_id": made.delegate,
        "delegate": {
            "business_type": KINDS["1" if business.kind == "corporation" else "2"],
            "corp_no": business.corporate_number or business.individual_number,
            "firm_nm": business.display_name,
        },
    }


def _category(category: Category) -> Attributes:
    found: Attributes = {
        "category_cd": category.code,
        "category_nm": category.name,
        "active_flg": category.active,
    }
    if category.procedure:
        found["procedure_cd"], found["procedure_nm"] = category.procedure
    return found


def _end(made: Delegation) -> str:
    if any(flaw.rule == "impossible_date" for flaw in made.flaws) and made.end:
        return f"{made.end.year}0231"
    return compact(made.end) if made.end else OPEN_END


def _note(made: Delegation, delegator: Account) -> str:
    rules = {flaw.rule for flaw in made.flaws}
    if "nul" in rules:
        return "備考\0あり"
    if "personal_number" in rules:
        return f"代表者のマイナンバーは {personal_number(delegator.number)} です。"
    return made.note
