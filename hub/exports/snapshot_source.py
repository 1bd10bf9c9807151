"""What a snapshot is made of: frames of open golden records and claims, with ids still in them.

Only `successors` and `consultations` ask for a confidential stream, and only under its scope.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection

from canonical.store.bulk import Bulk
from canonical.store.tables import RECORD_BITS
from hub.exports import bands

_TEXT, _INT, _DAY, _TRUTH = pl.String(), pl.Int64(), pl.Date(), pl.Boolean()
_OPEN = (
    f"JOIN stream s ON s.stream_id = (c.record_id >> {RECORD_BITS}) AND s.scope = ''"
    " WHERE c.recorded_to IS NULL"
)
_OF_APPLICANT = (
    "LEFT JOIN crosswalk x ON x.record_id = c.record_id AND x.role = 'applicant' AND x.ordinal = 0"
    " AND x.recorded_to IS NULL AND x.scope = ''"
)
SUCCESSION = "succession"
YOROZU = "yorozu"


@dataclass(frozen=True, slots=True)
class Source:
    """Reads within one transaction, as of a day."""

    connection: Connection
    bulk: Bulk
    on: date
    scopes: Collection[str] = ()

    def select(
        self, statement: str, schema: Mapping[str, PolarsDataType], **bound: Any
    ) -> pl.DataFrame:
        return self.bulk.select(self.connection, statement, bound, schema)

    def parties(self) -> pl.DataFrame:
        """Every business that all may know of, in bands; party_id."""
        found = self.select(
            "SELECT party_id, kind, address_prefecture_code, industry_jsic, employees_regular,"
            " capital_jpy, established_on, representative_birth_on, has_successor"
            " FROM golden_party WHERE recorded_to IS NULL",
            {
                "party_id": _INT, "kind": _TEXT, "prefecture": _TEXT, "jsic": _TEXT,
                "employees": _INT, "capital": _INT, "established_on": _DAY, "birth_on": _DAY,
                "has_successor": _TRUTH,
            },
        )  # fmt: skip
        return found.select(
            "party_id",
            "has_successor",
            bands.known(pl.col("kind")).alias("kind"),
            region=bands.region(pl.col("prefecture")),
            prefecture=bands.known(pl.col("prefecture")),
            industry=bands.division(pl.col("jsic")),
            employees_band=bands.employees(pl.col("employees")),
            capital_band=bands.capital(pl.col("capital")),
            established=bands.decade(pl.col("established_on")),
            owner_age_band=bands.age_band(bands.age(pl.col("birth_on"), self.on)),
        )

    def applications(self) -> pl.DataFrame:
        """Submitted applications whose applicants did not refuse the use of their data."""
        found = self.select(
            "SELECT c.record_id, x.party_id, c.program_key, c.program_name, c.submitted_on,"
            " c.status, c.grant_requested_jpy, c.grant_decided_jpy"
            f" FROM claim_project c {_OF_APPLICANT} {_OPEN}"
            " AND COALESCE(c.status, '') <> 'draft' AND c.data_use_consent IS NOT FALSE",
            {
                "record_id": _INT, "party_id": _INT, "program_key": _TEXT, "program_name": _TEXT,
                "submitted_on": _DAY, "status": _TEXT, "requested": _INT, "decided": _INT,
            },
        )  # fmt: skip
        return found.filter(pl.col("party_id").is_not_null()).select(
            "record_id",
            "party_id",
            "submitted_on",
            program=_family(pl.col("program_name")),
            program_key=bands.known(pl.col("program_key")),
            fiscal_year=bands.fiscal_year(pl.col("submitted_on")),
            state=bands.known(pl.col("status")),
            requested_band=bands.grant(pl.col("requested")),
            decided_band=bands.grant(pl.col("decided")),
        )

    def procedures(self) -> pl.DataFrame:
        """Procedures of those applications, by their record_id."""
        found = self.select(
            "SELECT c.record_id, c.ordinal, c.kind, c.state, c.decision, c.submitted_at"
            f" FROM claim_procedure c {_OPEN}",
            {
                "record_id": _INT, "ordinal": _INT, "kind": _TEXT, "state": _TEXT,
                "decision": _TEXT, "submitted_at": pl.Datetime("us", "UTC"),
            },
        )  # fmt: skip
        day = pl.col("submitted_at").dt.convert_time_zone("Asia/Tokyo").dt.date()
        return found.select(
            "record_id",
            kind=bands.known(pl.col("kind")),
            state=bands.known(pl.col("state")),
            decision=bands.known(pl.col("decision")),
            fiscal_year=bands.fiscal_year(day),
        )

    def plans(self) -> pl.DataFrame:
        """Plans whose applicants agreed to the use of their data."""
        found = self.select(
            "SELECT c.record_id, x.party_id, c.filing, c.status, c.submitted_on, c.starts_on,"
            f" c.ends_on FROM claim_plan c {_OF_APPLICANT} {_OPEN} AND c.data_use_consent IS TRUE",
            {
                "record_id": _INT, "party_id": _INT, "filing": _TEXT, "status": _TEXT,
                "submitted_on": _DAY, "starts_on": _DAY, "ends_on": _DAY,
            },
        )  # fmt: skip
        first, last = pl.col("starts_on").dt, pl.col("ends_on").dt
        months = (last.year() - first.year()) * 12 + last.month() - first.month()
        return found.filter(pl.col("party_id").is_not_null()).select(
            "record_id",
            "party_id",
            filing=bands.known(pl.col("filing")),
            state=bands.known(pl.col("status")),
            fiscal_year=bands.fiscal_year(pl.col("submitted_on")),
            years=bands.known((months / 12).round().cast(pl.Int32)),
        )

    def programs(self) -> pl.DataFrame:
        """Programs as their owners publish them."""
        return self.select(
            "SELECT c.program_key, c.program_number, c.title, c.institution_name, c.grant_type,"
            " c.rate_max_percent, c.limit_jpy, c.acceptance_start_at, c.acceptance_end_at"
            f" FROM claim_program c {_OPEN}",
            {
                "program_key": _TEXT, "program_number": _TEXT, "title": _TEXT,
                "institution": _TEXT, "grant_type": _TEXT, "rate_max_percent": _TEXT,
                "limit_jpy": _INT, "acceptance_start_at": pl.Datetime("us", "UTC"),
                "acceptance_end_at": pl.Datetime("us", "UTC"),
            },
        ).unique("program_key", keep="first").sort("program_key")  # fmt: skip

    def financials(self) -> pl.DataFrame:
        """Fiscal years that hold for a business, in bands; party_id."""
        found = self.select(
            "SELECT g.party_id, c.period_end, c.settled_on, c.settled, c.sales_jpy,"
            " c.ordinary_profit_jpy, c.total_assets_jpy, c.employees_at_end"
            " FROM golden_list g JOIN claim_financial_statement c ON c.record_id = g.record_id"
            " AND c.role = g.role AND (g.ordinal = -1 OR c.ordinal = g.ordinal)"
            " WHERE g.entity = 'financial_statement' AND g.recorded_to IS NULL"
            " AND c.recorded_to IS NULL",
            {
                "party_id": _INT, "period_end": _DAY, "settled_on": _DAY, "settled": _TRUTH,
                "sales": _INT, "profit": _INT, "assets": _INT, "employees": _INT,
            },
        )  # fmt: skip
        end = pl.coalesce("period_end", "settled_on")
        return found.select(
            "party_id",
            year_of_end=bands.known(end.dt.year()),
            settled=bands.known(pl.col("settled")),
            sales_band=bands.amount(pl.col("sales")),
            ordinary_profit_band=bands.profit(pl.col("profit")),
            total_assets_band=bands.amount(pl.col("assets")),
            employees_band=bands.employees(pl.col("employees")),
        )

    def successors(self, parties: pl.DataFrame) -> pl.DataFrame:
        """Businesses of which it is known whether they have a successor.

        What open records say; under the scope `succession` what its newest case says, too.
        """
        kept = ("party_id", "region", "industry", "owner_age_band", "has_successor")
        told = parties.filter(pl.col("has_successor").is_not_null()).select(kept)
        if SUCCESSION not in self.scopes:
            return told
        cases = self._confidential(
            "c.has_successor, c.representative_age", "claim_party c", "c.role = x.role"
            " AND c.ordinal = x.ordinal AND c.has_successor IS NOT NULL", SUCCESSION,
            {"has_successor": _TRUTH, "stated_age": _INT},
        )  # fmt: skip
        newest = cases.sort("as_of", nulls_last=False).unique("party_id", keep="last")
        since = (pl.lit(self.on) - pl.col("as_of")).dt.total_days() // 365
        stated = newest.with_columns(
            stated_band=bands.age_band(pl.col("stated_age") + since.fill_null(0))
        )
        known = self._known(stated, parties)
        band = pl.col("owner_age_band")
        return known.with_columns(
            owner_age_band=pl.when(band.is_null() | (band == bands.UNKNOWN))
            .then("stated_band")
            .otherwise(band)
        ).select(kept)

    def consultations(self, parties: pl.DataFrame, applications: pl.DataFrame) -> pl.DataFrame:
        """Consultations whose clients agreed to sharing; under the scope `yorozu` alone.

        `led_to_application`: the business applied for a subsidy within 365 days after it.
        """
        found = self._confidential(
            "c.topic, c.received_on", "claim_consultation c",
            "c.sharing_consent IS NOT FALSE", YOROZU,
            {"topic": _TEXT, "received_on": _DAY},
        ).with_row_index("consultation")  # fmt: skip
        days = (pl.col("submitted_on") - pl.col("received_on")).dt.total_days()
        led = (
            found.join(applications.select("party_id", "submitted_on"), on="party_id")
            .filter(days.is_between(0, 365))["consultation"]
            .unique()
        )
        return self._known(found, parties).select(
            "party_id", "region", "industry",
            topic=bands.known(pl.col("topic")),
            fiscal_year=bands.fiscal_year(pl.col("received_on")),
            led_to_application=pl.col("consultation").is_in(led.implode()),
        )  # fmt: skip

    def _known(self, found: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
        """With region, industry and owner's age band as all may know them; where nobody may, the
        first two as the confidential record states them."""
        open_ = parties.select("party_id", "region", "industry", "owner_age_band")
        stated = {
            "region": bands.region(pl.col("prefecture")),
            "industry": bands.division(pl.col("jsic")),
        }
        return found.join(open_, on="party_id", how="left").with_columns(
            pl.when(pl.col(name).is_null() | (pl.col(name) == bands.UNKNOWN))
            .then(said)
            .otherwise(pl.col(name))
            .alias(name)
            for name, said in stated.items()
        )

    def _confidential(
        self, columns: str, table: str, condition: str, scope: str,
        schema: Mapping[str, PolarsDataType],
    ) -> pl.DataFrame:  # fmt: skip
        """Rows of a confidential stream with their business; none without its scope."""
        whole = {
            "party_id": _INT, "as_of": _DAY, "prefecture": _TEXT, "jsic": _TEXT, **schema
        }  # fmt: skip
        if scope not in self.scopes:
            return pl.DataFrame(schema=whole)
        return self.select(
            "SELECT x.party_id, c.as_of, p.address_prefecture_code, p.industry_jsic,"
            f" {columns} FROM crosswalk x JOIN {table} ON c.record_id = x.record_id"
            " JOIN claim_party p ON p.record_id = x.record_id AND p.role = x.role"
            " AND p.ordinal = x.ordinal AND p.recorded_to IS NULL"
            " WHERE x.recorded_to IS NULL AND x.scope = :scope AND c.recorded_to IS NULL"
            f" AND {condition}",
            whole,
            scope=scope,
        )


def _family(name: pl.Expr) -> pl.Expr:
    """A program's name without its round: `ものづくり補助金（22次締切）` → `ものづくり補助金`."""
    return bands.known(name.str.replace(r"[（(]第?[0-9０-９]+[次回][^）)]*[）)]$", ""))
