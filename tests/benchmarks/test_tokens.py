"""A tiny run of the block `tokens` fills its floor; clients that cost little notice a refusal."""

from __future__ import annotations

import pytest

from benchmarks import http_load, report
from benchmarks.floors import floors
from benchmarks.results import Results
from benchmarks.tokens import block

pytestmark = pytest.mark.network


def test_a_tiny_run_fills_the_floor() -> None:
    results = Results()
    with block.hub() as asked:
        servers = {"hub": asked, "oidc_provider": asked}
        block.measure(results, lambda _: None, servers, 24, 1)
        with pytest.raises(http_load.WrongAnswer, match="401"):
            http_load.opened(asked.address, [_unknown_client()] * 3, rate=100)
    filled = {one.name for one in floors(results) if one.measured is not None}
    assert filled == {"token exchange on SQLite, × oidc-provider"}
    assert "| the hub, SQLite |" in report.table(results, {})


def _unknown_client() -> bytes:
    form = b"grant_type=client_credentials&client_id=nobody&client_secret=none"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return http_load.request("POST", "/token", headers, form)
