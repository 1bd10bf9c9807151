"""Claims for the block `golden`: made by the column, written straight into the claim tables.

A party is a corporation that the register knows; most are in the aggregator and at the identity
provider, and many have applied once or more often. What applicants say differs now and then from
the register in spelling, and from what they said before in figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from sqlalchemy import Connection, Table, insert

from canonical.store import Store
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.party_tables import CROSSWALK, GOLDEN_PENDING, MATCH_STATE, PARTY
from canonical.store.tables import RECORD_BITS, STREAM

AT = datetime(2026, 11, 2, tzinfo=UTC)
LATER = datetime(2026, 11, 3, tzinfo=UTC)
SEED = 11
_AT_ONCE = 100_000
_INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Source:
    """A stream: its number, role, the role of its party claims, and how many a party has."""

    stream_id: int
    source_role: str
    role: str
    per_party: float


SOURCES = (
    Source(1, "base_registry", "self", 1.0),
    Source(2, "aggregator", "self", 0.8),
    Source(3, "identity_provider", "holder", 0.7),
    Source(4, "procedure", "applicant", 0.9),
    Source(5, "procedure", "applicant", 0.4),
    Source(6, "register", "self", 0.05),
)
CLAIMS_A_PARTY = sum(source.per_party for source in SOURCES)


def fill(store: Store, claims: int) -> dict[str, int]:
    """Write about `claims` party claims with their lists, members and parties that all wait;
    returns rows by table."""
    parties = int(claims / CLAIMS_A_PARTY)
    drawn = np.random.default_rng(SEED)
    ids = np.unique(drawn.integers(1, 1 << 62, parties + parties // 1000))[:parties]
    drawn.shuffle(ids)
    counts: dict[str, int] = {}
    with store.database.write() as connection:
        connection.execute(
            insert(MATCH_STATE).values(only=1, revision=1, model_no=1, decision_no=0)
        )
        for source in SOURCES:
            connection.execute(
                insert(STREAM).values(
                    stream_id=source.stream_id, system=f"bench{source.stream_id}",
                    stream="records", source_role=source.source_role, scope="",
                )
            )  # fmt: skip
    for source in SOURCES:
        for start in range(0, parties, _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            with store.database.write() as connection:
                for table, frame in _rows(source, some, start, drawn):
                    _insert(store, connection, table, frame)
                    counts[table.name] = counts.get(table.name, 0) + frame.height
    for start in range(0, parties, _AT_ONCE):
        waiting = pl.DataFrame({"party_id": ids[start : start + _AT_ONCE]})
        with store.database.write() as connection:
            _insert(store, connection, GOLDEN_PENDING, waiting)
            instant = pl.lit(AT, _INSTANT)
            frame = waiting.with_columns(
                since=instant, changed_at=instant, status=pl.lit("current"),
                confidential=pl.lit(value=False),
            )  # fmt: skip
            _insert(store, connection, PARTY, frame)
    return counts


def _insert(store: Store, connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    store.database.bulk.insert(connection, table, frame)


def _rows(
    source: Source, parties: np.ndarray, start: int, drawn: np.random.Generator
) -> Iterator[tuple[Table, pl.DataFrame]]:
    """The members of some parties in one stream, their claims and lists."""
    of = np.flatnonzero(drawn.random(parties.size) < source.per_party)
    base = (source.stream_id << RECORD_BITS) + start + 1
    key = {
        "record_id": base + of,
        "role": np.full(of.size, source.role, dtype=object),
        "ordinal": np.zeros(of.size, dtype=np.int32),
    }
    members = pl.DataFrame(
        {
            "member_id": _members(base, of),
            "party_id": parties[of],
            **key,
        },
        schema_overrides={"role": pl.String},
    )
    instant = pl.lit(AT, _INSTANT)
    yield CROSSWALK, members.with_columns(
        recorded_from=instant, basis=pl.lit("corporate_number"), model_no=pl.lit(1),
        scope=pl.lit(""),
    )  # fmt: skip
    numbers = pl.Series("number", start + of)
    claims = members.select("record_id", "role", "ordinal").with_columns(numbers)
    days = pl.Series("days", drawn.integers(0, 3000, of.size))
    dice = pl.Series("dice", drawn.random(of.size))
    stated = claims.with_columns(days, dice).with_columns(
        *_VALUES[source.source_role],
        as_of=pl.lit(date(2018, 1, 1)) + pl.duration(days=pl.col("days")),
        batch_no=pl.lit(1),
        recorded_from=instant,
    )
    yield CLAIM_TABLES["party"], stated.drop("number", "days", "dice")
    if source.source_role == "procedure":
        for entity, frame in _lists(stated):
            yield CLAIM_TABLES[entity], frame


def _members(base: int, of: np.ndarray) -> np.ndarray:
    """Numbers spread as hashes are, each once."""
    mixed = (base + of).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(1)).astype(np.int64)


_NUMBER = pl.col("number")
_TEXT = _NUMBER.cast(pl.String)
_FAMILY = pl.concat_str(pl.lit("試験"), (_NUMBER % 900).cast(pl.String))
_CORE = pl.concat_str(pl.lit("標本商店"), _TEXT)
_BLOCK = pl.concat_str((_NUMBER % 97).cast(pl.String), pl.lit("-10"))
_NEW_NAME = pl.col("dice") < 0.02
_REGISTERED = {
    "corporate_number": pl.concat_str(pl.lit("9"), _TEXT.str.zfill(12)),
    "kind": pl.lit("corporation"),
    "name": pl.concat_str(pl.lit("株式会社"), _CORE),
    "name_core": _CORE,
    "name_reduced": _CORE,
    "legal_form": pl.lit("301"),
    "legal_form_position": pl.lit("prefix"),
    "address_postal_code": pl.lit("3800922"),
    "address_prefecture_code": pl.lit("20"),
    "address_municipality_code": pl.lit("20201"),
    "address_prefecture": pl.lit("長野県"),
    "address_city": pl.lit("長野市"),
    "address_town": pl.lit("七瀬"),
    "address_block": _BLOCK,
    "address_full": pl.concat_str(pl.lit("長野県長野市七瀬"), _BLOCK),
    "address_as_received": pl.concat_str(pl.lit("長野県長野市七瀬"), _TEXT),
}  # fmt: skip
_PERSON = {
    "representative_name": pl.concat_str(_FAMILY, pl.lit(" 太郎")),
    "representative_kana": pl.lit("シケン タロウ"),
    "representative_birth_on": pl.lit(date(1970, 4, 1)),
    "representative_birth_on_precision": pl.lit("day"),
}
_FIGURES = {
    "capital_jpy": (_NUMBER % 90 + 10) * 100_000 + pl.col("days") % 3,
    "capital_jpy_unit": pl.when(pl.col("dice") < 0.5).then(1).otherwise(1000),
    "employees_regular": _NUMBER % 40 + pl.col("days") % 4,
    "established_on": pl.lit(date(1995, 4, 1)),
    "established_on_precision": pl.lit("day"),
}
_WORDS = {
    "phone": pl.concat_str(pl.lit("026-555-"), (_NUMBER % 10000).cast(pl.String)),
    "url": pl.concat_str(pl.lit("https://b"), _TEXT, pl.lit(".example.jp/")),
    "industry_jsic": pl.lit("18"),
    "business_summary": pl.concat_str(pl.lit("製造業を営む。"), pl.col("days").cast(pl.String)),
    "management_issue": pl.lit("設備が老朽化している。"),
    "fiscal_year_end_month": pl.lit(3),
    "representative_title": pl.lit("代表取締役"),
    "deemed_large_company": pl.lit(value=False),
}
_RENAMED = {
    "name": pl.when(_NEW_NAME)
    .then(pl.lit("株式会社改名標本"))
    .otherwise(_REGISTERED["name"]),
    "name_reduced": pl.when(_NEW_NAME).then(pl.lit("改名標本")).otherwise(_CORE),
}  # fmt: skip


def _named(*groups: dict[str, pl.Expr]) -> list[pl.Expr]:
    merged: dict[str, pl.Expr] = {}
    for group in groups:
        merged |= group
    return [value.alias(name) for name, value in merged.items()]


_VALUES = {
    "base_registry": _named(_REGISTERED, {"activity_status": pl.lit("active")}),
    "aggregator": _named(_REGISTERED, _FIGURES),
    "identity_provider": _named(_REGISTERED, _PERSON),
    "procedure": _named(_REGISTERED, _RENAMED, _PERSON, _FIGURES, _WORDS),
    "register": _named(_REGISTERED, _WORDS),
}


def _lists(claims: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Three officers, two fiscal years and a contact for each application."""
    kept = claims.select("record_id", "role", "as_of", "batch_no", "recorded_from", "number")
    for ordinal in range(3):
        yield (
            "officer",
            kept.with_columns(ordinal=pl.lit(ordinal), title=pl.lit("取締役"), name=_FAMILY).drop(
                "number"
            ),
        )
    for ordinal, year in enumerate((2024, 2025)):
        yield "financial_statement", kept.with_columns(
            ordinal=pl.lit(ordinal), period_end=pl.lit(date(year, 3, 31)),
            period_end_precision=pl.lit("day"), settled=pl.lit(value=True), months=pl.lit(12),
            sales_jpy=_NUMBER % 1000 * 1000, sales_jpy_unit=pl.lit(1000),
        ).drop("number")  # fmt: skip
    yield "contact", kept.with_columns(ordinal=pl.lit(0), name=_FAMILY).drop("number")


