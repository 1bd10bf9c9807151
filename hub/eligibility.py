"""The facts by which a business is judged, from its golden record; answers as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from canonical.model import ENTITIES
from mappings.eligibility import Facts, Known, Shareholder, Span, Verdict, name_of, possible_forms

if TYPE_CHECKING:
    from canonical.model.business import Business, Origin

INCOME = "taxable_income_over_1_5bn"
"""The field and the question of taxable income."""


def facts_of(business: Business, day: date, answers: Mapping[str, bool] | None = None) -> Facts:
    """What the golden record tells on a day; `answers` given now go before what is held.

    A value is stale when its freshness (`fresh_for`) has run out on that day, or when nobody says
    of which day it is.
    """
    told = _Told(business, day)
    income = told.known(INCOME)
    held = {INCOME: income} if income else {}
    given = {name: Known(value, "given", day) for name, value in (answers or {}).items()}
    return Facts(
        forms=told.forms(),
        industry=told.known("industry_jsic"),
        capital=told.span("capital_jpy"),
        employees=told.span("employees_regular"),
        shareholders=told.shareholders(),
        officers=told.officers(),
        answers=held | given,
        declared_deemed_large=told.known("deemed_large_company"),
    )


class _Told:
    """Reads values with their source out of a golden record."""

    def __init__(self, business: Business, day: date) -> None:
        self.business = business
        self.day = day
        self.origins = {
            name: said.origin
            for unit in business.units
            for said in unit.said
            if said.holds
            for name in said.values
        }

    def known(self, name: str) -> Known[Any] | None:
        """The value of a field of the party that holds."""
        value = self.business.values.get(name)
        return None if value is None else self._from(value, self.origins.get(name), "party", name)

    def span(self, name: str) -> Known[Span] | None:
        """A number as far as it is known."""
        known = self.known(name)
        if known is None:
            return None
        unit = self.business.values.get(f"{name}_unit") or 1
        return Known(Span.known_to(known.value, unit), known.source, known.as_of, known.stale)

    def forms(self) -> Known[frozenset[str]]:
        """The legal forms that its kind, its form and its name allow."""
        values = self.business.values
        kind, form, name = (values.get(each) for each in ("kind", "legal_form", "name"))
        field = next((f for f in ("legal_form", "kind", "name") if values.get(f)), "kind")
        return self._from(possible_forms(kind, form, name), self.origins.get(field), "party", field)

    def shareholders(self) -> Known[tuple[Shareholder, ...]] | None:
        """All shareholders that the winning list names, without their names."""
        rows = [item for item in self.business.items if item.entity == "shareholder"]
        if not rows:
            return None
        found = tuple(_shareholder(item.values) for item in rows)
        return self._from(found, rows[0].origin, "shareholder", "share_percent")

    def officers(self) -> Known[tuple[bool | None, ...]] | None:
        """One unknown for each officer: whether the other company is large, no source says."""
        rows = [item for item in self.business.items if item.entity == "officer"]
        if not rows:
            return None
        return self._from((None,) * len(rows), rows[0].origin, "officer", "concurrent_post")

    def _from(self, value: Any, origin: Origin | None, entity: str, name: str) -> Known[Any]:
        if origin is None:
            return Known(value)
        days = ENTITIES[entity].field(name).fresh_for
        stale = days is not None and (
            origin.as_of is None or origin.as_of + timedelta(days=days) < self.day
        )
        source = f"{origin.system}.{origin.stream}:{origin.record_key}"
        return Known(value, source, origin.as_of, stale)


def _shareholder(values: Mapping[str, Any]) -> Shareholder:
    share, step = _percent(values.get("share_percent"))
    return Shareholder(share, values.get("large_company"), step, values.get("corporate_number"))


def _percent(text: str | None) -> tuple[Fraction | None, Fraction]:
    """A percentage and the step to which it is written."""
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        return None, Fraction(1)
    exponent = number.as_tuple().exponent
    return Fraction(number), Fraction(10) ** min(int(exponent), 0)


def plain(verdict: Verdict) -> dict[str, Any]:
    """An answer as plain values for scripts."""
    rules, lack = verdict.rules, verdict.missing
    return {
        "rule_set": rules.id,
        "title": {"ja": rules.ja, "en": rules.en},
        "asks": rules.asks,
        "valid_from": rules.valid_from,
        "valid_until": rules.valid_until,
        "rule_source": {"title": rules.source, "url": rules.url, "read": rules.read},
        "outcome": verdict.outcome.value,
        "evidence": [
            {
                "about": line.about,
                "ja": line.ja,
                "en": line.en,
                "holds": line.holds,
                "source": line.source or None,
                "as_of": line.as_of,
                "stale": line.stale,
            }
            for line in verdict.evidence
        ],
        "stale": list(verdict.stale),
        "missing": [_named(name) for name in lack.values] if lack else [],
        "would_decide": {
            "eligible": [sorted(chosen) for chosen in lack.eligible],
            "not_eligible": [sorted(chosen) for chosen in lack.not_eligible],
        }
        if lack
        else None,
    }


def _named(name: str) -> dict[str, str]:
    ja, en = name_of(name)
    return {"value": name, "ja": ja, "en": en}
