"""Synthetic businesses for tests of exports: who applied for what, who was advised, who sells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from base.clock import ManualClock
from base.identifiers import corporate_number_check_digit
from canonical.golden import build
from canonical.store import Store
from canonical.store.party_tables import GOLDEN_LIST
from tests.canonical.builders import T0, Syncing
from tests.canonical.golden.parties import link

STREAMS = {
    ("subsidy", "applications"): ("procedure", ""),
    ("subsidy", "programs"): ("procedure", ""),
    ("management_plan", "plans"): ("procedure", ""),
    ("succession", "cases"): ("adviser", "succession"),
    ("yorozu", "consultations"): ("adviser", "yorozu"),
}
PLACES = (
    ("13", "13101", "東京都", "千代田区", "霞が関"),
    ("27", "27128", "大阪府", "大阪市中央区", "大手前"),
    ("01", "01101", "北海道", "札幌市中央区", "北一条西"),
)
INDUSTRIES = ("76", "18", "06")
MADE = date(2026, 4, 1)
LATER = T0 + timedelta(days=30)

Claims = dict[str, list[dict[str, Any]]]


def number(index: int) -> str:
    """A corporate number that is nobody's: the register gives none that begins so."""
    base = f"{99_990_000_0000 + index:012}"
    return corporate_number_check_digit(base) + base


def party(index: int) -> int:
    """The party that a business's records belong to."""
    return 1_000 + index


def secrets_of(index: int) -> set[str]:
    """What a business says that must not leave in a snapshot."""
    return {
        number(index), str(party(index)), f"商会{index}", f"ショウカイ{index}", f"山田 太郎{index}",
        f"({3:02})1234-{index:04}", f"taro{index}@example.jp", f"{index}番地",
        f"APP-{party(index)}", f"秘密の計画{index}", f"GB{index:06}",
    }  # fmt: skip


