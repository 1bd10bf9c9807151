"""What the represented business is told, with its sources; every look leaves its row first."""

from __future__ import annotations

from typing import Any

import pytest

from canonical.audit import Channel
from tests.api.running import OPEN_SCOPES, Running
from tests.api.world import ACCOUNTS, CLIENT, ENDED, ISSUER, NEIGHBOUR, OWNER, PERSON

pytestmark = pytest.mark.network


def _told(service: Running, path: str, token: str) -> Any:
    answer = service.get(path, token)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_me_says_who_i_am_and_whom_i_may_represent(service: Running) -> None:
    told = _told(service, "/v1/me", service.token())
    assert told["subject"] == {"issuer": ISSUER, "account": ACCOUNTS[OWNER]}
    assert told["business"] == {"id": OWNER, "corporate_number": OWNER, "name": "山田製作所"}
    own, client = told["may_represent"]
    assert (own["business"]["id"], own["delegation"]) == (OWNER, None)
    assert client["business"]["id"] == CLIENT
    assert client["delegation"]["number"] == "D-1"
    assert client["delegation"]["categories"] == [{"code": "K01", "name": None, "procedure": None}]
    bare = _told(service, "/v1/me", service.token(scopes=frozenset({"audit:read"})))
    assert bare["business"] == {"id": OWNER}


def test_every_value_has_its_source_and_days(service: Running) -> None:
    told = _told(service, f"/v1/businesses/{OWNER}", service.token(scopes=OPEN_SCOPES))
    name = told["fields"]["name"]
    assert (name["value"], name["system"], name["as_of"]) == (
        "山田製作所", "corporate_number", "2026-04-01",
    )  # fmt: skip
    assert name["since"].endswith("Z")
    assert told["fields"]["capital_jpy"]["known_to"] == 1000
    assert told["fields"]["employees_regular"]["system"] == "subsidy"
    assert told["fields"]["representative_name"]["value"] == PERSON


def test_fields_beyond_the_scope_are_absent(service: Running) -> None:
    told = _told(
        service, f"/v1/businesses/{OWNER}", service.token(scopes=frozenset({"business:read"}))
    )
    assert "name" in told["fields"]
    assert not {"employees_regular", "representative_name"} & told["fields"].keys()
    assert PERSON not in str(told)


def test_a_day_and_lists_are_computed_to_the_same_shape(service: Running) -> None:
    token = service.token(scopes=OPEN_SCOPES)
    now = _told(service, f"/v1/businesses/{OWNER}", token)
    then = _told(service, f"/v1/businesses/{OWNER}?as_of=2026-04-01&include=lists", token)
    assert then["fields"] == now["fields"]
    assert service.get(f"/v1/businesses/{OWNER}?as_of=2020-01-01", token).status_code == 404


def test_applications_of_all_systems_stand_in_one_list_newest_first(service: Running) -> None:
    told = _told(service, f"/v1/businesses/{OWNER}/applications", service.token())
    assert [one["id"] for one in told["items"]] == [
        "it_subsidy.applications:IT-1", "subsidy.applications:A-2", "subsidy.applications:A-1",
        "management_plan.plans:P-1",
    ]  # fmt: skip
    one = told["items"][1]
    assert (one["status"], one["status_ja"]) == ("selected", "採択")
    assert one["procedures"][0]["history"][0]["state_ja"] == "申請済"
    assert one["notices"][0]["title"] == "採択通知"


def test_what_an_applicant_says_of_a_vendor_is_not_the_vendor_s(service: Running) -> None:
    token = service.token(NEIGHBOUR)
    told = _told(service, f"/v1/businesses/{NEIGHBOUR}/applications", token)
    assert [one["id"] for one in told["items"]] == ["subsidy.applications:A-4"]


def test_pages_join_to_the_whole(service: Running) -> None:
    path, token = f"/v1/businesses/{OWNER}/applications", service.token()
    whole = _told(service, path, token)["items"]
    found, cursor = [], ""
    while cursor is not None:
        page = _told(service, f"{path}?limit=1{cursor and f'&cursor={cursor}'}", token)
        found += page["items"]
        cursor = page["next"]
    assert found == whole


