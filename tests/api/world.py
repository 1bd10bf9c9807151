"""A few businesses behind the API: an owner, one whose agent the owner is, a neighbour.

All persons are synthetic. The owner has applications in two systems, a plan, a consultation and a
succession case; its twin is the same without the last two. The client, whose agent applies to the
programme G-1 of the system of subsidies, has an application and a plan elsewhere, one to another
programme, and reports in G-1, too; its twin has not.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from base.clock import ManualClock
from canonical.golden import build
from canonical.store import Store
from tests.canonical.builders import T0, Syncing
from tests.canonical.golden.claims import name
from tests.canonical.golden.parties import link

OWNER, CLIENT, NEIGHBOUR = "9990001000001", "9990001000002", "9990001000003"
ISSUER = "https://idp.test"
ACCOUNTS = {OWNER: "gbiz-000000001", CLIENT: "gbiz-000000002", NEIGHBOUR: "gbiz-000000003"}
ENDED = "gbiz-000000009"
PERSON = "標本花子"
DAY = date(2026, 4, 1)

STREAMS = {
    ("corporate_number", "corporations"): ("base_registry", "", "matching prefill"),
    ("corporate_auth", "accounts"): ("identity_provider", "", "sign_in matching prefill"),
    ("corporate_auth", "delegations"): ("identity_provider", "", "sign_in matching prefill"),
    ("subsidy", "applications"): ("procedure", "", "application_status prefill matching"),
    ("it_subsidy", "applications"): ("procedure", "", "application_status prefill matching"),
    ("management_plan", "plans"): ("procedure", "", "application_status prefill"),
    ("yorozu", "consultations"): ("adviser", "yorozu", "consultation"),
    ("succession", "cases"): ("adviser", "succession", "succession"),
    ("subsidy", "programs"): ("procedure", "", "program_search application_status prefill"),
    ("support_agency", "agencies"): ("register", "", "agency_search prefill matching"),
    ("smart_sme", "vendors"): ("register", "", "vendor_search matching prefill"),
}


def fill(store: Store, *, secrets: bool = True) -> None:
    """Fill an empty store; without `secrets` no confidential stream has a record, and the client
    none but its application to the programme of which its agent may know."""
    syncs = {}
    for (system, stream), (role, scope, purposes) in STREAMS.items():
        sync = Syncing(store, system, stream)
        store.describe_stream(
            sync.stream_id, source_role=role, scope=scope, purposes=purposes.split()
        )
        syncs[system, stream] = sync
    _registers(syncs)
    _applications(syncs, whole=secrets)
    _directories(syncs)
    if secrets:
        _secrets(syncs)
        _elsewhere(syncs)
    clock = ManualClock(T0 + timedelta(days=1))
    link(store, at=clock.now())
    build.run(store.database, clock=clock)


def _party(key: str, number: str, title: str, **said: Any) -> dict[str, Any]:
    return {
        "key": key, "as_of": DAY, "kind": "corporation", "corporate_number": number,
        **name(title), **said,
    }  # fmt: skip


def _registers(syncs: dict[tuple[str, str], Syncing]) -> None:
    titles = {OWNER: "山田製作所", CLIENT: "鈴木商店", NEIGHBOUR: "隣の会社"}
    syncs["corporate_number", "corporations"].commit(
        dict.fromkeys(titles, "1"), {"party": [_party(n, n, t) for n, t in titles.items()]}
    )
    accounts = {account: number for number, account in ACCOUNTS.items()} | {ENDED: NEIGHBOUR}
    syncs["corporate_auth", "accounts"].commit(
        dict.fromkeys(accounts, "1"),
        {
            "party": [
                _party(a, n, titles[n], role="holder", representative_name=PERSON)
                for a, n in accounts.items()
            ],
            "account": [
                {"key": a, "as_of": DAY, "account_key": a, "account_type": "prime",
                 "valid": a != ENDED}
                for a in accounts
            ],
        },
    )  # fmt: skip
    delegation = {
        "key": "D-1", "as_of": DAY, "delegation_key": "D-1", "system_code": "JGRTS",
        "starts_on": date(2026, 1, 1), "active": True, "delegator_account": ACCOUNTS[CLIENT],
        "delegate_account": ACCOUNTS[OWNER],
    }  # fmt: skip
    withdrawn = delegation | {
        "key": "D-2",
        "delegation_key": "D-2",
        "withdrawn_on": date(2026, 2, 1),
    }
    syncs["corporate_auth", "delegations"].commit(
        {"D-1": "1", "D-2": "1"},
        {
            "party": [
                _party("D-1", CLIENT, "鈴木商店", role="delegator"),
                _party("D-2", NEIGHBOUR, "隣の会社", role="delegator"),
            ],
            "delegation": [delegation, withdrawn],
            "delegation_category": [
                {"key": "D-1", "as_of": DAY, "category_code": "K01", "active": True}
            ],
        },
    )


def _applications(syncs: dict[tuple[str, str], Syncing], *, whole: bool) -> None:
    at = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
    keys = {"A-1": OWNER, "A-2": OWNER, "A-3": CLIENT, "A-4": NEIGHBOUR}
    kinds = {f"{k}-P": (k, "call_application", "selected") for k in keys}
    newer = {"A-5": 55_000_000, "A-6": 66_000_000} if whole else {}
    if whole:
        keys |= dict.fromkeys(newer, CLIENT)
        kinds |= {
            "A-3-R": ("A-3", "performance_report", "performance_reported"),
            "A-5-P": ("A-5", "call_application", "selected"),
            "A-6-R": ("A-6", "performance_report", "performance_reported"),
        }
    syncs["subsidy", "applications"].commit(
        dict.fromkeys(keys, "1"),
        {
            "party": [
                _party(k, n, "申請者", role="applicant",
                       capital_jpy=newer.get(k, 10_000_000), capital_jpy_unit=1000,
                       employees_regular=12)
                | ({"as_of": DAY + timedelta(days=int(k[-1]))} if k in newer else {})
                for k, n in keys.items()
            ],
            "project": [
                {"key": k, "as_of": DAY, "project_number": k,
                 "program_key": "G-2" if k == "A-5" else "G-1",
                 "program_name": "ものづくり補助金",
                 "title": f"設備導入 {k}",
                 "status": "performance_reported" if f"{k}-R" in kinds else "selected",
                 "data_use_consent": True,
                 "submitted_on": date(2026, 3, int(k[-1]))}
                for k in keys
            ],
            "procedure": [
                {"key": k, "as_of": DAY, "ordinal": int(one == "A-3-R"), "procedure_key": one,
                 "kind": kind, "state": state, "due_at": at}
                for one, (k, kind, state) in kinds.items()
            ],
            "procedure_event": [
                {"key": k, "as_of": DAY, "ordinal": int(one == "A-3-R"), "procedure_key": one,
                 "state": "submitted", "occurred_at": at}
                for one, (k, _, _) in kinds.items()
            ],
            "notice": [
                {"key": k, "as_of": DAY, "ordinal": int(one == "A-3-R"), "procedure_key": one,
                 "kind": "information", "title": "採択通知", "body": "採択されました",
                 "sent_at": at}
                for one, (k, _, _) in kinds.items()
            ],
        },
    )  # fmt: skip
    syncs["it_subsidy", "applications"].commit(
        {"IT-1": "1"},
        {
            "party": [
                _party("IT-1", OWNER, "山田製作所", role="applicant"),
                _party("IT-1", NEIGHBOUR, "隣の会社", role="vendor"),
            ],
            "project": [
                {"key": "IT-1", "as_of": DAY, "project_number": "IT-1", "status": "submitted",
                 "submitted_on": date(2026, 4, 1)}
            ],
        },
    )  # fmt: skip
    syncs["management_plan", "plans"].commit(
        {"P-1": "1"},
        {
            "party": [_party("P-1", OWNER, "山田製作所", role="applicant")],
            "plan": [
                {"key": "P-1", "as_of": DAY, "plan_key": "P-1", "status": "certified",
                 "submitted_on": date(2025, 1, 1)}
            ],
        },
    )  # fmt: skip


def _secrets(syncs: dict[tuple[str, str], Syncing]) -> None:
    syncs["yorozu", "consultations"].commit(
        {"K-1": "1", "K-2": "1"},
        {
            "party": [_party(k, OWNER, "山田製作所", role="client") for k in ("K-1", "K-2")],
            "consultation": [
                {"key": "K-1", "as_of": DAY, "consultation_key": "K-1", "topic": "事業再生",
                 "client_name": PERSON, "sharing_consent": True},
                {"key": "K-2", "as_of": DAY, "consultation_key": "K-2", "topic": "事業再生",
                 "sharing_consent": False},
            ],
        },
    )  # fmt: skip
    syncs["succession", "cases"].commit(
        {"S-1": "1"},
        {
            "party": [_party("S-1", OWNER, "山田製作所", role="client", has_successor=False)],
            "succession_case": [
                {"key": "S-1", "as_of": DAY, "case_key": "S-1", "status": "registered"}
            ],
        },
    )


def _elsewhere(syncs: dict[tuple[str, str], Syncing]) -> None:
    """What the client's agent may not know: newer words, and other ones, of other systems."""
    later = DAY + timedelta(days=30)
    said = {
        "role": "applicant", "as_of": later, "capital_jpy": 99_000_000, "capital_jpy_unit": 1,
        "employees_regular": 77, "phone": "0312345678",
    }  # fmt: skip
    syncs["it_subsidy", "applications"].commit(
        {"IT-2": "1"},
        {
            "party": [{**_party("IT-2", CLIENT, "鈴木商店"), **said}],
            "project": [
                {"key": "IT-2", "as_of": later, "project_number": "IT-2", "status": "submitted",
                 "data_use_consent": True, "submitted_on": date(2026, 4, 20)}
            ],
        },
    )  # fmt: skip
    syncs["management_plan", "plans"].commit(
        {"P-2": "1"},
        {
            "party": [{**_party("P-2", CLIENT, "鈴木商店"), **said}],
            "plan": [
                {
                    "key": "P-2",
                    "as_of": later,
                    "plan_key": "P-2",
                    "status": "certified",
                    "data_use_consent": True,
                    "submitted_on": date(2026, 4, 21),
                }
            ],
        },
    )


