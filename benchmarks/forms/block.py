"""The block `forms`: how much of five forms is filled in for a world's businesses, and how rightly.

Three times: from GビズID and 法人番号 alone, with gBizINFO, and from all ten systems.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.forms.judging import Judgement, Judging
from benchmarks.forms.world import SEED, Hub, applicants, eventful, hub_on
from canonical.golden.asof import business
from canonical.golden.permission import PREFILL
from connectors.registry import declarations
from mappings.forms import Filler, Form, load_forms, overlap
from mappings.prefill import Outcome, Prefill, knowledge, prefill
from mappings.prefill.asking import AskedOnce, asked_once

SCENARIO = "forms"
LEVELS: tuple[tuple[str, frozenset[str] | None], ...] = (
    ("GビズID and 法人番号", frozenset({"corporate_auth", "corporate_number"})),
    ("and gBizINFO", frozenset({"gbizinfo"})),
    ("all ten systems", None),
)
LEAST_ALONE, LEAST_WITH_GBIZINFO = 0.15, 0.25
"""Floors: of each form from GビズID and 法人番号; of the five on average with gBizINFO."""
SPARE = 1.6
"""So many businesses are made for each that can apply."""
_EVERY = 25
"""All orders of the forms are tried for one business in so many; a few for the others."""
_FEW = 3

Say = Callable[[str], None]


@dataclass
class Level:
    """What was found with one set of systems.

    Attributes:
        shares: outcomes of the applicant's fields, by form.
        judged: what became of the fields that were filled in, by outcome and verdict.
        misassigned: those that should not have been, by concept and rule; `confirmed` counts those
            that were only put to be confirmed, apart.
        outdated: by concept, what was true until its source missed a change.
    """

    name: str
    businesses: int = 0
    shares: dict[str, Counter[str]] = field(default_factory=dict)
    judged: Counter[str] = field(default_factory=Counter)
    misassigned: Counter[str] = field(default_factory=Counter)
    confirmed: Counter[str] = field(default_factory=Counter)
    outdated: Counter[str] = field(default_factory=Counter)
    asked: Counter[int] = field(default_factory=Counter)
    left: Counter[int] = field(default_factory=Counter)
    orders: int = 0
    twice: int = 0
    depends: int = 0

    def filled(self, form: str) -> float:
        """The share of a form's fields of the applicant that are filled in or to be confirmed."""
        counts = self.shares[form]
        return 1 - counts[Outcome.ASK] / counts.total()

    @property
    def average(self) -> float:
        """The mean of `filled` over the forms."""
        return sum(map(self.filled, self.shares)) / len(self.shares)

    def judge(self, found: Judgement) -> None:
        """Count one answer."""
        self.judged[f"{found.outcome} {found.verdict}"] += 1
        if found.verdict == "outdated":
            self.outdated[found.concept] += 1
        if not found.misassigned:
            return
        rules = ", ".join(found.broken) or "another value"
        # A value that a person is to look at may be wrong; whose it is may not.
        harmless = found.outcome == Outcome.CONFIRM and not found.broken
        (self.confirmed if harmless else self.misassigned)[f"{found.concept}: {rules}"] += 1

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "systems": self.name,
            "businesses": self.businesses,
            "shares": {form: dict(counts) for form, counts in self.shares.items()},
            "filled": {form: round(self.filled(form), 4) for form in self.shares},
            "average": round(self.average, 4),
            "judged": dict(sorted(self.judged.items())),
            "misassigned": dict(self.misassigned),
            "to_confirm_and_wrong": dict(self.confirmed),
            "outdated": dict(self.outdated),
            "orders": self.orders,
            "asked_twice": self.twice,
            "depends_on_order": self.depends,
            "questions": _mean(self.asked),
            "left": _mean(self.left),
        }


def _mean(counts: Counter[int]) -> float:
    return round(sum(value * n for value, n in counts.items()) / max(counts.total(), 1), 1)


def run(say: Say, folder: Path, businesses: int = 1_000, seed: int = SEED) -> list[str]:
    """Evaluate, print, and write `forms.json`; what was missed, in words."""
    levels = evaluate(businesses, seed)
    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps([each.as_json() for each in levels], ensure_ascii=False, indent=2)
    (folder / "forms.json").write_text(told, encoding="utf-8")
    for line in report(levels):
        say(line)
    return missed(levels)


def evaluate(businesses: int, seed: int = SEED) -> list[Level]:
    """The three levels over so many businesses of a world that can apply."""
    world = eventful(int(businesses * SPARE) + 1, seed)
    chosen = applicants(world, businesses)
    forms = load_forms()
    levels = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-forms-") as home,
        hub_on(world, Path(home)) as hub,
    ):
        for name, systems in LEVELS:
            hub.sync(sorted(systems or declarations()))
            levels.append(_level(name, hub, chosen, forms))
    return levels


