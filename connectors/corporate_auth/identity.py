"""Who has signed in, and for whom: the answers of GビズID with their traps made good.

A prefecture is a code here and a name there; a day is written in two ways; a sole proprietor's
corporate_number is no 法人番号; an open end is 20990101; an agent's own business and that of the
delegator stand in one answer. Personal values never show in `repr`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, cast

from connectors.corporate_auth.prefectures import prefecture
from connectors.corporate_auth.reading import (
    OPEN_END,
    code_of,
    day_of,
    is_corporate_number,
    object_of,
    objects_of,
    outside,
    text_of,
)

AccountType = Literal["entry", "prime", "member"]
Kind = Literal["corporation", "sole_proprietor"]
ACCOUNT_TYPES = {"1": "entry", "2": "prime", "3": "member"}
KINDS = {
    "1": "corporation", "2": "sole_proprietor", "法人": "corporation",
    "個人事業主": "sole_proprietor",
}  # fmt: skip
LEVELS = {"ial1": "ial1", "ial2": "ial2"}
RIGHTS = {
    "jp_gbizid_prime": "prime",
    "jp_gbizid_administrator": "administrator",
    "jp_gbizid_member": "member",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person as an answer names one."""

    family: str | None = field(repr=False)
    given: str | None = field(repr=False)
    family_kana: str | None = field(repr=False)
    given_kana: str | None = field(repr=False)
    born_on: date | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in the parts that GビズID knows."""

    prefecture_code: str | None
    prefecture: str | None
    city: str | None = field(repr=False)
    street: str | None = field(repr=False)
    building: str | None = field(repr=False, default=None)
    postal_code: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Holder:
    """The business behind an account.

    `corporate_number` is a 法人番号 with a valid check digit, or None; an individual's number is
    GビズID's own, and identifies nobody elsewhere.
    """

    kind: Kind | None
    corporate_number: str | None = field(repr=False)
    sole_proprietor_number: str | None = field(repr=False)
    name: str | None = field(repr=False)
    name_en: str | None = field(repr=False)
    address: Address = field(repr=False)
    representative: Person = field(repr=False)


@dataclass(frozen=True, slots=True)
class Category:
    """What a delegation covers; `procedure` is None for all of the category."""

    code: str
    name: str | None
    active: bool
    procedure: str | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegation; `delegator` is the business that is represented, `account` its account.

    Both days are Japan's, and inclusive; `ends_on` is None for an open end.
    """

    number: str
    system_code: str
    starts_on: date
    ends_on: date | None
    categories: tuple[Category, ...]
    account: str
    delegator: Holder = field(repr=False)
    note: str | None = field(repr=False, default=None)

    def in_force(self, day: date) -> bool:
        """Whether it has begun and has not ended on a day of Japan."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def covers(self, category: str, day: date, procedure: str | None = None) -> bool:
        """Whether the delegate may act in a category, or one procedure of it, on a day of Japan."""
        return self.in_force(day) and any(
            one.active and one.code == category and one.procedure in (None, procedure)
            for one in self.categories
        )


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Who has signed in. What no scope opened is None, or empty.

    `holder` is the account's own business (for a メンバー that of its プライム), `delegation` the
    business represented while the user is signed in as an agent.
    """

    sub: str
    account_type: AccountType | None
    parent: str | None
    holder: Holder = field(repr=False)
    user: Person = field(repr=False)
    user_address: Address = field(repr=False)
    department: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    mandates: tuple[str, ...]
    assurance_level: Literal["ial1", "ial2"] | None
    procedure: str | None
    rights: str | None
    branches: tuple[str, ...] = field(repr=False)
    delegation: Delegation | None

    @property
    def checked(self) -> bool:
        """Whether GビズID has checked the business's number: it has not for an エントリー."""
        return self.account_type in ("prime", "member")


def read_userinfo(answer: Mapping[str, Any]) -> UserInfo:
    """The answer of /userinfo.

    Raises:
        ContractError: it is outside the contract; names the field, never its value.
    """
    sub = text_of(answer, "sub")
    if sub is None:
        raise outside("sub", "is missing")
    account_type = cast(AccountType | None, code_of(answer, "account_type", ACCOUNT_TYPES))
    claims = object_of(object_of(answer, "verified_claims"), "verification")
    role = object_of(answer, "role")
    rights = objects_of(role, "permission")
    return UserInfo(
        sub,
        account_type,
        text_of(answer, "parent_id"),
        _holder(answer, account_type),
        _person(answer, "user_last_nm", "user_first_nm", "user_birthday_ymd"),
        _user_address(answer),
        text_of(answer, "user_department"),
        text_of(answer, "user_tel_no_contact"),
        text_of(answer, "email") or text_of(answer, "user_email"),
        _texts(objects_of(answer, "mandate_info"), "client_id"),
        cast(Literal["ial1", "ial2"] | None, code_of(claims, "assurance_level", LEVELS)),
        text_of(object_of(claims, "assurance_process"), "procedure"),
        code_of(rights[0], "role", RIGHTS) if rights else None,
        _texts(objects_of(object_of(role, "applies_to"), "levels"), "branch_name"),
        read_delegation(object_of(answer, "delegation_info")),
    )