def _directories(syncs: dict[tuple[str, str], Syncing]) -> None:
    opens, ends = datetime(2026, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    titles = {"G-1": "ものづくり設備補助金", "G-2": "商店街にぎわい事業", "G-3": "省エネ設備更新"}
    areas = {"G-1": "全国", "G-2": "東京都 / 神奈川県", "G-3": "長野県"}
    syncs["subsidy", "programs"].commit(
        dict.fromkeys(titles, "1"),
        {
            "program": [
                {"key": k, "as_of": DAY, "program_key": k, "title": t,
                 "title_normalized": t, "industries": "製造業 / 建設業", "use_purposes": "設備整備",
                 "target_areas": areas[k], "acceptance_start_at": opens,
                 "acceptance_end_at": opens if k == "G-3" else ends}
                for k, t in titles.items()
            ]
        },
    )  # fmt: skip
    agencies = {"100000000001": "信用金庫ひかり", "100000000002": "みらい税理士法人"}
    syncs["support_agency", "agencies"].commit(
        dict.fromkeys(agencies, "1"),
        {
            "party": [
                {"key": k, "as_of": DAY, "kind": "corporation", **name(t)}
                for k, t in agencies.items()
            ],
            "agency": [
                {"key": k, "as_of": DAY, "agency_id": k, "kind": "金融機関", "status": "valid",
                 "areas": "東京都 / 埼玉県", "industries": "製造業", "topics": "創業 / 事業承継"}
                for k in agencies
            ],
        },
    )  # fmt: skip
    syncs["smart_sme", "vendors"].commit(
        {"V-1": "1"},
        {
            "party": [{"key": "V-1", "as_of": DAY, "kind": "corporation", **name("東京システム")}],
            "vendor": [
                {"key": "V-1", "as_of": DAY, "certification_number": "V-1", "areas": "東京都"}
            ],
        },
    )
