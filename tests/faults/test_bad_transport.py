"""A system that misbehaves on the wire: retried where that helps, else a clear stop, never a loss.

After every fault one clean sync must leave the store that a hub without faults has.
"""

from __future__ import annotations

from typing import Any

import pytest

from base.errors import (
    AuthenticationError,
    ContractError,
    Forbidden,
    HubError,
    NotFound,
    PagingError,
    RateLimited,
    ReadError,
    ServerFault,
)
from canonical.store import Store
from mocks.faults import Fault
from mocks.serve import MockServers
from tests.faults.conftest import Hub

ONE_DAY = 86_400
PAGE = "/applicant/v1/applications"


def claims(store: Store) -> dict[str, int]:
    return {name: n for name, n in store.row_counts().items() if name.startswith("claim_")}


@pytest.fixture
def expected(hub: Hub, servers: MockServers, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Rows of the claim tables after a sync without faults."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('clean') / 'clean.sqlite'}") as store:
        store.upgrade()
        Hub(hub.settings, store, hub.clock).sync()
        return claims(store)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("rate_limited", path=PAGE, retry_after="3"),
        Fault("rate_limited", path=PAGE, count=2),
        Fault("server_error", path=PAGE, count=3),
        Fault("unavailable", path=PAGE, retry_after="2"),
        Fault("reset", path=PAGE),
        Fault("truncated", path=PAGE),
        Fault("broken_json", path=PAGE),
        Fault("expired_token", path=PAGE),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.retry_after or fault.count}",
)
def test_a_passing_fault_is_ridden_out(
    hub: Hub, servers: MockServers, expected: dict[str, int], fault: Fault
) -> None:
    servers.faults.add(fault)
    summary = hub.sync()
    assert not servers.faults.waiting(), "the fault never happened"
    assert claims(hub.store) == expected
    assert summary.counts["read"] > 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("rate_limited", path=PAGE, retry_after="86400", count=None), RateLimited),
        (Fault("server_error", path=PAGE, count=None), ServerFault),
        (Fault("truncated", path=PAGE, count=None), ServerFault),
        (Fault("expired_token", path=PAGE, count=None), AuthenticationError),
        (Fault("forbidden", path=PAGE, count=None), Forbidden),
        (Fault("not_found", path=PAGE, count=None), NotFound),
        (Fault("html", path=PAGE, count=None), (ReadError, ContractError)),
        (Fault("wrong_encoding", path=PAGE, count=None), (ReadError, ContractError)),
        (Fault("page_repeated", path=PAGE, count=None), PagingError),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_lasting_fault_stops_with_a_clear_message(
    hub: Hub,
    servers: MockServers,
    expected: dict[str, int],
    fault: Fault,
    error: type[HubError] | tuple[type[HubError], ...],
) -> None:
    servers.faults.add(fault)
    with pytest.raises(error) as caught:
        hub.sync()
    message = str(caught.value)
    assert message.startswith("subsidy.applications")
    assert caught.value.remedy, f"no remedy: {message}"
    (run,) = hub.store.runs()
    assert run.status in {"failed", "stopped"}
    assert run.error == message
    servers.faults.clear()
    hub.clock.sleep(ONE_DAY)  # the rate budget remembers a 429 that said "tomorrow"
    hub.sync()
    assert claims(hub.store) == expected


def test_no_secret_reaches_an_error_or_the_store(hub: Hub, servers: MockServers) -> None:
    servers.faults.add(Fault("forbidden", path=PAGE, count=None))
    secret = servers.credentials.client_secret
    with pytest.raises(Forbidden) as caught:
        hub.sync()
    assert secret not in str(caught.value)
    assert secret.encode() not in (hub.settings.home / "hub.sqlite").read_bytes()


def test_a_record_that_moves_between_pages_is_counted_once_as_new(
    hub: Hub, servers: MockServers, expected: dict[str, int]
) -> None:
    servers.faults.add(Fault("key_changed", path=PAGE, count=None))
    summary = hub.sync()
    assert summary.counts["read"] == sum(n for k, n in summary.counts.items() if k != "read")
    stream = hub.store.stream_id("subsidy", "applications")
    assert (
        sum(len(keys) for keys in hub.store.live_keys(stream))
        == summary.counts["new"] + (summary.counts["quarantined"])
    )


def test_the_same_key_twice_on_a_page(hub: Hub, servers: MockServers) -> None:
    servers.faults.add(Fault("duplicate_key_in_page", path=PAGE, record=2))
    summary = hub.sync()
    assert summary.counts["superseded"] + summary.counts["duplicate"] == 1