def test_consultations_take_consent_and_scope_and_name_nobody(service: Running) -> None:
    told = _told(service, f"/v1/businesses/{OWNER}/consultations", service.token())
    (one,) = told["items"]
    assert (one["id"], one["values"]["topic"]) == ("yorozu.consultations:K-1", "事業再生")
    assert PERSON not in str(told)


def test_cases_take_their_own_scope(service: Running) -> None:
    path = f"/v1/businesses/{OWNER}/succession-cases"
    assert len(_told(service, path, service.token())["items"]) == 1
    refused = service.get(path, service.token(scopes=OPEN_SCOPES))
    assert refused.status_code == 403
    told = _told(service, f"/v1/businesses/{OWNER}", service.token())
    assert told["fields"]["has_successor"]["system"] == "succession"


def test_an_agent_sees_the_client_and_never_its_own_business(service: Running) -> None:
    token = service.agent()
    assert _told(service, f"/v1/businesses/{CLIENT}", token)["id"] == CLIENT
    assert service.get(f"/v1/businesses/{OWNER}", token).status_code == 404
    me = _told(service, "/v1/me", token)
    assert (me["business"]["id"], me["delegation"]) == (CLIENT, "D-1")
    assert _told(service, "/v1/me", service.token())["delegation"] is None
    assert service.get(f"/v1/businesses/{CLIENT}/consultations", token).status_code == 403


def _seen(service: Running, token: str) -> set[str]:
    told = _told(service, f"/v1/businesses/{CLIENT}/applications", token)
    return {one["id"] for one in told["items"]}


def test_an_agent_sees_what_the_delegation_opens(service: Running) -> None:
    mine = {"subsidy.applications:A-3"}
    other, reported = {"subsidy.applications:A-5"}, {"subsidy.applications:A-6"}
    elsewhere = {"it_subsidy.applications:IT-2", "management_plan.plans:P-2"}
    assert _seen(service, service.token(CLIENT)) == mine | other | reported | elsewhere
    assert _seen(service, service.agent("K02")) == mine | other | reported
    assert _seen(service, service.agent("K02", programme="G-1")) == mine | reported
    assert _seen(service, service.agent()) == mine | other
    assert _seen(service, service.agent(system="OTHER")) == set()
    assert _seen(service, service.agent(only="P0101")) == set()
    assert _seen(service, service.agent(programme="g-1")) == mine
    assert _seen(service, service.agent(programme="G-2")) == other
    assert _seen(service, service.agent(programme="G-3")) == set()


def test_of_an_application_an_agent_sees_the_procedures_of_the_delegation(service: Running) -> None:
    told = []
    for token in (service.token(CLIENT), service.agent(programme="G-1")):
        items = _told(service, f"/v1/businesses/{CLIENT}/applications", token)["items"]
        one = next(each for each in items if each["id"] == "subsidy.applications:A-3")
        procedures = [each["id"] for each in one["procedures"]]
        assert [each["procedure"] for each in one["notices"]] == procedures
        assert all(len(each["history"]) == 1 for each in one["procedures"])
        told.append((one["status"], procedures))
    assert told == [("performance_reported", ["A-3-P", "A-3-R"]), ("selected", ["A-3-P"])]


@pytest.mark.parametrize(
    ("given", "capital"),
    [
        ({"programme": "G-1"}, 10_000_000),
        ({}, 55_000_000),
        ({"category": "K02", "programme": "G-1"}, 66_000_000),
        ({"category": "K02", "programme": "G-3"}, None),
    ],
)
def test_no_application_that_is_closed_to_an_agent_says_anything_of_the_business(
    service: Running, given: dict[str, str], capital: int | None
) -> None:
    token = service.agent(**given)
    for day in ("", "?as_of=2026-06-01"):
        fields = _told(service, f"/v1/businesses/{CLIENT}{day}", token)["fields"]
        assert fields.get("capital_jpy", {}).get("value") == capital


