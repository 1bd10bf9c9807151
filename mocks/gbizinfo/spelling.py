"""How gBizINFO writes what it has from elsewhere, and what is wrong with a little of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import jaconv

from mocks.world.business import Business
from mocks.world.dirt import Flaw

NBSP = "\u00a0"

Fields = dict[str, Any]

FLAWED = 0.01
"""Of the records that hold the field, so many have it spoilt."""

FEMALE = "workplace_info.women_activity_infos.female_workers_proportion"
SALES = "net_sales_summary_of_business_results"

ESTABLISHED = Flaw("impossible_date", "field", "date_of_establishment", "refused")
URL = Flaw("not_a_url", "field", "company_url", "refused")
AMOUNT = Flaw("not_an_amount", "field", "subsidy.amount", "refused")
CURRENCY = Flaw("currency", "field", f"finance.management_index.{SALES}", "refused")
PROPORTION = Flaw("out_of_range", "field", FEMALE, "refused")


def spoil(rng: Random, flaw: Flaw, fields: Fields, write: Callable[[Fields], None]) -> list[Flaw]:
    """Let `write` spoil the fields now and then; gives the flaw if it did."""
    if rng.random() >= FLAWED:
        return []
    write(fields)
    return [flaw]


def written_day(rng: Random, value: date) -> str:
    """A date in one of the spellings seen: 2020-08-25, 20200825, an instant in Japan's time."""
    return rng.choice(
        (value.isoformat(), value.isoformat(), f"{value:%Y%m%d}",
         f"{value.isoformat()}T00:00:00+09:00")
    )  # fmt: skip


def representative(rng: Random, business: Business) -> str:
    """The name with no-break or full-width spaces, a title before it, or apart letter by letter."""
    head = business.representative
    roll = rng.random()
    if roll < 0.3:
        return f"{business.representative_title}　{head.family}{NBSP}{head.given}"
    if roll < 0.5:
        return f"{head.family}{NBSP}{NBSP}{head.given}"
    if roll < 0.6:
        return "　".join(f"{head.family}{head.given}")
    return f"{head.family}　{head.given}"


def kana(rng: Random, business: Business) -> str | None:
    """The reading without the legal form; hiragana in what is older."""
    if business.name is None:
        return None
    reading = business.name.core_kana
    return jaconv.kata2hira(reading) if rng.random() < 0.2 else reading


def amount(rng: Random, yen: int) -> str | None:
    """The amount of a subsidy is text: with separators, without, or not stated."""
    return rng.choice((str(yen), str(yen), f"{yen:,}", None))