def change(store: Store, share: float = 0.01) -> int:
    """One application in a hundred is made anew, and its party waits; how many claims changed."""
    database = store.database
    kind = {
        "record_id": pl.Int64(), "role": pl.String(), "ordinal": pl.Int32(), "party_id": pl.Int64(),
    }  # fmt: skip
    names = [column.name for column in CLAIM_TABLES["party"].c if column.name not in kind]
    step = int(1 / share)
    with database.write() as connection:
        picked = database.bulk.select(
            connection,
            "SELECT x.record_id, x.role, x.ordinal, x.party_id FROM crosswalk x"
            f" WHERE x.recorded_to IS NULL AND mod(x.record_id, {step}) = 0",
            {},
            kind,
        )
        keys = ["record_id", "role", "ordinal", "batch_no"]
        old = picked.with_columns(
            batch_no=pl.lit(1), recorded_to=pl.lit(LATER, _INSTANT), closed_batch_no=pl.lit(2)
        )
        table = CLAIM_TABLES["party"]
        database.bulk.update(connection, table, old.drop("party_id"), keys)
        stated = ", ".join(f'"{name}"' for name in names if name not in _NEW)
        connection.exec_driver_sql(
            f"INSERT INTO claim_party (record_id, role, ordinal, {stated}, {', '.join(_NEW)})"
            f" SELECT record_id, role, ordinal, {stated}, {', '.join(_NEW.values())}"
            " FROM claim_party WHERE closed_batch_no = 2"
        )
        database.bulk.insert(connection, GOLDEN_PENDING, picked.select("party_id").unique())
    return picked.height


_NEW = {
    "batch_no": "2",
    "recorded_from": f"'{LATER:%Y-%m-%d %H:%M:%S}+00'",
    "recorded_to": "NULL",
    "closed_batch_no": "NULL",
    "as_of": "'2026-11-02'",
    "employees_regular": "77",
    "address_building": "'新館'",
}