def _level(name: str, hub: Hub, chosen: Sequence[str], forms: Mapping[str, Form]) -> Level:
    found = Level(name, shares={form: Counter() for form in forms})
    known, judging, parties = knowledge(), Judging(hub.world), hub.parties()
    for place, one in enumerate(chosen):
        told = business(hub.store.database, parties[one], purpose=PREFILL)
        if told is None:
            continue
        found.businesses += 1
        filled = {id_: prefill(form, told, hub.world.today, known) for id_, form in forms.items()}
        for id_, sheet in filled.items():
            for answer in sheet.answers:
                if answer.field.by is Filler.APPLICANT:
                    found.shares[id_][answer.outcome] += 1
                if answer.outcome is not Outcome.ASK:
                    found.judge(judging.judge(id_, one, answer))
        _orders(
            found, list(forms.values()), filled, Random(f"{one} {place}"), whole=place % _EVERY == 0
        )
    return found


def _orders(
    level: Level, forms: Sequence[Form], filled: Mapping[str, Prefill], rng: Random, *, whole: bool
) -> None:
    """Fill in the forms in every order, or in a few."""
    everything = list(permutations(forms))
    totals = set()
    for order in everything if whole else rng.sample(everything, _FEW):
        done = asked_once(order, filled)
        level.orders += 1
        level.twice += len(done.asked) - len(set(done.asked))
        totals.add((len(done.asked), done.left))
    level.depends += len(totals) > 1
    asked, left = min(totals)
    level.asked[asked] += 1
    level.left[left] += 1


def nothing_known() -> AskedOnce:
    """The five forms of a business of which nothing is held."""
    from datetime import date

    from canonical.model.business import Business

    forms = load_forms()
    nobody = Business(0, 0, {}, (), (), (), ())
    day = max(start for form in forms.values() for _, start in form.versions)
    assert isinstance(day, date)  # noqa: S101
    filled = {id_: prefill(form, nobody, day, knowledge()) for id_, form in forms.items()}
    return asked_once(list(forms.values()), filled)


def missed(levels: Sequence[Level]) -> list[str]:
    """The floors that were missed, in words."""
    alone, with_gbizinfo, everything = levels
    found = [
        f"{form}: {alone.filled(form):.1%} from GビズID and 法人番号, under {LEAST_ALONE:.0%}"
        for form in alone.shares
        if alone.filled(form) < LEAST_ALONE
    ]
    if with_gbizinfo.average < LEAST_WITH_GBIZINFO:
        found.append(f"with gBizINFO {with_gbizinfo.average:.1%}, under {LEAST_WITH_GBIZINFO:.0%}")
    for level in levels:
        found += [f"{level.name}: {n} misassigned, {what}" for what, n in level.misassigned.items()]
        if level.twice:
            found.append(f"{level.name}: {level.twice} questions were put twice")
    return [*found, *([] if everything.businesses else ["no business was told"])]


def report(levels: Sequence[Level]) -> Iterator[str]:
    """The figures as text."""
    for level in levels:
        yield f"\n{level.name}: {level.businesses:,} businesses"
        for form, counts in level.shares.items():
            total = counts.total()
            parts = ", ".join(f"{outcome} {counts[outcome] / total:.1%}" for outcome in Outcome)
            yield f"  {form:16}{level.filled(form):6.1%} filled: {parts}"
        yield f"  {'average':16}{level.average:6.1%}"
        yield f"  judged: {', '.join(f'{name} {n:,}' for name, n in sorted(level.judged.items()))}"
        yield f"  misassigned: {level.misassigned.total()} {dict(level.misassigned) or ''}"
        wrong = f"{level.confirmed.total()} {dict(level.confirmed) or ''}"
        yield f"  to be confirmed, and wrong: {wrong}"
        yield f"  outdated at source: {dict(level.outdated)}"
        yield (
            f"  {level.orders:,} orders of the forms, {level.twice} questions put twice,"
            f" {level.depends} businesses whose sum depends on the order; on average"
            f" {_mean(level.asked)} questions, and {_mean(level.left)} with each form's own fields"
            " and declarations"
        )
    fields, alone = overlap(list(load_forms().values())), nothing_known()
    yield (
        f"\nof {fields.total('fields')} fields {fields.total('staff')} are the office's,"
        f" {fields.total('agent')} an agent's, {fields.total('declarations')} declarations,"
        f" {fields.total('own')} of one filing; a business fills in {fields.asked}, asked once"
        f" {fields.left}; with nothing known {len(alone.asked)} questions, {alone.left} in all"
    )
