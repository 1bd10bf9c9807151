"""What is known of a business when the question is put: golden values, handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mappings.eligibility.values import Known, Span, Truth


@dataclass(frozen=True, slots=True)
class Shareholder:
    """One shareholder, without a name.

    Attributes:
        share: percent of shares or contributions; None where it is not stated.
        step: the percent to which the share is written (1, 0.1, 0.01).
        large: whether it is a large company, in the sense of `Facts.large_by`; None: not stated.
        number: its 法人番号; rows of one number are one shareholder.
    """

    share: Fraction | None
    large: Truth = None
    step: Fraction = Fraction(1)
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A business as far as it is known; None is not stated.

    Attributes:
        forms: the legal forms that it can have (`mappings.eligibility.forms`).
        industry: JSIC code of its main business: a division, or two to four digits.
        capital: yen of 資本金の額又は出資の総額.
        employees: persons of 常時使用する従業員, which are not the 正社員.
        shareholders: all that are known; what they lack of 100 % is held by somebody.
        officers: for each officer whether the person has a post at a large company.
        answers: what was answered to the questions that rule sets ask by name.
        large_by: whose definition of a large company the shareholders' flags follow.
        declared_deemed_large: みなし大企業該当 as declared in some filing: shown, never decisive.
    """

    forms: Known[frozenset[str]] | None = None
    industry: Known[str] | None = None
    capital: Known[Span] | None = None
    employees: Known[Span] | None = None
    shareholders: Known[tuple[Shareholder, ...]] | None = None
    officers: Known[tuple[Truth, ...]] | None = None
    answers: Mapping[str, Known[bool]] = field(default_factory=dict)
    large_by: str = "basic_act"
    declared_deemed_large: Known[bool] | None = None
