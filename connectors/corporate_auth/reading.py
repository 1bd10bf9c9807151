"""Reads the values of GビズID's answers: text or nothing, days in both spellings, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from stdnum.jp import cn

from base.errors import ContractError

OPEN_END = date(2099, 1, 1)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def outside(field: str, what: str) -> ContractError:
    """An answer outside the contract at a field, without its value."""
    return ContractError(
        f"the answer's {field} {what}",
        field=field,
        remedy="Compare the answer with connectors/corporate_auth/oidc.openapi.yaml",
    )


def text_of(record: Mapping[str, Any], field: str) -> str | None:
    """The text of a field; None where it is not sent, null or blank. A number counts as text.

    Raises:
        ContractError: it is neither.
    """
    value = record.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise outside(field, "is neither text nor a number")
    return str(value).strip() or None


def object_of(record: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """The object of a field; empty where it is not sent or null.

    Raises:
        ContractError: it is something else.
    """
    value = record.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise outside(field, "is no object")
    return value


def objects_of(record: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    """The objects of a list; empty where it is not sent or null.

    Raises:
        ContractError: it is something else.
    """
    value = record.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise outside(field, "is no list of objects")
    return value


def day_of(record: Mapping[str, Any], field: str) -> date | None:
    """The day of a field, YYYYMMDD or YYYY-MM-DD; None where nothing is stated.

    Raises:
        ContractError: there is no such day.
    """
    text = text_of(record, field)
    if text is None:
        return None
    try:
        found = _COMPACT.fullmatch(text)
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise outside(field, "is no day") from None


def code_of(record: Mapping[str, Any], field: str, codes: Mapping[str, str]) -> str | None:
    """The meaning of a code; None where nothing is stated.

    Raises:
        ContractError: the code is unknown.
    """
    text = text_of(record, field)
    if text is None:
        return None
    if text not in codes:
        raise outside(field, f"is none of {', '.join(codes)}")
    return codes[text]


def is_corporate_number(text: str) -> bool:
    """13 digits whose first is the check digit of the rest (法人番号)."""
    return bool(re.fullmatch(r"[0-9]{13}", text)) and text[0] == cn.calc_check_digit(text[1:])
