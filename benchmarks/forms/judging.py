"""Whether a filled-in answer may stand there, and whether it is right: by the truth alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from benchmarks.forms import truth
from canonical.model.business import Origin
from mappings.forms.sheet import answer_of
from mappings.prefill import Answer
from mocks.corporate_auth.register import Register
from mocks.world import World
from mocks.world.business import Business
from mocks.world.truth import RecordKey

Verdict = Literal["right", "outdated", "unjudged", "dirty", "wrong"]
"""`outdated`: it was so once, and a source has not learned of the change; `dirty`: the truth knows
that this source wrote it down wrongly; `unjudged`: only the source itself knows."""

FORBIDDEN = frozenset({"succession", "yorozu"})
"""Systems whose data is for their own work alone."""
CONSENTED = frozenset({"subsidy", "it_subsidy", "management_plan"})
"""Systems whose records need the business's yes: that of the record itself, as it stands today."""
BY_THE_DAY = frozenset({"minimum_wage", "representative_age"})
"""What is of no fiscal year, and another one every year."""
_YEAR = 366
FRESH_DAYS = {
    "capital": _YEAR, "employees_regular": _YEAR, "employees_permanent": _YEAR,
    "employees_part_time": _YEAR, "management_issue": _YEAR, "contact_name": _YEAR,
    "contact_kana": _YEAR, "contact_department": _YEAR, "contact_phone": _YEAR,
    "contact_mobile": _YEAR, "contact_email": _YEAR, "minimum_wage": _YEAR,
    "security_action_id": _YEAR, "shareholders": _YEAR, "phone": 2 * _YEAR, "url": 2 * _YEAR,
    "business_summary": 3 * _YEAR, "main_industry": 3 * _YEAR, "sales": 2 * _YEAR,
    "operating_profit": 2 * _YEAR, "ordinary_profit": 2 * _YEAR, "net_profit": 2 * _YEAR,
    "personnel_cost": 2 * _YEAR, "depreciation": 2 * _YEAR,
}  # fmt: skip
"""How old an answer may be and stand there without being put to be confirmed."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer: what was found, and every rule that it breaks."""

    concept: str
    outcome: str
    verdict: Verdict
    broken: tuple[str, ...]

    @property
    def misassigned(self) -> bool:
        """Whether it should not have been filled in."""
        return bool(self.broken) or self.verdict == "wrong"


class Judging:
    """Judges the answers for one world on its present day."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.register = Register(world)

    def judge(self, form: str, business: str, answer: Answer) -> Judgement:
        """One answer that was filled in for a business of the world."""
        concept = answer.field.concept.id
        told = answer_of(answer.field, answer.texts)
        broken = tuple(dict.fromkeys(self._broken(business, answer)))
        verdict = self._verdict(form, self.world.businesses[business], concept, told)
        if verdict == "wrong" and any(map(self._flawed, answer.origins)):
            verdict = "dirty"
        return Judgement(concept, answer.outcome.value, verdict, broken)

    def _verdict(self, form: str, now: Business, concept: str, told: Any) -> Verdict:
        subs = self.register.by_business.get(now.id, [])
        held = [self.register.held[sub] for sub in subs]
        accounts = tuple(one.account for one in held)
        shown = tuple(one.attributes for one in held if not one.account.agent)
        day = self.world.today
        answer = truth.judge(concept, truth.Known(form, now, day, accounts, shown), told)
        if answer is None:
            return "unjudged"
        if answer:
            return "right"
        was = (
            truth.judge(concept, truth.Known(form, then, on, accounts, shown), told)
            for then, on in self._earlier(now, concept)
        )
        return "outdated" if any(was) else "wrong"

    def _earlier(self, now: Business, concept: str) -> Iterator[tuple[Business, date]]:
        """What the business was before each change; of what changes by itself, in each year.

        A figure of a fiscal year is of that year alone: an earlier year's is wrong, not outdated.
        """
        today = self.world.today
        for on, _ in reversed(now.past):
            yield now.as_of(on - timedelta(days=1)), today
        if concept in BY_THE_DAY:
            for years in range(1, 3):
                yield now, today - timedelta(days=_YEAR * years)

    def _broken(self, business: str, answer: Answer) -> Iterator[str]:
        limit = FRESH_DAYS.get(answer.field.concept.id)
        for origin in answer.origins:
            key = RecordKey(origin.system, origin.stream, origin.record_key)
            of = self.world.truth.business_of.get(key)
            if of != business and not self._registered(origin, business):
                yield "other_party"
            if origin.role in {"vendor", "delegate", "agency"}:
                yield "other_role"
            if origin.system in FORBIDDEN:
                yield "purpose"
            if origin.system in CONSENTED and self.world.truth.consented.get(key) is not True:
                yield "consent"
            if answer.outcome == "prefill" and limit is not None and self._old(origin, limit):
                yield "freshness"

    def _registered(self, origin: Origin, business: str) -> bool:
        """Whether a record of which the truth says nothing carries the business's own number."""
        number = self.world.businesses[business].corporate_number
        return number is not None and number in origin.record_key

    def _old(self, origin: Origin, limit: int) -> bool:
        return origin.as_of is None or origin.as_of + timedelta(days=limit) < self.world.today

    def _flawed(self, origin: Origin) -> bool:
        key = RecordKey(origin.system, origin.stream, origin.record_key)
        return key in self.world.truth.flaws
