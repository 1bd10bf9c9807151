"""How long it takes to fill in a form: read the business, weigh it, write every answer."""

from __future__ import annotations

import random
import time
from datetime import date
from itertools import cycle

from sqlalchemy import func, select

from canonical.golden.asof import business
from canonical.golden.permission import PREFILL
from canonical.store import Store
from canonical.store.party_tables import PARTY
from mappings.prefill import Outcome, knowledge, prefill

WARM, MEASURED = 200, 3_000
DAY = date(2026, 11, 2)
SEED = 23


def run(store: Store) -> dict[str, int]:
    """Microseconds of one form for one party, each time another party, the five forms in turn."""
    known = knowledge()
    forms = cycle(known.forms.values())
    parties = drawn(store)
    taken: list[float] = []
    answered = 0
    for party in parties:
        form = next(forms)
        started = time.perf_counter()
        told = business(store.database, party, purpose=PREFILL)
        if told is None:
            raise RuntimeError(f"party {party} tells nothing")
        found = prefill(form, told, DAY, known)
        taken.append(time.perf_counter() - started)
        answered += len(found.answers) - found.count(Outcome.ASK)
    taken = sorted(taken[WARM:])
    return {
        "forms": len(taken),
        "answers": answered,
        "median_us": round(taken[len(taken) // 2] * 1e6),
        "p95_us": round(taken[len(taken) * 95 // 100] * 1e6),
        "p99_us": round(taken[len(taken) * 99 // 100] * 1e6),
    }


def drawn(store: Store, count: int = WARM + MEASURED) -> list[int]:
    """Parties from all over the store, each once."""
    dice = random.Random(SEED)
    ids = PARTY.c.party_id
    with store.database.read() as connection:
        low, high = connection.execute(select(func.min(ids), func.max(ids))).one()
        found: dict[int, None] = {}
        while len(found) < count:
            after = select(ids).where(ids >= dice.randint(low, high)).order_by(ids).limit(1)
            found[connection.scalars(after).one()] = None
    return list(found)