def read_delegation(answer: Mapping[str, Any]) -> Delegation | None:
    """One delegation_info; None for `{}`, which says that there is none.

    Raises:
        ContractError: it is outside the contract; names the field, never its value.
    """
    if not answer:
        return None
    starts_on, ends_on = day_of(answer, "delegation_start"), day_of(answer, "delegation_end")
    number, system = text_of(answer, "delegation_no"), text_of(answer, "system_cd")
    if number is None or system is None or starts_on is None or ends_on is None:
        raise outside("delegation_info", "lacks its number, its system or one of its days")
    return Delegation(
        number,
        system,
        starts_on,
        None if ends_on == OPEN_END else ends_on,
        tuple(map(_category, objects_of(answer, "category_info"))),
        account_of(text_of(answer, "meti_id")),
        _delegator(answer),
        text_of(answer, "note"),
    )


def account_of(meti_id: str | None) -> str:
    """The key of the account that a meti_id numbers (assumed: `gbiz-` and nine digits).

    Raises:
        ContractError: it is no number.
    """
    if meti_id is None or not (meti_id.isascii() and meti_id.isdigit()):
        raise outside("meti_id", "is no number")
    return f"gbiz-{int(meti_id):09d}"


def meti_id_of(account: str) -> int:
    """The number inside an account's key.

    Raises:
        ValueError: the key has none.
    """
    found = re.fullmatch(r"gbiz-([0-9]{9,})", account, re.ASCII)
    if found is None:
        raise ValueError("this is no account key of the corporate authentication system")
    return int(found[1])


def _category(answer: Mapping[str, Any]) -> Category:
    code, active = text_of(answer, "category_cd"), answer.get("active_flg")
    if code is None or not isinstance(active, bool):
        raise outside("category_info", "has a category without code or active_flg")
    return Category(code, text_of(answer, "category_nm"), active, text_of(answer, "procedure_cd"))


def _holder(answer: Mapping[str, Any], account_type: AccountType | None) -> Holder:
    kind = cast(Kind | None, code_of(answer, "corp_type", KINDS))
    number = text_of(answer, "corporate_number")
    corporate, individual = _numbers(kind, number, "corporate_number", account_type != "entry")
    code, name = prefecture(text_of(answer, "prefecture_name"))
    return Holder(
        kind,
        corporate,
        individual,
        text_of(answer, "name"),
        text_of(answer, "en_name"),
        Address(code, name, text_of(answer, "address1"), text_of(answer, "address2")),
        _person(answer, "rep_last_nm", "rep_first_nm", "birthday_ymd"),
    )


def _delegator(answer: Mapping[str, Any]) -> Holder:
    kind = cast(Kind | None, code_of(answer, "business_type", KINDS))
    corporate, individual = _numbers(kind, text_of(answer, "corp_no"), "corp_no", checked=True)
    code, name = prefecture(text_of(answer, "address_pref"))
    return Holder(
        kind,
        corporate,
        individual,
        text_of(answer, "firm_nm"),
        text_of(answer, "firm_nm_en"),
        Address(code, name, text_of(answer, "address_city"), text_of(answer, "address_number")),
        _person(answer, "last_nm", "first_nm", "birthday"),
    )


def _numbers(
    kind: Kind | None, number: str | None, name: str, checked: bool
) -> tuple[str | None, str | None]:
    """法人番号 and individual's number; what an エントリー typed wrongly is neither."""
    if number is None or kind is None:
        return None, None
    if kind == "sole_proprietor":
        return None, number
    if is_corporate_number(number):
        return number, None
    if checked:
        raise outside(name, "is no 法人番号 although the business is a corporation")
    return None, None


def _person(answer: Mapping[str, Any], family: str, given: str, birthday: str) -> Person:
    return Person(
        text_of(answer, family),
        text_of(answer, given),
        text_of(answer, f"{family}_kana"),
        text_of(answer, f"{given}_kana"),
        day_of(answer, birthday),
    )


def _user_address(answer: Mapping[str, Any]) -> Address:
    code, name = prefecture(text_of(answer, "user_prefecture_name"))
    return Address(
        code,
        name,
        text_of(answer, "user_address1"),
        text_of(answer, "user_address2"),
        text_of(answer, "user_address3"),
        text_of(answer, "user_post_code"),
    )


def _texts(objects: list[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    return tuple(text for one in objects if (text := text_of(one, name)))
