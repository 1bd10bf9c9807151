"""The register's own interfaces (assumed): accounts, delegations of a delegate, and changes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from mocks.corporate_auth.delegations import delegation_info
from mocks.corporate_auth.records import page
from mocks.corporate_auth.register import Register
from mocks.pages import ParameterError

__all__ = ["ParameterError", "accounts", "changes", "client_key", "delegations"]

MAX_LIMIT = 1000
CHANGES = {"system_cd", "updated_from", "updated_until", "cursor", "limit"}


def client_key(secret: str) -> str:
    """The key that goes with a client's token: derived from it, so that neither is written."""
    digest = hmac.digest(secret.encode(), b"client_key", hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()


def accounts(register: Register, query: dict[str, str]) -> bytes:
    """One page of accounts.

    Raises:
        ParameterError: a parameter is malformed.
    """
    return page(
        register.accounts_stream.pages,
        query.get("updated_from"),
        query.get("updated_until"),
        query.get("cursor"),
        _limit(query.get("limit", "100")),
    )


def changes(register: Register, question: dict[str, Any]) -> bytes:
    """One page of delegations, withdrawn ones among them.

    Raises:
        ParameterError: a parameter is malformed, or is none of the contract's.
    """
    _known(question, CHANGES)
    limit = question.pop("limit", 100)
    for name, value in question.items():
        if not isinstance(value, str) and value is not None:
            raise ParameterError("invalid_request", f"{name} must be text")
    if type(limit) is not int:
        raise ParameterError("invalid_request", "limit must be a number")
    return page(
        register.delegations_stream.of_group(question.get("system_cd")),
        question.get("updated_from"),
        question.get("updated_until"),
        question.get("cursor"),
        _limit(str(limit)),
    )


def delegations(register: Register, question: dict[str, Any]) -> list[dict[str, Any]]:
    """Delegations of a delegate for one system that are in force or still to begin.

    Raises:
        ParameterError: system_cd is missing, or not exactly one of corp_no and meti_id is there.
    """
    _known(question, {"system_cd", "corp_no", "meti_id"})
    system, number, account = (question.get(n) for n in ("system_cd", "corp_no", "meti_id"))
    if not isinstance(system, str) or (number is None) == (account is None):
        raise ParameterError("invalid_request", "system_cd, and one of corp_no and meti_id")
    if isinstance(number, str):
        found = register.of_business(number)
    elif type(account) is int:
        sub = register.by_number.get(account)
        found = register.held_by(sub) if sub else []
    else:
        raise ParameterError("invalid_request", "corp_no is text, meti_id a number")
    today = register.today
    wanted = [
        made for made in found
        if made.system == system and made.active(today) and (made.end is None or made.end >= today)
    ]  # fmt: skip
    return [
        delegation_info(made, held.account, held.attributes)
        for made in wanted
        for held in (register.held[made.delegator],)
    ]


def _known(question: dict[str, Any], names: set[str]) -> None:
    if strange := question.keys() - names:
        raise ParameterError("invalid_request", f"unknown parameters: {len(strange)}")


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_LIMIT):
        raise ParameterError("invalid_request", f"limit must be 1 to {MAX_LIMIT}")
    return int(text)