class Businesses:
    """A store that is filled business by business, then matched and settled as a test says."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = ManualClock(T0)
        self.syncs = {}
        for (system, stream), (role, scope) in STREAMS.items():
            sync = Syncing(store, system, stream)
            store.describe_stream(sync.stream_id, source_role=role, scope=scope)
            self.syncs[stream] = sync

    def commit(self, stream: str, raws: dict[str, str], claims: Claims) -> None:
        self.clock.sleep(60)
        sync = self.syncs[stream]
        sync.now = self.clock.now()
        sync.commit(raws, claims)

    def found(self, indexes: Iterable[int], **said: Any) -> None:
        """Businesses with an application of a subsidy and a plan each; `said` of every one."""
        wanted = list(indexes)
        for stream, prefix, record in (
            ("applications", "APP", self.project), ("plans", "PLN", self.plan),
        ):  # fmt: skip
            claims: Claims = {}
            raws = {}
            for index in wanted:
                key = f"{prefix}-{party(index)}"
                raws[key] = f"{stream} {index} {said}"
                rows = {"party": [self._party(index, **said)], **record(index)}
                _gather(claims, key, rows)
            self.commit(stream, raws, claims)
        programs = {"key": "P1", "program_key": "P1", "title": "ものづくり補助金（22次締切）"}
        self.commit("programs", {"P1": "program"}, {"program": [programs]})

    def advise(self, indexes: Iterable[int], **said: Any) -> None:
        """Consultations of the advisers: records of a confidential stream."""
        claims: Claims = {}
        raws = {}
        for index in indexes:
            key = f"KRT-{party(index)}"
            raws[key] = f"karte {index}"
            rows = {
                "party": [self._party(index, role="client")],
                "consultation": [
                    {"topic": "IT", "received_on": MADE - timedelta(days=30),
                     "content": f"秘密の相談{index}", "sharing_consent": True, **said}
                ],
            }  # fmt: skip
            _gather(claims, key, rows)
        self.commit("consultations", raws, claims)

    def hand_over(self, indexes: Iterable[int], *, has_successor: bool) -> None:
        """Succession cases: records of a confidential stream, which know of an application, too."""
        claims: Claims = {}
        raws = {}
        for index in indexes:
            key = f"SUC-{party(index)}"
            raws[key] = f"case {index}"
            rows = {
                "party": [self._party(index, role="applicant", has_successor=has_successor,
                                      representative_age=72)],
                **self.project(index),
                "succession_case": [{"case_key": key, "reason": f"秘密の理由{index}"}],
            }  # fmt: skip
            _gather(claims, key, rows)
        self.commit("cases", raws, claims)

    def settle(self) -> None:
        """Members find their parties by the number in their key; golden records are computed."""
        self.clock.sleep(3600)
        link(self.store, _by_key, at=self.clock.now())
        build.run(self.store.database, clock=self.clock)

    def remember_old_lists(self) -> None:
        """Every list that holds held from the same claim once before."""
        with self.store.database.write() as connection:
            for row in connection.execute(select(GOLDEN_LIST)).mappings().all():
                before = row["recorded_from"] - timedelta(days=1)
                past = {**row, "recorded_from": before, "recorded_to": row["recorded_from"]}
                connection.execute(GOLDEN_LIST.insert().values(past))

    def _party(self, index: int, role: str = "applicant", **said: Any) -> dict[str, Any]:
        prefecture, code, name, city, town = PLACES[index % len(PLACES)]
        return {
            "role": role,
            "kind": "corporation",
            "corporate_number": number(index),
            "name": f"株式会社商会{index}",
            "name_core": f"商会{index}",
            "name_reduced": f"商会{index}",
            "legal_form": "301",
            "legal_form_position": "prefix",
            "name_kana": f"ショウカイ{index}",
            "address_postal_code": "1000013",
            "address_prefecture_code": prefecture,
            "address_municipality_code": code,
            "address_prefecture": name,
            "address_city": city,
            "address_town": town,
            "address_block": f"{index}番地",
            "address_full": f"{name}{city}{town}{index}番地",
            "phone": f"(03)1234-{index:04}",
            "email": f"taro{index}@example.jp",
            "capital_jpy": 3_000_000,
            "capital_jpy_unit": 1,
            "employees_regular": 4,
            "established_on": date(1994, 5, 1),
            "established_on_precision": "month",
            "industry_jsic": INDUSTRIES[index % len(INDUSTRIES)],
            "business_summary": f"秘密の計画{index}",
            "representative_title": "代表取締役",
            "representative_name": f"山田 太郎{index}",
            "representative_kana": "ヤマダ タロウ",
            "representative_birth_on": date(1950, 1, 1),
            "representative_birth_on_precision": "day",
            "security_action_id": f"GB{index:06}",
            "fiscal_year_end_month": 3,
        } | said

    def project(self, index: int) -> Claims:
        """What an application says beside its applicant's name."""
        return {
            "project": [
                {"program_key": "P1", "program_name": "ものづくり補助金（22次締切）",
                 "title": f"秘密の計画{index}", "summary": "概要", "equipment_name": "旋盤",
                 "status": "grant_decided" if index % 2 else "not_selected",
                 "grant_requested_jpy": 7_500_000, "grant_requested_jpy_unit": 1,
                 "submitted_on": MADE, "submitted_on_precision": "day", "data_use_consent": True}
            ],
            "procedure": [
                {"procedure_key": f"T{index}", "kind": "call_application", "state": "submitted",
                 "submitted_at": datetime.combine(MADE, datetime.min.time(), T0.tzinfo)}
            ],
            "financial_statement": [
                {"role": "applicant", "period_start": date(2025, 4, 1),
                 "period_start_precision": "day", "period_end": date(2026, 3, 31),
                 "period_end_precision": "day", "sales_jpy": 64_000_000, "sales_jpy_unit": 1000,
                 "settled": True}
            ],
            "officer": [
                {"role": "applicant", "title": "代表取締役", "name": f"山田 太郎{index}",
                 "birth_on": date(1950, 1, 1), "birth_on_precision": "day"}
            ],
            "shareholder": [
                {"role": "applicant", "name": f"山田 太郎{index}", "share_percent": "60"}
            ],
            "contact": [
                {"role": "applicant", "name": f"担当 花子{index}", "department": "総務部",
                 "mobile": "090-1234-5678", "email": f"hanako{index}@example.jp"}
            ],
        }  # fmt: skip

    def plan(self, index: int) -> Claims:
        """What a plan says beside its applicant's name."""
        return {
            "plan": [
                {"plan_key": f"PLN-{index}", "filing": "new", "status": "certified",
                 "addressed_to": "経済産業大臣", "measures": f"秘密の計画{index}",
                 "submitted_on": MADE, "submitted_on_precision": "day",
                 "starts_on": date(2026, 4, 1), "starts_on_precision": "month",
                 "ends_on": date(2029, 3, 1), "ends_on_precision": "month",
                 "data_use_consent": True}
            ]
        }  # fmt: skip


def _gather(claims: Claims, key: str, rows: Claims) -> None:
    """The rows of a record, each with its key and place, beside those of the others."""
    for entity, found in rows.items():
        for place, row in enumerate(found):
            told = {"role": "self", "ordinal": place, "as_of": MADE, **row, "key": key}
            claims.setdefault(entity, []).append(told)


def _by_key(row: Row[Any]) -> int | None:
    return int(row.record_key.rpartition("-")[2])
