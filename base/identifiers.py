"""Check digits of the identifiers that several rooms meet, and the id of a run.

Scalar functions for rare values; columns have their own expressions in `mappings`.
"""

from __future__ import annotations

import re
import secrets

from base.clock import Clock

_TWELVE = re.compile(r"[0-9]{12}", re.ASCII)
_THIRTEEN = re.compile(r"[1-9][0-9]{12}", re.ASCII)
_MUNICIPALITY = re.compile(r"[0-9]{5}", re.ASCII)


def corporate_number_check_digit(base: str) -> str:
    """The first digit of the 法人番号 whose other twelve digits are `base`.

    9 − (Σ Pᵢ·Qᵢ mod 9), Pᵢ the i-th digit from the right, Qᵢ 1 for odd and 2 for even i
    (法人番号の指定等に関する省令 第2条). The result is 1 to 9, never 0.

    Raises:
        ValueError: `base` is not twelve half-width digits.
    """
    if not _TWELVE.fullmatch(base):
        raise ValueError("the base of a corporate number is 12 digits")
    a, b, c, d, e, f, g, h, i, j, k, m = map(int, base)
    return str(9 - (2 * (a + c + e + g + i + k) + b + d + f + h + j + m) % 9)


def is_corporate_number(text: str) -> bool:
    """Whether `text` is a 法人番号: 13 half-width digits of which the first checks the others."""
    return bool(_THIRTEEN.fullmatch(text)) and corporate_number_check_digit(text[1:]) == text[0]


def complete_corporate_number(company_register_number: str) -> str:
    """The 法人番号 of a corporation with this 12-digit 会社法人等番号.

    That the twelve digits are a 会社法人等番号 is for the caller to know: a 認定支援機関ID and a
    個人番号 have twelve digits too.

    Raises:
        ValueError: not twelve half-width digits.
    """
    return corporate_number_check_digit(company_register_number) + company_register_number


def municipality_check_digit(code: str) -> str:
    """The sixth digit of a 全国地方公共団体コード whose first five digits are `code`.

    The last digit of 11 − (Σ dᵢ·(6,5,4,3,2) mod 11); a sum below 11 is subtracted from 11 all the
    same. 13101 → 6, 01100 → 2.

    Raises:
        ValueError: `code` is not five half-width digits.
    """
    if not _MUNICIPALITY.fullmatch(code):
        raise ValueError("a municipality code is 5 digits before its check digit")
    a, b, c, d, e = map(int, code)
    return str((11 - (6 * a + 5 * b + 4 * c + 3 * d + 2 * e) % 11) % 10)


def municipality_code6(code: str) -> str:
    """The six-digit code (GIF's) of a five-digit one (JIS X 0401 + 0402).

    Raises:
        ValueError: `code` is not five half-width digits.
    """
    return code + municipality_check_digit(code)


def municipality_code5(code: str) -> str:
    """The five-digit code of a six-digit one.

    Raises:
        ValueError: not six digits, or the sixth does not check the others.
    """
    if len(code) != 6 or municipality_check_digit(code[:5]) != code[5]:
        raise ValueError("the check digit of a municipality code does not agree")
    return code[:5]


def new_run_id(clock: Clock) -> str:
    """A new run's id, such as `20261102T000000.000000Z-9f1c02ab`: text order is time order."""
    return f"{clock.now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
