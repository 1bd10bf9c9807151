"""Identifiers of the synthetic world: valid in form, issued by nobody."""

from __future__ import annotations

REGISTRY = 9900
"""The first four digits of a 会社法人等番号 name a Legal Affairs Bureau; none has 9900 or above."""


def check_digit(base: str) -> int:
    """The leading check digit of a 法人番号 for its 12-digit base.

    9 − (Σ Pᵢ·Qᵢ mod 9), Pᵢ the i-th digit from the right, Qᵢ 1 for odd i and 2 for even
    (法人番号の指定等に関する省令 第2条).
    """
    total = sum(int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(base)))
    return 9 - total % 9


def is_corporate_number(number: str) -> bool:
    """Whether the text is 13 digits with the right check digit."""
    return (
        len(number) == 13
        and number.isascii()
        and number.isdigit()
        and int(number[0]) == check_digit(number[1:])
    )


def corporate_number(index: int) -> str:
    """The 法人番号 of the corporation with this index (unique up to 100 million)."""
    registry, serial = divmod(index * 7919 % 100_000_000, 1_000_000)
    base = f"{REGISTRY + registry:04d}01{serial:06d}"
    return f"{check_digit(base)}{base}"


def wrong_corporate_number(number: str) -> str:
    """The same number with a check digit that cannot be right."""
    return f"{int(number[0]) % 9 + 1}{number[1:]}"


def sole_proprietor_number(index: int) -> str:
    """A 個人事業主管理番号 of GビズID: 13 digits that are not a 法人番号."""
    base = f"9{index * 6151 % 100_000_000_000:011d}"
    return f"{check_digit(base) % 9 + 1}{base}"


def personal_number(index: int) -> str:
    """A made-up 12-digit text that passes for a 個人番号, for the guard's tests."""
    base = f"9{index * 104_729 % 10_000_000_000:010d}"
    return f"{base}{_personal_check_digit(base)}"


def passes_for_personal_number(digits: str) -> bool:
    """Whether 12 digits end in the check digit of a 個人番号, as one in eleven do by chance."""
    return int(digits[11]) == _personal_check_digit(digits[:11])


def _personal_check_digit(base: str) -> int:
    """平成26年総務省令第85号 第5条: weights 2 to 7 and 2 to 6 from the right, modulo 11."""
    weights = [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]
    rest = sum(int(d) * w for d, w in zip(reversed(base), weights, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest
