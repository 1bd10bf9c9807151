"""What /userinfo tells of an account, by scope, with every trap of the published answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from mocks.corporate_auth.accounts import Account
from mocks.corporate_auth.attributes import Attributes
from mocks.corporate_auth.delegations import delegation_info
from mocks.corporate_auth.parties import RelyingParties
from mocks.corporate_auth.provider import Grant
from mocks.corporate_auth.register import Held, Register
from mocks.world.dice import dice
from mocks.world.programs import japan

PROFILE = (
    "corp_type", "corporate_number", "name", "en_name", "prefecture_name", "address1", "address2",
    "rep_last_nm", "rep_first_nm", "rep_last_nm_kana", "rep_first_nm_kana", "birthday_ymd",
)  # fmt: skip
USER = (
    "user_last_nm", "user_first_nm", "user_last_nm_kana", "user_first_nm_kana", "user_post_code",
    "user_prefecture_name", "user_address1", "user_address2", "user_address3", "user_department",
    "user_tel_no_contact", "user_birthday_ymd",
)  # fmt: skip
TYPES = {"entry": "1", "prime": "2", "member": "3"}


def userinfo(register: Register, parties: RelyingParties, grant: Grant) -> Attributes:
    """The answer for a grant: only what its scopes open."""
    held = register.held[grant.sub]
    account, shown = held.account, held.attributes
    found: Attributes = {"sub": account.sub}
    if "profile" in grant.scopes:
        found |= {"account_type": TYPES[account.type]}
        if account.parent:
            found["parent_id"] = account.parent
        found |= _some(shown, PROFILE)
    if "user" in grant.scopes:
        found |= _some(shown, USER)
    if "mandate" in grant.scopes:
        found["mandate_info"] = mandates(register, parties, account)
    if "email" in grant.scopes:
        found |= {"email": shown["email"], "user_email": shown["email"]}
    if "jp_gbizid_v1_ida" in grant.scopes:
        found["verified_claims"] = verified_claims(register.world.seed, account)
    if "role" in grant.scopes:
        found["role"] = role(account)
    if "delegation_info" in grant.scopes:
        found["delegation_info"] = _delegation(register, grant)
    return found


def mandates(register: Register, parties: RelyingParties, account: Account) -> list[dict[str, str]]:
    """The relying parties that a メンバー may use; those of a プライム are not listed."""
    if account.type != "member":
        return []
    rng = dice(register.world.seed, "gbizid mandates", account.sub)
    return [{"client_id": name} for name in parties.names() if rng.random() < 0.8]


def verified_claims(seed: int, account: Account) -> Attributes:
    """OpenID for identity assurance (jp_gbizid_v1): its form depends on the kind of account."""
    if account.type == "entry":
        verification = {"trust_framework": "jp_gbizid_v1", "assurance_level": "ial1"}
        return {"verification": verification, "claims": {}}
    sole = account.business.kind != "corporation"
    rng = dice(seed, "gbizid procedure", account.sub)
    if account.type == "member":
        procedure = "jp_gbizid_member"
    elif sole:
        procedure = f"jp_gbizid_{rng.choice(('document', 'online'))}_sole_proprietorship"
    else:
        procedure = rng.choice(
            ("jp_gbizid_document_corporation", "jp_gbizid_online_corporation",
             "jp_gbizid_one_stop_service")
        )  # fmt: skip
    return {
        "verification": {
            "trust_framework": "jp_gbizid_v1",
            "assurance_level": "ial2",
            "time": _japanese_minute(account.opened_on),
            "assurance_process": {"procedure": procedure},
        },
        "claims": _verified(account, sole=sole),
    }


def role(account: Account) -> Attributes:
    """The place in the organisation: levels from the top, and the permission there."""
    if account.role is None:
        return {}
    levels: list[dict[str, Any]] = [{"level": 1, "branch_name": account.business.display_name}]
    if account.branch:
        levels.append({"level": 2, "branch_name": account.branch})
    return {"applies_to": {"levels": levels}, "permission": [{"role": account.role}]}


def _delegation(register: Register, grant: Grant) -> Attributes:
    """The delegator's data while the user is signed in as an agent, else {}."""
    if grant.delegation is None:
        return {}
    made = register.delegations[grant.delegation]
    if not made.in_force(register.today):
        return {}
    delegator: Held = register.held[made.delegator]
    found = delegation_info(made, delegator.account, delegator.attributes)
    for category in found["category_info"]:
        category.pop("procedure_cd", None)
        category.pop("procedure_nm", None)
    return found


def _verified(account: Account, *, sole: bool) -> Attributes:
    """Dates with hyphens here; a メンバー's name is not among them."""
    number = account.business.corporate_number or account.business.individual_number
    person = account.representative
    named = {
        "family_name": person.family,
        "given_name": person.given,
        "birthdate": person.born_on.isoformat(),
    }
    if account.type == "member":
        return _authority(number, "member")
    if not sole:
        return {**named, **_authority(number, "prime")}
    address = account.business.address
    parts = (f"{address.place.town}{address.block}", address.building)
    return {
        **named,
        "address": {
            "street_address_part1": parts[0],
            "street_address_part2": parts[1],
            "street_address": " ".join(part for part in parts if part),
            "locality": address.place.city,
            "region": address.place.prefecture,
            "postal_code": address.place.postal_code,
            "country": "JP",
        },
    }


def _authority(number: str | None, held: str) -> Attributes:
    return {
        "authority": {
            "applies_to": {"registration_number": number},
            "permission": [{"role": held}],
        }
    }


def _some(shown: Attributes, names: tuple[str, ...]) -> Attributes:
    return {name: shown[name] for name in names if name in shown}


def _japanese_minute(day: date) -> str:
    """`2021-06-06T05:32+09:00`, as the published sample writes it: no seconds."""
    at = japan(day, 9, day.toordinal() % 60)
    return f"{day.isoformat()}T{at:%M}".replace("T", "T09:") + "+09:00"