def test_an_agent_sees_what_everybody_may_know(service: Running) -> None:
    token = service.agent(programme="G-1")
    fields = _told(service, f"/v1/businesses/{CLIENT}", token)["fields"]
    assert (fields["capital_jpy"]["system"], fields["capital_jpy"]["value"]) == (
        "subsidy", 10_000_000,
    )  # fmt: skip
    public = _told(service, f"/v1/businesses/{CLIENT}", service.agent(system="OTHER"))["fields"]
    assert {one["system"] for one in public.values()} == {"corporate_number", "corporate_auth"}


def test_an_agent_fills_in_forms_of_the_delegations_system(service: Running) -> None:
    forms = _told(service, "/v1/forms", service.agent())["items"]
    assert {form["system"] for form in forms} > {"subsidy"}
    for form in forms:
        answer = service.session.post(
            f"{service.address}/v1/forms/{form['id']}/prefill", json={}, timeout=30,
            headers={"Authorization": f"Bearer {service.agent()}"},
        )  # fmt: skip
        assert answer.status_code == (200 if form["system"] == "subsidy" else 403)


@pytest.mark.parametrize("other", [NEIGHBOUR, "1", "9223372036854775807"])
@pytest.mark.parametrize(
    "rest", ["", "/applications", "/plans", "/consultations", "/succession-cases"]
)
def test_another_s_record_is_not_there(service: Running, rest: str, other: str) -> None:
    answer = service.get(f"/v1/businesses/{other}{rest}", service.token())
    assert (answer.status_code, answer.json()["type"]) == (
        404, "urn:sme-hub:problem:not-found",
    )  # fmt: skip


def test_an_account_that_ended_leads_nowhere(service: Running) -> None:
    token = service.token(account=(ISSUER, ENDED))
    assert service.get(f"/v1/businesses/{NEIGHBOUR}", token).status_code == 404
    foreign = service.token(account=("https://other.test", ACCOUNTS[OWNER]))
    assert service.get(f"/v1/businesses/{OWNER}", foreign).status_code == 404


def test_an_etag_saves_the_body_and_not_the_row(service: Running) -> None:
    path, token = f"/v1/businesses/{OWNER}", service.token()
    first = service.get(path, token)
    before = len(service.audited())
    again = service.get(path, token, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert len(service.audited()) == before + 1
    other = service.get(path, token, headers={"If-None-Match": '"x"'})
    assert other.status_code == 200


def test_each_answer_has_one_row_that_says_who_what_and_why(service: Running) -> None:
    before = len(service.audited())
    service.get(f"/v1/businesses/{CLIENT}", service.agent())
    service.get(f"/v1/businesses/{OWNER}", service.agent())
    allowed, refused = service.audited()[before:]
    assert (allowed.operation, allowed.channel) == ("GET /v1/businesses/{id}", Channel.API)
    assert (allowed.subject, allowed.actor) == (
        f"{ISSUER} {ACCOUNTS[CLIENT]}", f"{ISSUER} {ACCOUNTS[OWNER]}",
    )  # fmt: skip
    assert (allowed.party_id, allowed.purpose) == (int(CLIENT), "application_status prefill")
    assert "corporate_number" in allowed.systems
    assert (refused.allowed, refused.rule) == (False, "not_represented")


def test_whom_i_may_represent_learns_that_i_was_told_of_them(service: Running) -> None:
    before = len(service.audited())
    service.get("/v1/me", service.token())
    rows = service.audited()[before:]
    assert {row.party_id for row in rows} == {int(OWNER), int(CLIENT)}


def test_who_looked_at_me_is_the_audit_row_by_row(service: Running) -> None:
    token = service.token(NEIGHBOUR)
    service.get(f"/v1/businesses/{NEIGHBOUR}", token)
    rows = [row for row in service.audited() if row.party_id == int(NEIGHBOUR)]
    found, cursor = [], ""
    while cursor is not None:
        page = _told(service, f"/v1/audit/me?limit=100{cursor and f'&cursor={cursor}'}", token)
        found += page["items"]
        cursor = page["next"]
    assert [one["id"] for one in found] == [row.row_id for row in reversed(rows)]
    assert found[0]["operation"] == "GET /v1/businesses/{id}"
